"""Authenticator apps (TOTP, RFC 6238): one per person, its key wrapped."""

from dataclasses import dataclass, field

from sqlalchemy import BigInteger, ForeignKey, Text, delete, select, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base, count, db
from idp.store.hot import hot_count, hot_row


class Authenticator(Base):
    """Counts once `confirmed_at` is set. `last_step` is the time step of the last code: none is taken twice."""

    __tablename__ = "authenticators"

    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(Text)
    last_step: Mapped[int] = mapped_column(BigInteger)
    created_at: Mapped[int] = mapped_column(BigInteger)
    confirmed_at: Mapped[int | None] = mapped_column(BigInteger)


@dataclass(frozen=True, slots=True)
class Stored:
    """An authenticator, or one that is being set up (`confirmed_at` is None); `key` is wrapped."""

    key: str = field(repr=False)
    created_at: int
    confirmed_at: int | None


_OF = text("SELECT key, created_at, confirmed_at FROM authenticators WHERE user_id = :user_id")
_BEGIN = text(
    """
    INSERT INTO authenticators AS a (user_id, key, last_step, created_at) VALUES (:user_id, :key, 0, :now)
    ON CONFLICT (user_id) DO UPDATE SET key = excluded.key, created_at = excluded.created_at
    WHERE a.confirmed_at IS NULL
    """
)
_CONFIRM = text(
    """
    UPDATE authenticators SET key = :key, last_step = :step, confirmed_at = :now
    WHERE user_id = :user_id AND key = :seen AND confirmed_at IS NULL
    """
)
_USE = text(
    """
    UPDATE authenticators SET last_step = :step
    WHERE user_id = :user_id AND last_step < :step AND confirmed_at IS NOT NULL
    """
)
_REWRAP = text("UPDATE authenticators SET key = :key WHERE user_id = :user_id AND key = :seen")


def of(user_id: str) -> Stored | None:
    """What this person has, or sets up; reads outside the request's transaction."""
    found = hot_row(_OF, {"user_id": user_id})
    return Stored(**found._asdict()) if found else None


def begin(user_id: str, key: str, now: int) -> bool:
    """The person sets one up, by this wrapped key and no earlier one; False when they have one already."""
    return count(_BEGIN, {"user_id": user_id, "key": key, "now": now}) == 1


def confirm(user_id: str, seen: str, key: str, step: int, now: int) -> bool:
    """The app showed the code of that step: it counts from now on. False when `seen` is not what is being set up."""
    return count(_CONFIRM, {"user_id": user_id, "seen": seen, "key": key, "step": step, "now": now}) == 1


def use(user_id: str, step: int) -> bool:
    """RFC 6238 §5.2: the code of that step is used, at once and for good; False when it, or a later one, was before."""
    return hot_count(_USE, {"user_id": user_id, "step": step}) == 1


def remove(user_id: str) -> bool:
    """The person has none any more; True when they had one, or set one up."""
    statement = delete(Authenticator).where(Authenticator.user_id == user_id)
    return count(statement, {}) == 1


def remove_since(user_id: str, since: int) -> bool:
    """One that was set up since then is gone; True when there was one."""
    statement = delete(Authenticator).where(Authenticator.user_id == user_id, Authenticator.created_at >= since)
    return count(statement, {}) == 1


def some(after: str, most: int) -> list[tuple[str, str]]:
    """The ids of people and their wrapped keys, in the order of the ids, at most so many: those after that id."""
    confirmed = select(Authenticator.user_id, Authenticator.key).where(Authenticator.confirmed_at.is_not(None))
    next_ones = confirmed.where(Authenticator.user_id > after).order_by(Authenticator.user_id).limit(most)
    return [(user_id, key) for user_id, key in db.session.execute(next_ones)]


def rewrapped(user_id: str, seen: str, key: str) -> bool:
    """The same key under another one of keys/; False when it is another key by now."""
    return count(_REWRAP, {"user_id": user_id, "seen": seen, "key": key}) == 1
