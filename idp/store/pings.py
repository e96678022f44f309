"""Word to an app that a request of its back channel was answered (OpenID CIBA Core 1.0 §10.2), until the app heard."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base, count, db
from idp.store.hot import hot_count, hot_row


class Ping(Base):
    """`sealed` holds what the app will be told, and the token it gave us for that. No `next_try_at`: not answered yet.

    Leased as logout notices are; the row is gone once the app heard, or with its request.
    """

    __tablename__ = "pings"
    __table_args__ = (Index("ix_pings_due", "next_try_at"),)

    id: Mapped[str] = mapped_column(ForeignKey("polled_requests.id", ondelete="CASCADE"), primary_key=True)
    client_id: Mapped[str] = mapped_column(String(255))
    sealed: Mapped[str] = mapped_column(Text)
    tries: Mapped[int] = mapped_column(Integer)
    next_try_at: Mapped[int | None] = mapped_column(BigInteger)
    leased_until: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger)


@dataclass(frozen=True, slots=True)
class LeasedPing:
    """A ping that one deliverer holds. `tries` counts this one, and tells its holder from any later one."""

    id: str
    client_id: str
    sealed: str
    tries: int
    expires_at: int


_PROMISE = text(
    """
    INSERT INTO pings (id, client_id, sealed, tries, leased_until, expires_at)
    VALUES (:id, :client_id, :sealed, 0, 0, :expires_at)
    """
)
_ANSWERED = text("UPDATE pings SET next_try_at = :now WHERE id = :id")
_IS_DUE = "next_try_at <= :now AND leased_until <= :now"
_ANY_DUE = text(f"SELECT 1 FROM pings WHERE {_IS_DUE} LIMIT 1")
_LEASING = f"""
    UPDATE pings SET leased_until = :until, tries = tries + 1
    WHERE id = (SELECT id FROM pings WHERE {_IS_DUE} ORDER BY next_try_at, id LIMIT 1 %s)
    RETURNING id, client_id, sealed, tries, expires_at
"""
_LEASE = {"postgresql": text(_LEASING % "FOR UPDATE SKIP LOCKED"), "sqlite": text(_LEASING % "")}
_DONE = text("DELETE FROM pings WHERE id = :id AND tries = :tries")
_PUT_OFF = text("UPDATE pings SET next_try_at = :until, leased_until = 0 WHERE id = :id AND tries = :tries")


def promise(polled_id: str, client_id: str, sealed: str, expires_at: int) -> None:
    """The app will hear when that request is answered."""
    values = {"id": polled_id, "client_id": client_id, "sealed": sealed, "expires_at": expires_at}
    db.session.execute(_PROMISE, values)


def answered(polled_id: str, now: int) -> None:
    """It is: the ping leaves after the commit. Nothing happens for a request whose app polls."""
    count(_ANSWERED, {"id": polled_id, "now": now})


def any_due(now: int) -> bool:
    """Whether some ping could be leased: a read, so that looking often disturbs no writer."""
    return hot_row(_ANY_DUE, {"now": now}) is not None


def lease(now: int, until: int) -> LeasedPing | None:
    """The ping that waited longest is the caller's until `until`, in one statement; None when nothing is due."""
    found = hot_row(_LEASE[db.engine.dialect.name], {"now": now, "until": until})
    return LeasedPing(**found._asdict()) if found is not None else None


def done(ping: LeasedPing) -> bool:
    """Never to be sent again. False: the lease had run out and somebody else holds it now."""
    return hot_count(_DONE, {"id": ping.id, "tries": ping.tries}) == 1


def put_off(ping: LeasedPing, until: int) -> bool:
    """Free again, and due at `until`."""
    return hot_count(_PUT_OFF, {"id": ping.id, "tries": ping.tries, "until": until}) == 1
