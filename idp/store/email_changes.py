"""A person's address on its way to another one: the new one proves itself, the old one may stop it for a week."""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Integer, String, delete, insert, select, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base, count, db, row


class EmailChange(Base):
    """`confirm` and `stop` are fingerprints of the two mailed links, `code` the keyed hash of the mailed code."""

    __tablename__ = "email_changes"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    old_lookup: Mapped[str] = mapped_column(String(320), index=True)
    old_address: Mapped[str] = mapped_column(String(320))
    new_lookup: Mapped[str] = mapped_column(String(320))
    new_address: Mapped[str] = mapped_column(String(320))
    confirm: Mapped[str] = mapped_column(String(64), unique=True)
    code: Mapped[str] = mapped_column(String(64))
    tries: Mapped[int] = mapped_column(Integer)
    stop: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int] = mapped_column(BigInteger)
    stoppable_until_at: Mapped[int] = mapped_column(BigInteger, index=True)
    confirmed_at: Mapped[int | None] = mapped_column(BigInteger)
    stopped_at: Mapped[int | None] = mapped_column(BigInteger)


@dataclass(frozen=True, slots=True)
class Change:
    """From where to where, since when; `expires_at` is the last moment for the new address, `stoppable_until_at` for
    the old one.
    """

    id: str
    user_id: str
    old_lookup: str
    old_address: str
    new_lookup: str
    new_address: str
    created_at: int
    expires_at: int
    stoppable_until_at: int
    confirmed_at: int | None = None
    stopped_at: int | None = None

    def __repr__(self) -> str:
        return f"Change({self.id})"


_COLUMNS = """
    id, user_id, old_lookup, old_address, new_lookup, new_address, created_at, expires_at, stoppable_until_at,
    confirmed_at, stopped_at
"""
_WAITS = "confirmed_at IS NULL AND stopped_at IS NULL AND expires_at > :now"
_OF_USER = text(
    f"SELECT {_COLUMNS} FROM email_changes WHERE user_id = :user_id AND {_WAITS} ORDER BY created_at DESC, id LIMIT 1"
)
_BY_CONFIRM = text(f"SELECT {_COLUMNS} FROM email_changes WHERE confirm = :token")
_BY_STOP = text(f"SELECT {_COLUMNS} FROM email_changes WHERE stop = :token")
_RENEW = text(f"UPDATE email_changes SET confirm = :confirm, code = :code, tries = 0 WHERE id = :id AND {_WAITS}")
_CONFIRM = text(
    f"UPDATE email_changes SET confirmed_at = :moment WHERE confirm = :token AND user_id = :user_id AND {_WAITS} "
    f"RETURNING {_COLUMNS}"
)
_CONFIRM_BY_CODE = text(
    f"UPDATE email_changes SET confirmed_at = :moment WHERE id = :id AND code = :code AND {_WAITS} RETURNING {_COLUMNS}"
)
_COUNT_TRY = text(f"UPDATE email_changes SET tries = tries + 1 WHERE id = :id AND tries < :most AND {_WAITS}")
_END = text(f"UPDATE email_changes SET expires_at = :moment WHERE user_id = :user_id AND {_WAITS}")
_STOP = text(
    f"""
    UPDATE email_changes SET stopped_at = :moment
    WHERE stop = :token AND stopped_at IS NULL AND stoppable_until_at > :now RETURNING {_COLUMNS}
    """
)
_STOP_LATER = text(
    """
    UPDATE email_changes SET stopped_at = :moment
    WHERE user_id = :user_id AND created_at >= :since AND stopped_at IS NULL
    """
)


def open(change: Change, confirm: str, code: str, stop: str) -> None:
    """It waits for its proof by this link (its fingerprint) or code (its hash; "" for none); an earlier one ends."""
    end(change.user_id, change.created_at)
    db.session.execute(insert(EmailChange).values(**asdict(change), confirm=confirm, code=code, stop=stop, tries=0))


def of_user(user_id: str, now: int) -> Change | None:
    """The change of this person that waits for its proof."""
    return _change(row(_OF_USER, {"user_id": user_id, "now": now}))


def by_confirm(token: str) -> Change | None:
    """What the link to the new address stands for, dead or alive; looking spends nothing."""
    return _change(row(_BY_CONFIRM, {"token": token}))


def by_stop(token: str) -> Change | None:
    """The same for the link to the old address."""
    return _change(row(_BY_STOP, {"token": token}))


def renew(change_id: str, confirm: str, code: str, now: int) -> bool:
    """Another mail carries another link and code; those before end. False when nothing waits any more."""
    return count(_RENEW, {"id": change_id, "confirm": confirm, "code": code, "now": now}) == 1


def confirm(token: str, user_id: str, now: int) -> Change | None:
    """The link is used, by the person whose change it is: for the one request that used it in time; None else."""
    return _change(row(_CONFIRM, {"token": token, "user_id": user_id, "moment": now, "now": now}))


def count_try(change_id: str, most: int, now: int) -> bool:
    """Count a guess at the code; False when none is left."""
    return count(_COUNT_TRY, {"id": change_id, "most": most, "now": now}) == 1


def confirm_by_code(change_id: str, code: str, now: int) -> Change | None:
    """The code is used, if this is its hash. To be called for a counted try only."""
    return _change(row(_CONFIRM_BY_CODE, {"id": change_id, "code": code, "moment": now, "now": now})) if code else None


def end(user_id: str, now: int) -> bool:
    """Nothing of this person's waits any more; True when something did."""
    return count(_END, {"user_id": user_id, "moment": now, "now": now}) > 0


def stop(token: str, now: int) -> Change | None:
    """The old address does not want it, whether it was confirmed or not: for one request within its week; None else."""
    return _change(row(_STOP, {"token": token, "moment": now, "now": now}))


def stop_later(user_id: str, since: int, now: int) -> None:
    """What this person began since then is over, and can neither be confirmed nor taken back by its old address."""
    count(_STOP_LATER, {"user_id": user_id, "since": since, "moment": now})


def delete_expired(now: int, limit: int) -> int:
    """Clear away at most `limit` changes that nobody can stop any more; how many went."""
    old = select(EmailChange.id).where(EmailChange.stoppable_until_at <= now).limit(limit)
    return count(delete(EmailChange).where(EmailChange.id.in_(old)), {})


def _change(found: Any) -> Change | None:
    return Change(**found._mapping) if found else None
