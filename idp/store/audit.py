"""What happened, for the person, the operator and the auditor. Rows are added, never changed; no secrets."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from sqlalchemy import BigInteger, Integer, String, Text, delete, insert, select, update
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


@dataclass(frozen=True, slots=True)
class Happened:
    """One event as its person reads of it; `network` is where it came from, as tries are counted."""

    id: int
    at: int
    event: str
    client_id: str | None
    network: str
    details: Mapping[str, object] = field(default_factory=lambda: MappingProxyType({}))


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


def of_user(user_id: str, since: int, most: int, before: int | None = None) -> tuple[Happened, ...]:
    """What happened to a person since that moment, the latest first; `before` is the id after which a page begins."""
    statement = select(
        AuditEvent.id, AuditEvent.at, AuditEvent.event, AuditEvent.client_id, AuditEvent.network, AuditEvent.details
    ).where(AuditEvent.user_id == user_id, AuditEvent.at >= since)
    if before is not None:
        statement = statement.where(AuditEvent.id < before)
    rows = db.session.execute(statement.order_by(AuditEvent.id.desc()).limit(most))
    return tuple(Happened(**{**row._mapping, "details": json.loads(row.details)}) for row in rows)


def has_happened(user_id: str, event: str) -> bool:
    """Whether this ever happened to the person, as far back as is kept; this request's own writes count."""
    found = select(AuditEvent.id).where(AuditEvent.user_id == user_id, AuditEvent.event == event).limit(1)
    return db.session.execute(found).first() is not None


def anonymise(user_id: str) -> int:
    """What happened stays, nobody can tell any more to whom, from where or with what; how many rows."""
    nobody = {"user_id": None, "session_id": None, "network": "", "reference": "", "details": "{}"}
    return count(update(AuditEvent).where(AuditEvent.user_id == user_id).values(**nobody), {})


def delete_before(at: int, limit: int) -> int:
    """Clear away at most `limit` events older than the moment named; how many went."""
    old = select(AuditEvent.id).where(AuditEvent.at < at).limit(limit)
    return count(delete(AuditEvent).where(AuditEvent.id.in_(old)), {})
