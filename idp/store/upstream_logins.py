"""A person on their way to another provider and back: bound to one browser, each step taken once."""

from sqlalchemy import BigInteger, Boolean, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base


class UpstreamLogin(Base):
    """`state` is the fingerprint of what the provider sends back. `secrets` (nonce, code verifier) and `identity` (who
    it turned out to be, until it is used) are sealed. `purpose` is sign_in or link; a link is for `user_id` alone.
    """

    __tablename__ = "upstream_logins"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    state: Mapped[str] = mapped_column(String(64), unique=True)
    browser: Mapped[str] = mapped_column(String(64))
    upstream: Mapped[str] = mapped_column(String(32))
    purpose: Mapped[str] = mapped_column(String(16))
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"))
    pending_id: Mapped[str | None] = mapped_column(String(22))
    remembered: Mapped[bool] = mapped_column(Boolean)
    secrets: Mapped[str] = mapped_column(Text)
    identity: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)
    taken_at: Mapped[int | None] = mapped_column(BigInteger)
    identified_at: Mapped[int | None] = mapped_column(BigInteger)
    ended_at: Mapped[int | None] = mapped_column(BigInteger)
