"""A browser's sign-in. `id` is the `sid` of ID tokens; the cookie's value changes at every rise of privilege."""

from sqlalchemy import BigInteger, Boolean, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base


class BrowserSession(Base):
    """`cookie` is the fingerprint of the cookie's value; `amr` is space-separated (RFC 8176)."""

    __tablename__ = "browser_sessions"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    cookie: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    auth_time: Mapped[int] = mapped_column(BigInteger)
    amr: Mapped[str] = mapped_column(String(64))
    acr: Mapped[str] = mapped_column(String(64))
    remembered: Mapped[bool] = mapped_column(Boolean)
    user_agent: Mapped[str] = mapped_column(String(256))
    network: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[int] = mapped_column(BigInteger)
    last_seen_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)
    ended_at: Mapped[int | None] = mapped_column(BigInteger)
