"""Counters that all nodes share: how often something was tried in the running window."""

from sqlalchemy import BigInteger, Integer, String, delete, select, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base, count
from idp.store.hot import hot_count, hot_row


class Throttle(Base):
    """`key` is a fingerprint of what is counted (kind and account, kind and network), never the thing itself."""

    __tablename__ = "throttles"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    tries: Mapped[int] = mapped_column(Integer)
    window_ends_at: Mapped[int] = mapped_column(BigInteger, index=True)


# One statement, so that any number of guesses at once, on any number of nodes, are counted one by one.
_COUNT = text(
    """
    INSERT INTO throttles AS t (key, tries, window_ends_at) VALUES (:key, 1, :ends_at)
    ON CONFLICT (key) DO UPDATE SET
        tries = CASE WHEN t.window_ends_at <= :now THEN 1 ELSE t.tries + 1 END,
        window_ends_at = CASE WHEN t.window_ends_at <= :now THEN :ends_at ELSE t.window_ends_at END
    RETURNING tries, window_ends_at
    """
)
_GIVE_BACK = text("UPDATE throttles SET tries = tries - 1 WHERE key = :key AND tries > 0")
_FORGET = text("DELETE FROM throttles WHERE key = :key")


def count_try(key: str, window: int, now: int) -> tuple[int, int]:
    """Count one try, at once and for good: tries in the running window with this one, and when the window ends.

    Stands outside the request's transaction: a try that was made is counted, whatever becomes of the request.
    To be called before the request writes anything else.
    """
    counted = hot_row(_COUNT, {"key": key, "ends_at": now + window, "now": now})
    assert counted is not None  # noqa: S101 (RETURNING always returns the row)
    return counted.tries, counted.window_ends_at


def give_back(key: str) -> None:
    """A try that turned out to be no guess is not counted."""
    hot_count(_GIVE_BACK, {"key": key})


def forget(key: str) -> None:
    """The tries counted so far, once the person proved themselves, count no more; at once, as `count_try`."""
    hot_count(_FORGET, {"key": key})


def delete_expired(now: int, limit: int) -> int:
    """Clear away at most `limit` windows that are over; how many went."""
    old = select(Throttle.key).where(Throttle.window_ends_at <= now).limit(limit)
    return count(delete(Throttle).where(Throttle.key.in_(old)), {})
