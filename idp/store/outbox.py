"""Mails that were promised by a commit and are not yet delivered; sealed, since links and codes are in them."""

from dataclasses import dataclass, field

from sqlalchemy import (
    BigInteger,
    Index,
    Integer,
    String,
    Text,
    and_,
    bindparam,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base, count, db
from idp.store.hot import hot_count, hot_row

LONGEST_ERROR = 200


class OutboxMail(Base):
    """`sealed` holds the message until it is delivered, then it is erased. `leased_until` keeps other nodes off."""

    __tablename__ = "outbox"
    __table_args__ = (Index("ix_outbox_due", "delivered_at", "next_try_at"),)

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    sealed: Mapped[str | None] = mapped_column(Text)
    tries: Mapped[int] = mapped_column(Integer)
    created_at: Mapped[int] = mapped_column(BigInteger)
    next_try_at: Mapped[int] = mapped_column(BigInteger)
    leased_until: Mapped[int] = mapped_column(BigInteger)
    delivered_at: Mapped[int | None] = mapped_column(BigInteger)
    given_up_at: Mapped[int | None] = mapped_column(BigInteger)
    last_error: Mapped[str] = mapped_column(String(200))


@dataclass(frozen=True, slots=True)
class LeasedMail:
    """A mail that one deliverer holds. `tries` counts this one, and tells its holder from any later one."""

    id: str
    kind: str
    sealed: str = field(repr=False)
    tries: int
    created_at: int


@dataclass(frozen=True, slots=True)
class KeptMail:
    """A mail whose message is still here: on its way, or kept by the development transport."""

    id: str
    kind: str
    sealed: str = field(repr=False)
    created_at: int
    delivered_at: int | None
    last_error: str


PROMISE = insert(OutboxMail).values(tries=0, leased_until=0, last_error="")

IS_OPEN = and_(OutboxMail.delivered_at.is_(None), OutboxMail.given_up_at.is_(None))
IS_DUE = and_(IS_OPEN, OutboxMail.next_try_at <= bindparam("now"), OutboxMail.leased_until <= bindparam("now"))
ANY_DUE = select(literal(1)).where(IS_DUE).limit(1)
LEASE = (
    update(OutboxMail)
    .where(
        OutboxMail.id
        == select(OutboxMail.id)
        .where(IS_DUE)
        .order_by(OutboxMail.next_try_at)
        .limit(1)
        .with_for_update(skip_locked=True)
        .scalar_subquery()
    )
    .values(leased_until=bindparam("until"), tries=OutboxMail.tries + 1)
    .returning(OutboxMail.id, OutboxMail.kind, OutboxMail.sealed, OutboxMail.tries, OutboxMail.created_at)
)

IS_HELD = and_(IS_OPEN, OutboxMail.id == bindparam("mail_id"), OutboxMail.tries == bindparam("held_tries"))
DELIVER = update(OutboxMail).where(IS_HELD).values(delivered_at=bindparam("now"), sealed=None, last_error="")
KEEP = update(OutboxMail).where(IS_HELD).values(delivered_at=bindparam("now"), last_error="")
PUT_OFF = (
    update(OutboxMail)
    .where(IS_HELD)
    .values(next_try_at=bindparam("until"), leased_until=0, last_error=bindparam("why"))
)
GIVE_UP = (
    update(OutboxMail).where(IS_HELD).values(given_up_at=bindparam("now"), sealed=None, last_error=bindparam("why"))
)
FORGET = delete(OutboxMail).where(
    or_(OutboxMail.delivered_at < bindparam("before"), OutboxMail.given_up_at < bindparam("before"))
)

WAITING = select(func.count()).select_from(OutboxMail).where(IS_OPEN, OutboxMail.created_at < bindparam("before"))

KEPT = select(
    OutboxMail.id,
    OutboxMail.kind,
    OutboxMail.sealed,
    OutboxMail.created_at,
    OutboxMail.delivered_at,
    OutboxMail.last_error,
).where(OutboxMail.sealed.is_not(None))
KEPT_LAST = KEPT.order_by(OutboxMail.created_at.desc(), OutboxMail.id).limit(bindparam("most"))
KEPT_ONE = KEPT.where(OutboxMail.id == bindparam("mail_id"))


def promise(mail_id: str, kind: str, sealed: str, now: int) -> None:
    """The mail will leave if, and only if, the transaction around this commits."""
    db.session.execute(PROMISE, {"id": mail_id, "kind": kind, "sealed": sealed, "created_at": now, "next_try_at": now})


def any_due(now: int) -> bool:
    """Whether some mail could be leased: a read, so that looking often disturbs no writer."""
    return hot_row(ANY_DUE, {"now": now}) is not None


def lease(now: int, until: int) -> LeasedMail | None:
    """The mail that waited longest is the caller's until `until`, in one statement; None when nothing is due.

    A holder that dies says nothing: its mail is due again when the lease ends.
    """
    found = hot_row(LEASE, {"now": now, "until": until})
    return LeasedMail(**found._asdict()) if found is not None else None


def deliver(mail: LeasedMail, now: int) -> bool:
    """Delivered, and its message erased. False: the lease had run out and somebody else holds it now."""
    return hot_count(DELIVER, {**_held(mail), "now": now}) == 1


def keep(mail: LeasedMail, now: int) -> bool:
    """Done with, but the message stays readable here (the development transport)."""
    return hot_count(KEEP, {**_held(mail), "now": now}) == 1


def put_off(mail: LeasedMail, until: int, why: str) -> bool:
    """Free again, and due at `until`."""
    return hot_count(PUT_OFF, {**_held(mail), "until": until, "why": why[:LONGEST_ERROR]}) == 1


def give_up(mail: LeasedMail, now: int, why: str) -> bool:
    """Never to be sent, and its message erased."""
    return hot_count(GIVE_UP, {**_held(mail), "now": now, "why": why[:LONGEST_ERROR]}) == 1


def forget(before: int) -> int:
    """What was delivered or given up before that time is gone: how many rows. In the caller's transaction."""
    return count(FORGET, {"before": before})


def waiting(before: int) -> int:
    """How many mails are still here that were promised before that time."""
    found = hot_row(WAITING, {"before": before})
    return int(found[0]) if found is not None else 0


def kept(most: int) -> tuple[KeptMail, ...]:
    """The newest mails whose message is still here, newest first."""
    rows = db.session.execute(KEPT_LAST, {"most": most})
    return tuple(KeptMail(**row._asdict()) for row in rows)


def find_kept(mail_id: str) -> KeptMail | None:
    found = hot_row(KEPT_ONE, {"mail_id": mail_id})
    return KeptMail(**found._asdict()) if found is not None else None


def _held(mail: LeasedMail) -> dict[str, str | int]:
    return {"mail_id": mail.id, "held_tries": mail.tries}
