"""Requests of a provider to delete what came from it: answered once each, with a page that tells how it went."""

from dataclasses import dataclass

from sqlalchemy import BigInteger, String, delete, select, text
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base, count, new_id, row
from idp.store.hot import Found, hot_row

KEPT_FOR = 365 * 86400
"""Seconds for which the page of a request can be looked at."""


class DataDeletion(Base):
    """`request` is the fingerprint of what was asked, `code` that of the confirmation code; `outcome` names the end."""

    __tablename__ = "data_deletions"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    request: Mapped[str] = mapped_column(String(64), unique=True)
    code: Mapped[str] = mapped_column(String(64), unique=True)
    provider: Mapped[str] = mapped_column(String(255))
    outcome: Mapped[str] = mapped_column(String(16))
    requested_at: Mapped[int] = mapped_column(BigInteger, index=True)
    done_at: Mapped[int | None] = mapped_column(BigInteger)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request; `done_at` may lie ahead. Nothing here says whose data it was about."""

    code: str
    outcome: str
    requested_at: int
    done_at: int


_COLUMNS = "code, outcome, requested_at, done_at"
_ADD = text(
    """
    INSERT INTO data_deletions (id, request, code, provider, outcome, requested_at, done_at)
    VALUES (:id, :request, :code, :provider, 'nothing', :now, :now)
    ON CONFLICT (request) DO NOTHING
    """
)
_OF_REQUEST = text(f"SELECT {_COLUMNS} FROM data_deletions WHERE request = :request")
_OF_CODE = text(f"SELECT {_COLUMNS} FROM data_deletions WHERE provider = :provider AND code = :code")
_END = text("UPDATE data_deletions SET outcome = :outcome, done_at = :done_at WHERE request = :request")
_RECODE = text("UPDATE data_deletions SET code = :code WHERE request = :request")


def add(request: str, code: str, provider: str, now: int) -> bool:
    """It was asked for, and so far nothing was found; False when it was asked before (of two at once, the second)."""
    values = {"id": new_id(), "request": request, "code": code, "provider": provider, "now": now}
    return count(_ADD, values) == 1


def of_request(request: str) -> Asked | None:
    """What was asked before, as this request's transaction sees it."""
    return _asked(row(_OF_REQUEST, {"request": request}))


def of_code(provider: str, code: str) -> Asked | None:
    """The request behind a confirmation code's fingerprint; reads outside the request's transaction."""
    return _asked(hot_row(_OF_CODE, {"provider": provider, "code": code}))


def end(request: str, outcome: str, done_at: int) -> None:
    """How it went, and when all of it is, or will be, done."""
    count(_END, {"request": request, "outcome": outcome, "done_at": done_at})


def recode(request: str, code: str) -> None:
    """It goes by another confirmation code: the key that the first one was made of is gone."""
    count(_RECODE, {"request": request, "code": code})


def delete_expired(now: int, limit: int) -> int:
    """Clear away at most `limit` requests of long ago; how many went."""
    old = select(DataDeletion.id).where(DataDeletion.requested_at <= now - KEPT_FOR).limit(limit)
    return count(delete(DataDeletion).where(DataDeletion.id.in_(old)), {})


def _asked(found: Found | None) -> Asked | None:
    return None if found is None else Asked(found.code, found.outcome, found.requested_at, found.done_at)
