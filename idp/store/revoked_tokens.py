"""Access tokens of apps for themselves that were revoked before they expired: no grant stands behind those."""

from sqlalchemy import BigInteger, String, delete, select, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base, count
from idp.store.hot import hot_count, hot_row


class RevokedToken(Base):
    """`id` is the token's own; the row is not needed any more once the token has expired."""

    __tablename__ = "revoked_tokens"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)


_ADD = text("INSERT INTO revoked_tokens (id, expires_at) VALUES (:id, :expires_at) ON CONFLICT (id) DO NOTHING")
_IS_REVOKED = text("SELECT 1 FROM revoked_tokens WHERE id = :id")


def add(token_id: str, expires_at: int) -> None:
    """The token is worth nothing from now on, on every node."""
    hot_count(_ADD, {"id": token_id, "expires_at": expires_at})


def holds(token_id: str) -> bool:
    """Whether the token was revoked; one read."""
    return hot_row(_IS_REVOKED, {"id": token_id}) is not None


def delete_expired(now: int, limit: int) -> int:
    """Clear away at most `limit` whose token has expired anyway; how many went."""
    old = select(RevokedToken.id).where(RevokedToken.expires_at <= now).limit(limit)
    return count(delete(RevokedToken).where(RevokedToken.id.in_(old)), {})
