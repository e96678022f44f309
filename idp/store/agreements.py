"""What a person agreed to, or did not: document, version, language, time. Rows are added, never changed."""

from sqlalchemy import BigInteger, Boolean, ForeignKey, Integer, String, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base, db


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


TERMS, PRIVACY, MARKETING = "terms", "privacy", "marketing"


def record(user_id: str, document: str, version: str, now: int, *, accepted: bool, locale: str, network: str) -> None:
    """What the person decided about this version of the document, in the language and from the network named."""
    db.session.execute(
        insert(Agreement).values(
            user_id=user_id,
            document=document,
            version=version,
            accepted=accepted,
            locale=locale,
            network=network,
            decided_at=now,
        )
    )


def latest(user_id: str, document: str) -> tuple[str, bool] | None:
    """The last decision about a document: its version, and whether the person agreed."""
    found = db.session.execute(
        select(Agreement.version, Agreement.accepted)
        .where(Agreement.user_id == user_id, Agreement.document == document)
        .order_by(Agreement.id.desc())
        .limit(1)
    ).first()
    return None if found is None else (found.version, found.accepted)
