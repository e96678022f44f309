"""Initial access tokens (RFC 7591 §1.2): whoever holds one may register so many apps, within its policy.

A token has 256 random bits, so one round of SHA-256 keeps it.
"""

from dataclasses import dataclass, field

from sqlalchemy import BigInteger, Integer, String, Text, bindparam, delete, insert, select, update
from sqlalchemy.orm import Mapped, mapped_column

from idp.protocol.machine_registration import Policy
from idp.store.base import Base, count, db
from idp.store.hot import hot_row


class InitialAccessToken(Base):
    """`left` is how many apps it may still register, `policy` JSON of what they may be."""

    __tablename__ = "initial_access_tokens"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    label: Mapped[str] = mapped_column(String(255))
    policy: Mapped[str] = mapped_column(Text)
    left: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)
    revoked_at: Mapped[int | None] = mapped_column(BigInteger)


@dataclass(frozen=True, slots=True)
class StoredToken:
    """`id` may be seen, and names the token to people; `fingerprint` is compared with the one presented."""

    id: str
    fingerprint: str = field(repr=False)
    label: str
    policy: Policy
    left: int
    created_at: int
    expires_at: int
    """Seconds since the epoch from which on it is refused."""


NOT_REVOKED = InitialAccessToken.revoked_at.is_(None)
USABLE = (NOT_REVOKED, InitialAccessToken.left > 0, InitialAccessToken.expires_at > bindparam("now"))
COLUMNS = (
    InitialAccessToken.id,
    InitialAccessToken.token,
    InitialAccessToken.label,
    InitialAccessToken.policy,
    InitialAccessToken.left,
    InitialAccessToken.created_at,
    InitialAccessToken.expires_at,
)
FIND = select(*COLUMNS).where(InitialAccessToken.token == bindparam("presented"), *USABLE)
EVERY = select(*COLUMNS).where(*USABLE).order_by(InitialAccessToken.created_at, InitialAccessToken.id)
SPEND = (
    update(InitialAccessToken)
    .where(InitialAccessToken.id == bindparam("spent"), *USABLE)
    .values(left=InitialAccessToken.left - 1)
)
REVOKE = (
    update(InitialAccessToken)
    .where(InitialAccessToken.id == bindparam("revoked"), NOT_REVOKED)
    .values(revoked_at=bindparam("now"))
)


def add(token: StoredToken) -> None:
    """The token may be used from now on."""
    values = {"token": token.fingerprint, "policy": token.policy.to_json(), "left": token.left, "label": token.label}
    times = {"created_at": token.created_at, "expires_at": token.expires_at}
    db.session.execute(insert(InitialAccessToken).values(id=token.id, **values, **times))


def find(fingerprint: str, now: int) -> StoredToken | None:
    """The token, while it may be used; finding spends nothing."""
    found = hot_row(FIND, {"presented": fingerprint, "now": now})
    return None if found is None else _token(*(found[position] for position in range(len(COLUMNS))))


def every(now: int) -> tuple[StoredToken, ...]:
    """All that may still be used, the oldest first."""
    return tuple(_token(*row) for row in db.session.execute(EVERY, {"now": now}))


def spent(token_id: str, now: int) -> bool:
    """One app more is registered with it, if this request's transaction lasts; False when it is used up or over."""
    return count(SPEND, {"spent": token_id, "now": now}) == 1


def revoked(token_id: str, now: int) -> bool:
    """The token is refused from now on; False when there is none of that id. What it registered stays."""
    return count(REVOKE, {"revoked": token_id, "now": now}) == 1


def delete_expired(now: int, limit: int) -> int:
    """Clear away at most `limit` tokens that are over; how many went."""
    old = select(InitialAccessToken.id).where(InitialAccessToken.expires_at <= now).limit(limit)
    return count(delete(InitialAccessToken).where(InitialAccessToken.id.in_(old)), {})


def _token(
    token_id: str, fingerprint: str, label: str, policy: str, left: int, created_at: int, expires_at: int
) -> StoredToken:
    return StoredToken(token_id, fingerprint, label, Policy.from_json(policy), left, created_at, expires_at)
