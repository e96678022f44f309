"""Values that others make and that may be used once, on whatever node: `jti` of proofs and assertions."""

from sqlalchemy import BigInteger, String, delete, select, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base, count, fingerprint
from idp.store.hot import hot_count


class UsedOnce(Base):
    """`value` is a fingerprint; the row is not needed any more once what it came in is too old by itself."""

    __tablename__ = "used_once"

    value: Mapped[str] = mapped_column(String(64), primary_key=True)
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)


_USE = text("INSERT INTO used_once (value, expires_at) VALUES (:value, :expires_at) ON CONFLICT (value) DO NOTHING")


def use(expires_at: int, *parts: str) -> bool:
    """True for the one request that uses this value first: it is used, whatever becomes of that request."""
    value = fingerprint("\0".join(parts))
    return hot_count(_USE, {"value": value, "expires_at": expires_at}) == 1


def delete_expired(now: int, limit: int) -> int:
    """Clear away at most `limit` that nobody could use again anyway; how many went."""
    old = select(UsedOnce.value).where(UsedOnce.expires_at <= now).limit(limit)
    return count(delete(UsedOnce).where(UsedOnce.value.in_(old)), {})
