"""Signing keys and where each stands: next (published), current (signs), retiring (published, signs no more).

Two unique indexes keep one `current` and one `next` per algorithm, whoever writes; a verb that another node was
quicker with answers False and changes nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy import BigInteger, Index, String, Text, bindparam, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert  # its ON CONFLICT is SQLite's too
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base, count, db, unit_of_work

LOCK = 0x4B455953  # an advisory lock number of our own: "KEYS"
State = Literal["next", "current", "retiring"]


class SigningKey(Base):
    """`sealed_private` is the private half under the key of keys/; it is erased when the key retires."""

    __tablename__ = "signing_keys"
    __table_args__ = (
        Index(
            "uq_signing_keys_current",
            "alg",
            unique=True,
            sqlite_where=text("state = 'current'"),
            postgresql_where=text("state = 'current'"),
        ),
        Index(
            "uq_signing_keys_next",
            "alg",
            unique=True,
            sqlite_where=text("state = 'next'"),
            postgresql_where=text("state = 'next'"),
        ),
    )

    kid: Mapped[str] = mapped_column(String(43), primary_key=True)
    alg: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    public_jwk: Mapped[str] = mapped_column(Text)
    sealed_private: Mapped[str | None] = mapped_column(Text)
    published_at: Mapped[int] = mapped_column(BigInteger)
    signs_at: Mapped[int | None] = mapped_column(BigInteger)
    retired_at: Mapped[int | None] = mapped_column(BigInteger)


@dataclass(frozen=True, slots=True)
class StoredKey:
    """One row. `signs_at`: since when it signs; for `next`, when it was asked to begin (None: in its turn)."""

    kid: str
    alg: str
    state: State
    public_jwk: str
    sealed_private: str | None = field(repr=False)
    published_at: int
    signs_at: int | None = None
    retired_at: int | None = None


KEYS = Base.metadata.tables["signing_keys"]
OF_THIS_KEY = KEYS.c.kid == bindparam("key")
IS_NEXT, IS_CURRENT = KEYS.c.state == "next", KEYS.c.state == "current"
ALL = select(*KEYS.c).order_by(KEYS.c.published_at, KEYS.c.kid)
ADD = insert(KEYS).on_conflict_do_nothing()
BEGIN = update(KEYS).where(OF_THIS_KEY, IS_NEXT).values(state="current", signs_at=bindparam("now"))
RETIRE = (
    update(KEYS)
    .where(OF_THIS_KEY, IS_CURRENT)
    .values(state="retiring", retired_at=bindparam("now"), sealed_private=None)
)
BRING_FORWARD = update(KEYS).where(OF_THIS_KEY, IS_NEXT).values(signs_at=bindparam("at"))
DROP = delete(KEYS).where(OF_THIS_KEY, KEYS.c.state == bindparam("expected"))
DROP_ALL = delete(KEYS).where(KEYS.c.alg == bindparam("algorithm"))
REWRAP = (
    update(KEYS)
    .where(OF_THIS_KEY, KEYS.c.sealed_private == bindparam("before"))
    .values(sealed_private=bindparam("after"))
)


def published() -> tuple[StoredKey, ...]:
    """Every key there is, oldest first: one statement, so that exactly one per algorithm is seen to sign."""
    with db.engines["hot"].connect() as connection:
        return tuple(StoredKey(*row) for row in connection.execute(ALL))


@contextmanager
def changing() -> Iterator[None]:
    """A unit of work that waits for every other change of the keys: they touch several rows, in any order, and
    would otherwise lock each other out. Reading goes on. SQLite has one writer anyway."""
    with unit_of_work():
        if db.engine.dialect.name == "postgresql":
            db.session.execute(select(func.pg_advisory_xact_lock(LOCK)))
        yield


def added(key: StoredKey) -> bool:
    """The key is there; False when its place (next or current of its algorithm) was taken."""
    return count(ADD, {column.name: getattr(key, column.name) for column in KEYS.c}) == 1


def signs(kid: str, now: int) -> bool:
    """`next` is now `current`. The former one retires before, in the same unit of work.

    False undoes what that unit of work did so far when another key signs already: the caller stops there.
    """
    try:
        return count(BEGIN, {"key": kid, "now": now}) == 1
    except IntegrityError:
        db.session.rollback()
        return False


def retired(kid: str, now: int) -> bool:
    """`current` signs no more: it stays published, and its private half is erased."""
    return count(RETIRE, {"key": kid, "now": now}) == 1


def brought_forward(kid: str, at: int) -> bool:
    """`next` begins at `at`, or as soon after as it has been published for long enough."""
    return count(BRING_FORWARD, {"key": kid, "at": at}) == 1


def dropped(kid: str, expected: State) -> bool:
    """The key is gone from the published set, if it still stood where it was seen."""
    return count(DROP, {"key": kid, "expected": expected}) == 1


def all_dropped(alg: str) -> int:
    """Every key of the algorithm is gone, whatever it was doing: for emergencies only. How many there were."""
    return count(DROP_ALL, {"algorithm": alg})


def rewrapped(kid: str, before: str, after: str) -> bool:
    """The same private half under another key of keys/; False when it was erased or re-wrapped meanwhile."""
    return count(REWRAP, {"key": kid, "before": before, "after": after}) == 1
