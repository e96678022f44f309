"""What a person agreed to, or did not: document, version, language, time. Rows are added, never changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import BigInteger, Boolean, ForeignKey, Integer, String, insert, select, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base, count, db

TERMS, PRIVACY, MARKETING = "terms", "privacy", "marketing"


class Agreement(Base):
    """`document` is terms, privacy or marketing; `digest` is the SHA-256 of the text as it was shown."""

    __tablename__ = "agreements"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    document: Mapped[str] = mapped_column(String(16))
    version: Mapped[str] = mapped_column(String(32))
    accepted: Mapped[bool] = mapped_column(Boolean)
    locale: Mapped[str] = mapped_column(String(16))
    network: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64), default="", server_default="")
    decided_at: Mapped[int] = mapped_column(BigInteger)


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody said about one version of a document. `digest` is "" where the text was no file of ours.

    Terms that were not accepted were put off: the person saw them, and said "not now".
    """

    document: str
    version: str
    accepted: bool
    locale: str
    network: str
    digest: str
    decided_at: int


class Subscriber(NamedTuple):
    """Somebody who wants news and offers; `profile` is JSON (store.users)."""

    user_id: str
    address: str
    profile: str
    locale: str


_COLUMNS = (
    Agreement.document,
    Agreement.version,
    Agreement.accepted,
    Agreement.locale,
    Agreement.network,
    Agreement.digest,
    Agreement.decided_at,
)
_WANTS_NEWS = """
    COALESCE((SELECT a.accepted FROM agreements a WHERE a.user_id = u.id AND a.document = 'marketing'
              ORDER BY a.id DESC LIMIT 1), FALSE)
"""
_CHOOSE = """
    INSERT INTO agreements (user_id, document, version, accepted, locale, network, decided_at)
    SELECT u.id, 'marketing', CAST(:version AS varchar), {accepted}, CAST(:locale AS varchar),
           CAST(:network AS varchar), CAST(:now AS bigint)
    FROM users u WHERE u.id = :user_id AND {wants} <> {accepted}
"""
_CHOICES = {
    accepted: text(_CHOOSE.format(accepted=str(accepted).upper(), wants=_WANTS_NEWS)) for accepted in (True, False)
}
_SUBSCRIBERS = text(
    f"""
    SELECT u.id AS user_id, e.address, u.profile, u.locale
    FROM users u JOIN emails e ON e.user_id = u.id AND e.is_primary
    WHERE u.state = 'active' AND {_WANTS_NEWS} ORDER BY u.created_at, u.id
    """
)


def record(
    user_id: str,
    document: str,
    version: str,
    now: int,
    *,
    accepted: bool,
    locale: str,
    network: str,
    digest: str = "",
) -> None:
    """What the person decided about this version of the document, in the language and from the network named."""
    db.session.execute(
        insert(Agreement).values(
            user_id=user_id,
            document=document,
            version=version,
            accepted=accepted,
            locale=locale,
            network=network,
            digest=digest,
            decided_at=now,
        )
    )


def choose_marketing(user_id: str, version: str, now: int, *, wanted: bool, locale: str, network: str) -> bool:
    """News and offers are wanted from now on, or not any more; False when that was so already, and no row is added.

    `version` is that of the terms in force.
    """
    values = {"user_id": user_id, "version": version, "locale": locale, "network": network, "now": now}
    return count(_CHOICES[wanted], values) == 1


def latest(user_id: str, document: str) -> Decision | None:
    """The last decision about a document."""
    statement = select(*_COLUMNS).where(Agreement.user_id == user_id, Agreement.document == document)
    found = db.session.execute(statement.order_by(Agreement.id.desc()).limit(1)).first()
    return None if found is None else Decision(*found)


def history(user_id: str) -> tuple[Decision, ...]:
    """Every decision of a person, the latest first."""
    statement = select(*_COLUMNS).where(Agreement.user_id == user_id).order_by(Agreement.id.desc())
    return tuple(Decision(*found) for found in db.session.execute(statement))


def subscribers() -> Iterator[Subscriber]:
    """Everybody who may be sent news and offers now: active, with a proved address, and willing; the oldest first."""
    for found in db.session.execute(_SUBSCRIBERS, execution_options={"yield_per": 500}):
        yield Subscriber(*found)
