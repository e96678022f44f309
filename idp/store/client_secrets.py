"""Secrets of confidential clients: fingerprints only; two may live at once, so that one can follow the other."""

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base


class ClientSecret(Base):
    __tablename__ = "client_secrets"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), index=True)
    secret: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int | None] = mapped_column(BigInteger)
    revoked_at: Mapped[int | None] = mapped_column(BigInteger)
