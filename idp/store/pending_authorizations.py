"""An app's request that waits for its person: bound to one browser, answered once."""

from sqlalchemy import BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base


class PendingAuthorization(Base):
    """`request` is the checked AuthorizationRequest; the `…_sid` columns say what was done *for this request*."""

    __tablename__ = "pending_authorizations"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    browser: Mapped[str] = mapped_column(String(64))
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"))
    request: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)
    typed_email: Mapped[str] = mapped_column(String(320), default="")
    authenticated_sid: Mapped[str | None] = mapped_column(String(22))
    chosen_sid: Mapped[str | None] = mapped_column(String(22))
    consented_user_id: Mapped[str | None] = mapped_column(String(22))
    consented_scope: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[int | None] = mapped_column(BigInteger)
