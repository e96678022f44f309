"""Everything held about a person, on their wish: made in the background when it is large, sealed, for one day."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, ForeignKey, String, Text, delete, select, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base, count, db, new_id, row


class Export(Base):
    """`sealed` is empty until it is made."""

    __tablename__ = "exports"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    sealed: Mapped[str | None] = mapped_column(Text)
    requested_at: Mapped[int] = mapped_column(BigInteger)
    made_at: Mapped[int | None] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)


@dataclass(frozen=True, slots=True)
class Wish:
    """A download that was asked for and is not made yet."""

    id: str
    user_id: str


# One at a time: whoever asks again while it is being made asks for the same one.
_ASK = text(
    """
    INSERT INTO exports (id, user_id, requested_at, expires_at)
    SELECT :id, u.id, CAST(:now AS BIGINT), CAST(:expires_at AS BIGINT) FROM users u
    WHERE u.id = :user_id AND NOT EXISTS (
        SELECT 1 FROM exports e WHERE e.user_id = u.id AND e.made_at IS NULL AND e.expires_at > :moment
    )
    """
)
_WAITING = text(
    "SELECT id, user_id FROM exports WHERE made_at IS NULL AND expires_at > :now ORDER BY requested_at LIMIT :most"
)
_MADE = text(
    """
    UPDATE exports SET sealed = :sealed, made_at = :now, expires_at = :expires_at
    WHERE id = :id AND made_at IS NULL
    """
)
_NEWEST = text(
    """
    SELECT sealed, requested_at, expires_at FROM exports WHERE user_id = :user_id AND expires_at > :now
    ORDER BY requested_at DESC, id LIMIT 1
    """
)


@dataclass(frozen=True, slots=True)
class Ready:
    """The newest download of a person: `sealed` is None while it is being made."""

    sealed: str | None
    requested_at: int
    expires_at: int

    def __repr__(self) -> str:
        return f"Ready({self.requested_at})"


def ask(user_id: str, now: int, expires_at: int) -> bool:
    """It will be made in the background; False when one is being made already."""
    values = {"id": new_id(), "user_id": user_id, "now": now, "expires_at": expires_at, "moment": now}
    return count(_ASK, values) == 1


def waiting(now: int, most: int) -> tuple[Wish, ...]:
    """What is still to be made, the longest waiting first."""
    return tuple(Wish(**found._mapping) for found in db.session.execute(_WAITING, {"now": now, "most": most}))


def made(wish: Wish, sealed: str, now: int, expires_at: int) -> bool:
    """It is there until `expires_at`; True for the one who made it, whoever else tried."""
    return count(_MADE, {"id": wish.id, "sealed": sealed, "now": now, "expires_at": expires_at}) == 1


def newest(user_id: str, now: int) -> Ready | None:
    """The download this person has, or waits for."""
    found = row(_NEWEST, {"user_id": user_id, "now": now})
    return Ready(**found._mapping) if found else None


def delete_expired(now: int, limit: int) -> int:
    """Clear away at most `limit` whose day is over; how many went."""
    old = select(Export.id).where(Export.expires_at <= now).limit(limit)
    return count(delete(Export).where(Export.id.in_(old)), {})
