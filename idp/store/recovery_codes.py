"""Recovery codes: ten per person, hashed, each good for one sign-in without the second factor."""

from collections.abc import Iterable

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint, delete, insert, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base, db, new_id
from idp.store.hot import hot_count, hot_row


class RecoveryCode(Base):
    """`code` is a keyed hash: a stolen database tells none of them."""

    __tablename__ = "recovery_codes"
    __table_args__ = (UniqueConstraint("user_id", "code", name="uq_recovery_codes_code"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    code: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[int] = mapped_column(BigInteger)
    spent_at: Mapped[int | None] = mapped_column(BigInteger)


_SPEND = text(
    "UPDATE recovery_codes SET spent_at = :now WHERE user_id = :user_id AND code = :code AND spent_at IS NULL"
)
_LEFT = text("SELECT count(*) AS number FROM recovery_codes WHERE user_id = :user_id AND spent_at IS NULL")


def replace(user_id: str, codes: Iterable[str], now: int) -> None:
    """These hashes are of the person's codes, and no others; none ends all of them."""
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.user_id == user_id))
    rows = [{"id": new_id(), "user_id": user_id, "code": code, "created_at": now} for code in codes]
    if rows:
        db.session.execute(insert(RecoveryCode), rows)


def spend(user_id: str, code: str, now: int) -> bool:
    """The code is used, at once and for good, by one request; False when it was used, replaced, or never one."""
    return hot_count(_SPEND, {"user_id": user_id, "code": code, "now": now}) == 1


def left(user_id: str) -> int:
    """How many are unused; reads outside the request's transaction."""
    found = hot_row(_LEFT, {"user_id": user_id})
    return int(found.number) if found else 0
