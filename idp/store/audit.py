"""What happened, for the person, the operator and the auditor. Rows are added, never changed; no secrets."""

import json

from sqlalchemy import BigInteger, Integer, String, Text, delete, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base, count, db


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


def record(
    event: str,
    now: int,
    *,
    user_id: str | None = None,
    client_id: str | None = None,
    session_id: str | None = None,
    network: str = "",
    reference: str = "",
    **details: str | int | bool,
) -> None:
    """It happened, if this request's transaction lasts. `details` are small public facts, never secrets."""
    db.session.execute(
        insert(AuditEvent).values(
            at=now,
            event=event,
            user_id=user_id,
            client_id=client_id,
            session_id=session_id,
            network=network,
            reference=reference,
            details=json.dumps(details, sort_keys=True),
        )
    )


def events_of(user_id: str, limit: int) -> list[str]:
    """The names of a person's latest events, newest first."""
    statement = select(AuditEvent.event).where(AuditEvent.user_id == user_id).order_by(AuditEvent.id.desc())
    return list(db.session.scalars(statement.limit(limit)))


def delete_before(at: int, limit: int) -> int:
    """Clear away at most `limit` events older than the moment named; how many went."""
    old = select(AuditEvent.id).where(AuditEvent.at < at).limit(limit)
    return count(delete(AuditEvent).where(AuditEvent.id.in_(old)), {})
