"""Registered apps. The metadata is one JSON document: what RFC 7591 names, checked when it was written."""

from sqlalchemy import BigInteger, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base


class ClientRow(Base):
    """`source` is file, cli, console or registration; `state` is active or suspended."""

    __tablename__ = "clients"

    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    # "metadata" is a word SQLAlchemy keeps for itself
    registration: Mapped[str] = mapped_column("metadata", Text)
    source: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[int] = mapped_column(BigInteger)
    updated_at: Mapped[int] = mapped_column(BigInteger)
