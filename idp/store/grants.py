"""This person let this app do this, in this session: one row for the life of a grant.

Codes, refresh tokens and opaque access tokens are sealed values that point to it; revoking the row ends
all of them at once.
"""

from sqlalchemy import BigInteger, Boolean, ForeignKey, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base


class GrantRow(Base):
    """`session_id` is the `sid`; a grant without `offline` ends with that session."""

    __tablename__ = "grants"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), index=True)
    session_id: Mapped[str] = mapped_column(String(22), index=True)
    scope: Mapped[str] = mapped_column(Text)
    claims: Mapped[str] = mapped_column(Text)
    auth_time: Mapped[int] = mapped_column(BigInteger)
    amr: Mapped[str] = mapped_column(String(64))
    acr: Mapped[str] = mapped_column(String(64))
    offline: Mapped[bool] = mapped_column(Boolean)
    generation: Mapped[int] = mapped_column(Integer)
    rotated_at: Mapped[int] = mapped_column(BigInteger)
    opened_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)
    revoked_at: Mapped[int | None] = mapped_column(BigInteger)
