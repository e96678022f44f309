"""Browsers in which a person need not give the second factor for a while: a trust of its own, revocable."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, ForeignKey, String, delete, insert, select, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base, count, db, new_id, row


class TrustedDevice(Base):
    """`token` is the fingerprint of the cookie's value."""

    __tablename__ = "trusted_devices"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token: Mapped[str] = mapped_column(String(64), unique=True)
    user_agent: Mapped[str] = mapped_column(String(256))
    network: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)
    revoked_at: Mapped[int | None] = mapped_column(BigInteger)


@dataclass(frozen=True, slots=True)
class Trusted:
    """A browser that a person trusts, as it called itself then, and where it called from."""

    id: str
    user_agent: str
    network: str
    created_at: int
    expires_at: int


_IS_TRUSTED = text(
    """
    SELECT 1 FROM trusted_devices
    WHERE token = :token AND user_id = :user_id AND revoked_at IS NULL AND expires_at > :now
    """
)
_OF = text(
    """
    SELECT id, user_agent, network, created_at, expires_at FROM trusted_devices
    WHERE user_id = :user_id AND revoked_at IS NULL AND expires_at > :now ORDER BY created_at DESC, id
    """
)
_REVOKE_ALL = text("UPDATE trusted_devices SET revoked_at = :now WHERE user_id = :user_id AND revoked_at IS NULL")


def is_trusted(token: str, user_id: str, now: int) -> bool:
    """Whether this person trusts the browser whose token has this fingerprint, as this request has left it."""
    return row(_IS_TRUSTED, {"token": token, "user_id": user_id, "now": now}) is not None


def add(user_id: str, token: str, user_agent: str, network: str, now: int, expires_at: int) -> None:
    """The person trusts this browser until then; `token` is the fingerprint of its cookie."""
    values = {"user_agent": user_agent, "network": network, "created_at": now, "expires_at": expires_at}
    db.session.execute(insert(TrustedDevice).values(id=new_id(), user_id=user_id, token=token, **values))


def of(user_id: str, now: int) -> list[Trusted]:
    """The browsers this person trusts, the newest first."""
    return [Trusted(**found._mapping) for found in db.session.execute(_OF, {"user_id": user_id, "now": now})]


def revoke_all(user_id: str, now: int) -> int:
    """The person trusts no browser any more; how many there were."""
    return count(_REVOKE_ALL, {"user_id": user_id, "now": now})


def delete_expired(now: int, limit: int) -> int:
    """Clear away at most `limit` that trust nobody any more; how many went."""
    old = select(TrustedDevice.id).where(TrustedDevice.expires_at <= now).limit(limit)
    return count(delete(TrustedDevice).where(TrustedDevice.id.in_(old)), {})
