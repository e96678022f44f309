"""Somebody who gave the first proof and owes the second: nobody is signed in by it."""

from dataclasses import asdict, dataclass

from sqlalchemy import BigInteger, Boolean, ForeignKey, Integer, String, delete, insert, select, text, update
from sqlalchemy.orm import Mapped, mapped_column

from idp.store import identities
from idp.store.base import Base, count, db, is_id, row
from idp.store.hot import hot_count


class HalfSignIn(Base):
    """Bound to one browser; ends when it is completed, guessed at too often, or too old."""

    __tablename__ = "half_sign_ins"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    browser: Mapped[str] = mapped_column(String(64))
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    amr: Mapped[str] = mapped_column(String(64))
    remembered: Mapped[bool] = mapped_column(Boolean)
    identity_id: Mapped[str | None] = mapped_column(String(22))
    upstream_sid: Mapped[str] = mapped_column(String(255), default="")
    onward: Mapped[str] = mapped_column(String(255))
    tries: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger, index=True)
    ended_at: Mapped[int | None] = mapped_column(BigInteger)


@dataclass(frozen=True, slots=True)
class Half:
    """The first proof of a person who owes the second; `onward` is a path of ours, for whom no app waits."""

    id: str
    browser: str
    user_id: str
    amr: str
    remembered: bool
    identity_id: str | None
    upstream_sid: str
    onward: str
    created_at: int
    expires_at: int


_COLUMNS = "id, browser, user_id, amr, remembered, identity_id, upstream_sid, onward, created_at, expires_at"
_LIVE = "id = :id AND browser = :browser AND ended_at IS NULL AND expires_at > :now"
_FIND = text(f"SELECT {_COLUMNS} FROM half_sign_ins WHERE {_LIVE}")
_COUNT_TRY = text(f"UPDATE half_sign_ins SET tries = tries + 1 WHERE {_LIVE} AND tries < :most")
_COMPLETE = text(f"UPDATE half_sign_ins SET ended_at = :now WHERE {_LIVE}")
_END = text("UPDATE half_sign_ins SET ended_at = :now WHERE user_id = :user_id AND ended_at IS NULL")

_END_OF_IDENTITY = text(
    "UPDATE half_sign_ins SET ended_at = :now WHERE identity_id = :identity_id AND ended_at IS NULL"
)


def open(half: Half) -> None:
    """The first proof was given; the second is awaited in this browser."""
    db.session.execute(insert(HalfSignIn).values(**asdict(half), tries=0))


def find(half_id: str, browser: str, now: int) -> Half | None:
    """The sign-in this browser is in the middle of; None when it is another browser's, completed, or too old."""
    found = is_id(half_id) and row(_FIND, {"id": half_id, "browser": browser, "now": now})
    return Half(**{**found._mapping, "remembered": bool(found.remembered)}) if found else None


def count_try(half_id: str, browser: str, most: int, now: int) -> bool:
    """Count a guess at the second proof, at once and for good; False when none is left. Before other writes."""
    return hot_count(_COUNT_TRY, {"id": half_id, "browser": browser, "most": most, "now": now}) == 1


def complete(half_id: str, browser: str, now: int) -> bool:
    """True for the one request that may turn it into a session."""
    return count(_COMPLETE, {"id": half_id, "browser": browser, "now": now}) == 1


def end_of_user(user_id: str, now: int) -> None:
    """After a new password, or when the account closes: whoever is half in is out. Before sessions end: whoever is
    completed now is among them.
    """
    count(_END, {"user_id": user_id, "now": now})


def end_of_identity(identity_id: str, now: int) -> None:
    """The same for whoever began by way of a link that is gone."""
    count(_END_OF_IDENTITY, {"identity_id": identity_id, "now": now})


def end_begun_at(provider: str, app_id: str, subject: str, sid: str, until: int, now: int) -> None:
    """The same where a provider's word began it, up to `until`; as browser_sessions.begun_at has it."""
    statement = update(HalfSignIn).where(
        HalfSignIn.identity_id.in_(identities.at(provider, app_id, subject)),
        HalfSignIn.created_at <= until,
        HalfSignIn.ended_at.is_(None),
    )
    count((statement.where(HalfSignIn.upstream_sid == sid) if sid else statement).values(ended_at=now), {})


def delete_expired(now: int, limit: int) -> int:
    """Clear away at most `limit` that nobody completed in time; how many went."""
    old = select(HalfSignIn.id).where(HalfSignIn.expires_at <= now).limit(limit)
    return count(delete(HalfSignIn).where(HalfSignIn.id.in_(old)), {})
