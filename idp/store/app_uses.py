"""Who used which app when last, after the grant is gone that said so: for thirty days, and for a number alone."""

from typing import Final

from sqlalchemy import BigInteger, ForeignKey, String, and_, delete, select, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base, count

KEPT_FOR: Final = 30 * 86400
"""Seconds: what "people in 30 days" looks back."""


class AppUse(Base):
    __tablename__ = "app_uses"

    client_id: Mapped[str] = mapped_column(String(255), ForeignKey("clients.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(
        String(22), ForeignKey("users.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    used_at: Mapped[int] = mapped_column(BigInteger, index=True)


# A sign-in writes nothing here: the grants that are about to be cleared away say when they were used.
_NOTE = text(
    """
    INSERT INTO app_uses (client_id, user_id, used_at)
    SELECT g.client_id, g.user_id, MAX(g.rotated_at) FROM grants g
    WHERE g.expires_at <= :now AND NOT EXISTS (
        SELECT 1 FROM browser_sessions s WHERE s.id = g.session_id AND s.ended_at IS NULL AND s.expires_at > :moment
    )
    GROUP BY g.client_id, g.user_id
    ON CONFLICT (client_id, user_id) DO UPDATE SET used_at = excluded.used_at WHERE app_uses.used_at < excluded.used_at
    """
)


def note(now: int) -> int:
    """Remember what grants say that `grants.delete_expired` may clear away from now on; how many rows changed."""
    return count(_NOTE, {"now": now, "moment": now})


def delete_expired(now: int, limit: int) -> int:
    """Clear away at most `limit` rows older than anybody asks for; how many went."""
    old = select(AppUse.client_id, AppUse.user_id).where(AppUse.used_at <= now - KEPT_FOR).limit(limit).subquery()
    same = and_(AppUse.client_id == old.c.client_id, AppUse.user_id == old.c.user_id)
    return count(delete(AppUse).where(select(old).where(same).exists()), {})
