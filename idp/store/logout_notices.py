"""Word to an app that a session of a person is over (OpenID Connect Back-Channel Logout 1.0), kept until it heard."""

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base


class LogoutNotice(Base):
    """`session_id` is empty where the app shall end all sessions of that person. Leased as mails are."""

    __tablename__ = "logout_notices"
    __table_args__ = (Index("ix_logout_notices_due", "delivered_at", "next_try_at"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), index=True)
    user_id: Mapped[str] = mapped_column(String(22))
    session_id: Mapped[str] = mapped_column(String(22))
    tries: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[int] = mapped_column(BigInteger)
    next_try_at: Mapped[int] = mapped_column(BigInteger)
    leased_until: Mapped[int] = mapped_column(BigInteger)
    delivered_at: Mapped[int | None] = mapped_column(BigInteger)
    given_up_at: Mapped[int | None] = mapped_column(BigInteger)
    last_error: Mapped[str] = mapped_column(String(200))
