"""Requests of a provider to delete what came from it: answered once each, with a page that tells how it went."""

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base


class DataDeletion(Base):
    """`request` is the fingerprint of what was asked, `code` that of the confirmation code; `outcome` names the end."""

    __tablename__ = "data_deletions"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    request: Mapped[str] = mapped_column(String(64), unique=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    provider: Mapped[str] = mapped_column(String(255))
    outcome: Mapped[str] = mapped_column(String(16))
    requested_at: Mapped[int] = mapped_column(BigInteger, index=True)
    done_at: Mapped[int | None] = mapped_column(BigInteger)
