"""Apps that registered themselves (RFC 7591): who may change the registration, and within which policy.

A registration access token has 256 random bits; its fingerprint is kept.
"""

from dataclasses import dataclass, field

from sqlalchemy import BigInteger, ForeignKey, String, Text, bindparam, func, insert, or_, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from idp.protocol.machine_registration import Policy
from idp.settings.registration import Registration as Settings
from idp.store.base import Base, count, db, row
from idp.store.clients import ClientRow

GRACE = 600
"""Seconds for which the token before the last may be used once more: an app that lost our answer has no other."""


class RegistrationRow(Base):
    """`former` is the token that `token` followed at `rotated_at`, None once the app has shown that it knows the new
    one. `statement` is the software statement as it came, "" for none.
    """

    __tablename__ = "registrations"

    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), primary_key=True)
    token: Mapped[str] = mapped_column(String(64))
    former: Mapped[str | None] = mapped_column(String(64))
    rotated_at: Mapped[int] = mapped_column(BigInteger)
    policy: Mapped[str] = mapped_column(Text)
    statement: Mapped[str] = mapped_column(Text, default="")
    initial_token: Mapped[str | None] = mapped_column(String(22))
    created_at: Mapped[int] = mapped_column(BigInteger)


@dataclass(frozen=True, slots=True)
class Registration:
    """`fingerprint` is that of the registration access token; `initial_token` the id of the token it was made with."""

    client_id: str
    fingerprint: str = field(repr=False)
    policy: Policy
    statement: str
    created_at: int
    initial_token: str | None = None
    is_settled: bool = True
    """The token before this one is refused by now."""


IS_THIS = RegistrationRow.client_id == bindparam("client")
OPENS = or_(
    RegistrationRow.token == bindparam("presented"),
    (RegistrationRow.former == bindparam("again")) & (RegistrationRow.rotated_at > bindparam("graced")),
)
FIND = select(
    RegistrationRow.token,
    RegistrationRow.former,
    RegistrationRow.policy,
    RegistrationRow.statement,
    RegistrationRow.created_at,
    RegistrationRow.initial_token,
).where(IS_THIS, OPENS)
CHANGE = (
    update(RegistrationRow)
    .where(IS_THIS, OPENS)
    .values(token=bindparam("next"), former=bindparam("followed"), rotated_at=bindparam("now"))
    .values(statement=bindparam("said"))
)
SETTLE = update(RegistrationRow).where(IS_THIS, RegistrationRow.token == bindparam("known")).values(former=None)
# An app that nobody used yet, and one that nobody used for long: `used_at` is 0 before the first time.
UNUSED = text(
    """
    DELETE FROM clients WHERE id IN (
        SELECT id FROM clients WHERE source IN ('registration', 'document') AND state = 'active'
        AND ((used_at = 0 AND created_at <= :unused_since) OR (used_at > 0 AND used_at <= :idle_since))
        ORDER BY id LIMIT :most
    )
    """
)

OLDEST_UNUSED = text(
    """
    DELETE FROM clients WHERE id IN (
        SELECT r.client_id FROM registrations r JOIN clients c ON c.id = r.client_id
        WHERE c.source = 'registration' AND c.state = 'active' AND c.used_at = 0 AND r.initial_token IS NULL
        AND r.created_at <= :before AND NOT EXISTS (SELECT 1 FROM consents WHERE consents.client_id = c.id)
        ORDER BY r.created_at, r.client_id LIMIT 1
    )
    """
)


def add(registration: Registration) -> None:
    """Whoever holds the token may read, change and remove the app from now on."""
    db.session.execute(
        insert(RegistrationRow).values(
            client_id=registration.client_id,
            token=registration.fingerprint,
            rotated_at=registration.created_at,
            policy=registration.policy.to_json(),
            statement=registration.statement,
            initial_token=registration.initial_token,
            created_at=registration.created_at,
        )
    )


def find(client_id: str, fingerprint: str, now: int) -> Registration | None:
    """The registration that this token opens, the one before it within the GRACE; None for any other."""
    found = row(FIND, _opened_by(client_id, fingerprint, now))
    if found is None:
        return None
    policy = Policy.from_json(found.policy)
    settled = found.former is None
    return Registration(
        client_id, found.token, policy, found.statement, found.created_at, found.initial_token, is_settled=settled
    )


def settle(client_id: str, fingerprint: str) -> None:
    """The app used this token, the newest one: it got our answer, and the token before is refused from now on."""
    count(SETTLE, {"client": client_id, "known": fingerprint})


def rotated(client_id: str, fingerprint: str, following: str, statement: str, now: int) -> bool:
    """`following` takes the place of the token presented; False when that opens nothing (any more).

    RFC 7592 §2.2. The presented one may be presented again within the GRACE, should our answer get lost.
    """
    values = {"next": following, "followed": fingerprint, "now": now, "said": statement}
    return count(CHANGE, _opened_by(client_id, fingerprint, now) | values) == 1


def how_many() -> int:
    """Apps that registered themselves and are still there."""
    statement = select(func.count()).select_from(ClientRow).where(ClientRow.source == "registration")
    return int(db.session.scalar(statement) or 0)


def made_room(before: int) -> bool:
    """One app went that came before then, without an initial access token, and that nobody used since; the oldest."""
    return count(OLDEST_UNUSED, {"before": before}) == 1


def delete_unused(settings: Settings, now: int, limit: int) -> int:
    """Clear away at most `limit` apps that registered themselves or publish what they are, and that nobody used: ever
    since they came (`unused_for`), or any more (`idle_for`); how many went. What is suspended stays suspended.
    """
    since = {"unused_since": now - settings.unused_for, "idle_since": now - settings.idle_for}
    return count(UNUSED, {**since, "most": limit})


def _opened_by(client_id: str, fingerprint: str, now: int) -> dict[str, object]:
    return {"client": client_id, "presented": fingerprint, "again": fingerprint, "graced": now - GRACE}
