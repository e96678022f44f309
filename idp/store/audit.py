"""What happened, for the person, the operator and the auditor. Rows are added, never changed; no secrets."""

from sqlalchemy import BigInteger, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base


class AuditEvent(Base):
    """`details` is JSON of small public facts; `reference` is the one shown to the person and found in the log."""

    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    at: Mapped[int] = mapped_column(BigInteger, index=True)
    event: Mapped[str] = mapped_column(String(48))
    user_id: Mapped[str | None] = mapped_column(String(22), index=True)
    client_id: Mapped[str | None] = mapped_column(String(255))
    session_id: Mapped[str | None] = mapped_column(String(22))
    network: Mapped[str] = mapped_column(String(64), default="")
    reference: Mapped[str] = mapped_column(String(16), default="")
    details: Mapped[str] = mapped_column(Text, default="{}")
