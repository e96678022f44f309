"""Word to an app that a session of a person is over (OpenID Connect Back-Channel Logout 1.0), kept until it heard, and
then for its owners to read.
"""

from dataclasses import dataclass

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base, count, db
from idp.store.hot import hot_count, hot_row

LONGEST_ERROR = 200


class LogoutNotice(Base):
    """`session_id` is empty where the app shall end all sessions of that person. Leased as mails are. `last_status` is
    what the app answered to the last try, 0 where nothing came.
    """

    __tablename__ = "logout_notices"
    __table_args__ = (Index("ix_logout_notices_due", "delivered_at", "next_try_at"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
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
    tried_at: Mapped[int | None] = mapped_column(BigInteger)
    last_status: Mapped[int] = mapped_column(Integer, default=0, server_default="0")


@dataclass(frozen=True, slots=True)
class LeasedNotice:
    """A notice that one deliverer holds. `tries` counts this one, and tells its holder from any later one."""

    id: int
    client_id: str
    user_id: str
    session_id: str
    tries: int
    created_at: int
    last_error: str


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a notice so far: one entry of the log that the app's owners read."""

    session_id: str
    tries: int
    created_at: int
    tried_at: int | None
    next_try_at: int
    delivered_at: int | None
    given_up_at: int | None
    last_status: int
    last_error: str

    @property
    def is_open(self) -> bool:
        """Whether it is going to be tried (again)."""
        return self.delivered_at is None and self.given_up_at is None


# One row for each app that holds a live grant and has an address to be told at. The registration is JSON.
_PROMISE = """
    INSERT INTO logout_notices
        (client_id, user_id, session_id, tries, created_at, next_try_at, leased_until, last_error)
    SELECT DISTINCT g.client_id, g.user_id, {session}, 0, CAST(:now AS BIGINT), CAST(:due AS BIGINT), 0, ''
    FROM grants g JOIN clients c ON c.id = g.client_id
    WHERE g.revoked_at IS NULL AND {member} <> '' AND {which}
"""
_MEMBER = {
    "postgresql": "CAST(c.metadata AS json) ->> 'backchannel_logout_{name}'",
    "sqlite": "json_extract(c.metadata, '$.backchannel_logout_{name}')",
}
_TRUE = {"postgresql": "'true'", "sqlite": "1"}


def _promise(which: str, *, whole: bool = False) -> dict[str, object]:
    """`whole`: all sessions of the person at the app, unless it told us that it knows sessions by their id alone."""
    statements: dict[str, object] = {}
    for dialect, member in _MEMBER.items():
        needs_session = f"{member.format(name='session_required')} = {_TRUE[dialect]}"
        session = f"CASE WHEN {needs_session} THEN g.session_id ELSE '' END" if whole else "g.session_id"
        statements[dialect] = text(_PROMISE.format(session=session, member=member.format(name="uri"), which=which))
    return statements


_OF_SESSION = _promise("g.session_id = :session_id")
_OF_OTHERS = _promise("g.user_id = :user_id AND g.session_id <> :kept")
_OF_IDENTITY = _promise("g.session_id IN (SELECT s.id FROM browser_sessions s WHERE s.identity_id = :identity_id)")
_OF_APP = _promise("g.user_id = :user_id AND g.client_id = :client_id", whole=True)

_IS_OPEN = "delivered_at IS NULL AND given_up_at IS NULL"
_IS_DUE = f"{_IS_OPEN} AND next_try_at <= :now AND leased_until <= :now"
_ANY_DUE = text(f"SELECT 1 FROM logout_notices WHERE {_IS_DUE} LIMIT 1")
_LEASING = f"""
    UPDATE logout_notices SET leased_until = :until, tries = tries + 1, tried_at = :now
    WHERE id = (SELECT id FROM logout_notices WHERE {_IS_DUE} ORDER BY next_try_at, id LIMIT 1 %s)
    RETURNING id, client_id, user_id, session_id, tries, created_at, last_error
"""
_LEASE = {"postgresql": text(_LEASING % "FOR UPDATE SKIP LOCKED"), "sqlite": text(_LEASING % "")}
_IS_HELD = f"id = :id AND tries = :held_tries AND {_IS_OPEN}"
_DELIVER = text(
    f"UPDATE logout_notices SET delivered_at = :now, last_error = '', last_status = :status WHERE {_IS_HELD}"
)
_PUT_OFF = text(
    f"""
    UPDATE logout_notices SET next_try_at = :until, leased_until = 0, last_error = :why, last_status = :status
    WHERE {_IS_HELD}
    """
)
_GIVE_UP = text(f"UPDATE logout_notices SET given_up_at = :now, last_error = :why WHERE {_IS_HELD}")
_REST = text(
    f"""
    UPDATE logout_notices SET next_try_at = :until
    WHERE client_id = :client_id AND next_try_at < :until AND leased_until <= :now AND {_IS_OPEN}
    """
)
_WAITING = text(f"SELECT count(*) FROM logout_notices WHERE {_IS_OPEN} AND created_at < :before")
_DELIVERIES = text(
    """
    SELECT session_id, tries, created_at, tried_at, next_try_at, delivered_at, given_up_at, last_status, last_error
    FROM logout_notices WHERE client_id = :client_id ORDER BY created_at DESC, id DESC LIMIT :most
    """
)
_FORGET = text("DELETE FROM logout_notices WHERE delivered_at < :before OR given_up_at < :before")


def of_session(session_id: str, now: int) -> int:
    """Every app that holds a live grant of this session will hear that it is over; how many.

    As the two below: to be called after the session ended and before its grants do, in one transaction with both.
    """
    return _promised(_OF_SESSION, now, session_id=session_id)


def of_others(user_id: str, kept: str, now: int) -> int:
    """The same for every session of the person but one ("" for all of them)."""
    return _promised(_OF_OTHERS, now, user_id=user_id, kept=kept)


def of_identity(identity_id: str, now: int) -> int:
    """The same for every session that was begun by way of a link to another provider."""
    return _promised(_OF_IDENTITY, now, identity_id=identity_id)


def of_app(user_id: str, client_id: str, now: int) -> int:
    """The app will hear that this person's sessions with it are over, every one."""
    return _promised(_OF_APP, now, user_id=user_id, client_id=client_id)


def any_due(now: int) -> bool:
    """Whether some notice could be leased: a read, so that looking often disturbs no writer."""
    return hot_row(_ANY_DUE, {"now": now}) is not None


def lease(now: int, until: int) -> LeasedNotice | None:
    """The notice that waited longest is the caller's until `until`, in one statement; None when nothing is due."""
    found = hot_row(_LEASE[db.engine.dialect.name], {"now": now, "until": until})
    return LeasedNotice(**found._asdict()) if found is not None else None


def deliver(notice: LeasedNotice, now: int, status: int) -> bool:
    """The app heard, and answered so. False: the lease had run out and somebody else holds it now."""
    return hot_count(_DELIVER, {**_held(notice), "now": now, "status": status}) == 1


def put_off(notice: LeasedNotice, until: int, why: str, status: int = 0) -> bool:
    """Free again, and due at `until`. `status` is what the app answered, 0 where it did not."""
    values = {**_held(notice), "until": until, "why": why[:LONGEST_ERROR], "status": status}
    return hot_count(_PUT_OFF, values) == 1


def give_up(notice: LeasedNotice, now: int, why: str) -> bool:
    """Never to be tried again."""
    return hot_count(_GIVE_UP, {**_held(notice), "now": now, "why": why[:LONGEST_ERROR]}) == 1


def rest(client_id: str, now: int, until: int) -> int:
    """The app does not answer: whatever else waits for it waits until then, and holds up no other app."""
    return hot_count(_REST, {"client_id": client_id, "now": now, "until": until})


def deliveries(client_id: str, limit: int) -> tuple[Delivery, ...]:
    """The notices to this app that are remembered, the newest first, at most `limit`."""
    rows = db.session.execute(_DELIVERIES, {"client_id": client_id, "most": limit})
    return tuple(Delivery(**row._mapping) for row in rows)


def waiting(before: int) -> int:
    """How many notices promised before that time are still on their way."""
    found = hot_row(_WAITING, {"before": before})
    return int(found[0]) if found is not None else 0


def forget(before: int) -> int:
    """What was heard or given up before that time is gone: how many rows. In the caller's transaction."""
    return count(_FORGET, {"before": before})


def _promised(statements: dict[str, object], now: int, **which: str) -> int:
    return count(statements[db.engine.dialect.name], {**which, "now": now, "due": now})  # type: ignore[arg-type]


def _held(notice: LeasedNotice) -> dict[str, int]:
    return {"id": notice.id, "held_tries": notice.tries}
