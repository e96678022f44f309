"""The last requests of an app, for its owners to read: bounded for each app, without a secret, gone after seven days.

Rows stand alone: each is written outside any transaction, after the answer it tells of was committed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import BigInteger, Boolean, ForeignKey, Integer, String, Text, delete, select, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.app_owners import AppOwner
from idp.store.base import Base, count, db
from idp.store.hot import hot_count

KEPT_FOR: Final = 7 * 86400
"""Seconds."""

FINE, OWN, ANYBODYS = "fine", "own", "anybodys"
ROOM: Final[Mapping[str, int]] = {FINE: 20, OWN: 15, ANYBODYS: 15}
"""Rows of one app in each lane: what went well; refusals of requests in which the app proved who it is; and refusals of
those that anybody can make in its name. Nothing of one lane pushes out what stands in another.
"""
MOST: Final = sum(ROOM.values())


class AppRequest(Base):
    """`received` is JSON of what `protocol.disclosure` lets see. `error` is the code it was refused with, "" for none;
    `failed_check` and `sections` name the rule, `onward` the page a person was sent to first. `proved`: the
    app showed that it is itself. `origin` tells networks apart within a `lane`, "" where that does not matter.
    """

    __tablename__ = "app_requests"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    client_id: Mapped[str] = mapped_column(String(255), ForeignKey("clients.id", ondelete="CASCADE"), index=True)
    reference: Mapped[str] = mapped_column(String(16))
    at: Mapped[int] = mapped_column(BigInteger, index=True)
    endpoint: Mapped[str] = mapped_column(String(32))
    status: Mapped[int] = mapped_column(Integer)
    error: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(300))
    failed_check: Mapped[str] = mapped_column(String(96))
    sections: Mapped[str] = mapped_column(String(160))
    onward: Mapped[str] = mapped_column(String(64))
    received: Mapped[str] = mapped_column(Text)
    proved: Mapped[bool] = mapped_column(Boolean)
    lane: Mapped[str] = mapped_column(String(8))
    origin: Mapped[str] = mapped_column(String(16))


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as its app's owners read it."""

    client_id: str
    reference: str
    at: int
    endpoint: str
    status: int
    error: str
    reason: str
    failed_check: str
    sections: str
    onward: str
    received: Mapping[str, Mapping[str, str | int]]
    proved: bool

    @property
    def is_refused(self) -> bool:
        return bool(self.error) or self.status >= 400

    @property
    def lane(self) -> str:
        if not self.is_refused:
            return FINE
        return OWN if self.proved else ANYBODYS


_READ = (
    *(AppRequest.client_id, AppRequest.reference, AppRequest.at, AppRequest.endpoint, AppRequest.status),
    *(AppRequest.error, AppRequest.reason, AppRequest.failed_check, AppRequest.sections, AppRequest.onward),
    *(AppRequest.received, AppRequest.proved),
)
_COLUMNS = (
    "reference, at, endpoint, status, error, reason, failed_check, sections, onward, received, proved, lane, origin"
)
_KEEP = text(
    f"""
    INSERT INTO app_requests (client_id, {_COLUMNS})
    SELECT c.id, {", ".join(f":{name}" for name in _COLUMNS.split(", "))} FROM clients c
    WHERE c.id = :app AND EXISTS (SELECT 1 FROM app_owners o WHERE o.client_id = c.id)
    """
)
# Each network has its newest row kept before any has a second one: one that floods pushes out its own rows.
_TRIM = text(
    """
    DELETE FROM app_requests WHERE id IN (
        SELECT id FROM (
            SELECT id, ROW_NUMBER() OVER (PARTITION BY origin ORDER BY id DESC) AS nth
            FROM app_requests WHERE client_id = :client_id AND lane = :lane
        ) AS ranked ORDER BY nth, id DESC LIMIT 1000 OFFSET :room
    )
    """
)


def keep(seen: Seen, origin: str) -> bool:
    """Write it down, and forget what there is no room for beside it; False for an app that nobody owns (any more)."""
    values = {name: getattr(seen, name) for name in _COLUMNS.split(", ") if name not in ("received", "origin")}
    packed = {"received": json.dumps(seen.received), "origin": origin, "app": seen.client_id}
    if hot_count(_KEEP, values | packed) == 0:
        return False
    hot_count(_TRIM, {"client_id": seen.client_id, "lane": seen.lane, "room": ROOM[seen.lane]})
    return True


def of_app(client_id: str) -> tuple[Seen, ...]:
    """Those of one app, the latest first."""
    found = select(*_READ).where(AppRequest.client_id == client_id).order_by(AppRequest.id.desc()).limit(MOST)
    return tuple(_seen(row) for row in db.session.execute(found))


def find(user_id: str, reference: str) -> Seen | None:
    """The request with this reference, if its app is this person's."""
    if not reference.isprintable():  # PostgreSQL would refuse a null character with a fault
        return None
    mine = select(AppOwner.client_id).where(AppOwner.user_id == user_id)
    found = select(*_READ).where(AppRequest.reference == reference, AppRequest.client_id.in_(mine))
    row = db.session.execute(found).first()
    return _seen(row) if row else None


def delete_expired(now: int, limit: int) -> int:
    """Clear away at most `limit` rows that are too old; how many went."""
    old = select(AppRequest.id).where(AppRequest.at <= now - KEPT_FOR).limit(limit)
    return count(delete(AppRequest).where(AppRequest.id.in_(old)), {})


def _seen(row: Any) -> Seen:
    return Seen(**{**row._mapping, "received": json.loads(row.received)})
