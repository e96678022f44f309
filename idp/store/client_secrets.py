"""Secrets of confidential clients: fingerprints; two may live at once, so that one can follow the other.

A secret has 256 random bits, so one round of SHA-256 keeps it: nobody can try them all (unlike a password).
Of the secrets that sign (client_secret_jwt) a copy is kept too, wrapped under keys/ (signing.shared_secrets).
"""

from dataclasses import dataclass, field

from sqlalchemy import (
    BigInteger,
    ForeignKey,
    Integer,
    String,
    Text,
    bindparam,
    column,
    func,
    insert,
    select,
    table,
    text,
    update,
)
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base, count, db
from idp.store.hot import hot_count

MOST_LIVE = 2


class ClientSecret(Base):
    """`used_at` is when it was presented last, to the hour; `told_days` the days left when its owners were told."""

    __tablename__ = "client_secrets"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), index=True)
    secret: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int | None] = mapped_column(BigInteger)
    revoked_at: Mapped[int | None] = mapped_column(BigInteger)
    used_at: Mapped[int | None] = mapped_column(BigInteger)
    told_days: Mapped[int | None] = mapped_column(Integer)
    wrapped: Mapped[str] = mapped_column(Text, default="", server_default="")


@dataclass(frozen=True, slots=True)
class StoredSecret:
    """`id` may be seen, and names the secret to people; `fingerprint` is compared with the one presented."""

    id: str
    client_id: str
    fingerprint: str = field(repr=False)
    created_at: int
    expires_at: int | None = None
    """Seconds since the epoch from which on it is refused; None: never."""
    used_at: int | None = None
    """When it was presented last, to the hour; None: not yet."""
    wrapped: str = field(default="", repr=False)
    """The secret itself, sealed under keys/, where it signs; "" where it is only compared."""


COLUMNS = (
    ClientSecret.id,
    ClientSecret.client_id,
    ClientSecret.secret,
    ClientSecret.created_at,
    ClientSecret.expires_at,
    ClientSecret.used_at,
    ClientSecret.wrapped,
)
OF_THIS_CLIENT = ClientSecret.client_id == bindparam("client")
NOT_REVOKED = ClientSecret.revoked_at.is_(None)
NOT_EXPIRED = func.coalesce(ClientSecret.expires_at, bindparam("now") + 1) > bindparam("now")
LIVE = select(*COLUMNS).where(NOT_REVOKED, NOT_EXPIRED).order_by(ClientSecret.created_at, ClientSecret.id)
LIVE_OF_ONE = LIVE.where(OF_THIS_CLIENT)
HOW_MANY = select(func.count()).where(OF_THIS_CLIENT, NOT_REVOKED, NOT_EXPIRED).scalar_subquery()
CLIENTS = table("clients", column("id"), column("updated_at"))
ONE_AT_A_TIME = update(CLIENTS).where(CLIENTS.c.id == bindparam("client")).values(updated_at=bindparam("now"))
ADD = insert(Base.metadata.tables["client_secrets"]).from_select(
    ("id", "client_id", "secret", "created_at", "expires_at", "wrapped"),
    select(
        bindparam("id", type_=String),
        bindparam("client", type_=String),
        bindparam("secret", type_=String),
        bindparam("now", type_=BigInteger),
        bindparam("expires", type_=BigInteger),
        bindparam("wrapped", type_=Text),
    ).where(HOW_MANY < MOST_LIVE),
)
REWRAP = (
    update(ClientSecret)
    .where(ClientSecret.id == bindparam("secret_id"), ClientSecret.wrapped == bindparam("before"))
    .values(wrapped=bindparam("after"))
)
REVOKE = (
    update(ClientSecret)
    .where(OF_THIS_CLIENT, ClientSecret.id == bindparam("secret_id"), NOT_REVOKED, NOT_EXPIRED)
    .values(revoked_at=bindparam("now"))
)
REVOKE_ALL = update(ClientSecret).where(OF_THIS_CLIENT, NOT_REVOKED, NOT_EXPIRED).values(revoked_at=bindparam("now"))
END_AT = (
    update(ClientSecret)
    .where(OF_THIS_CLIENT, ClientSecret.id == bindparam("secret_id"), NOT_REVOKED, NOT_EXPIRED)
    .where(func.coalesce(ClientSecret.expires_at, bindparam("at") + 1) > bindparam("at"))
    .values(expires_at=bindparam("at"))
)
EVERY = 3600
USED = text(
    """
    UPDATE client_secrets SET used_at = :now WHERE client_id = :client_id AND secret = :secret
    AND COALESCE(used_at, 0) <= :earlier
    """
)
# The last one of an app: where another lives on, nobody has to be told of the end of this one.
EXPIRING = text(
    """
    SELECT s.id, s.client_id, s.created_at, s.expires_at, s.told_days FROM client_secrets s
    JOIN clients c ON c.id = s.client_id AND c.state = 'active'
    WHERE s.revoked_at IS NULL AND s.expires_at > :now AND s.expires_at <= :until
    AND NOT EXISTS (
        SELECT 1 FROM client_secrets t WHERE t.client_id = s.client_id AND t.id <> s.id AND t.revoked_at IS NULL
        AND (t.expires_at IS NULL OR t.expires_at > s.expires_at)
    )
    ORDER BY s.expires_at, s.id
    """
)
TELL = text(
    """
    UPDATE client_secrets SET told_days = :days
    WHERE id = :secret_id AND revoked_at IS NULL AND (told_days IS NULL OR told_days > :before)
    """
)


def live(now: int) -> tuple[StoredSecret, ...]:
    """The secrets of every client that are accepted now, each client's oldest first."""
    return tuple(StoredSecret(*row) for row in db.session.execute(LIVE, {"now": now}))


def live_of(client_id: str, now: int) -> tuple[StoredSecret, ...]:
    """The secrets of one client that are accepted now, oldest first."""
    rows = db.session.execute(LIVE_OF_ONE, {"client": client_id, "now": now})
    return tuple(StoredSecret(*row) for row in rows)


def added(secret: StoredSecret) -> bool:
    """The secret is accepted from now on; False when the client already has two, or does not exist.

    The client's row is written first: whoever else adds one at the same moment waits, then counts this one.
    """
    client = {"client": secret.client_id, "now": secret.created_at}
    values = {"id": secret.id, "secret": secret.fingerprint, "expires": secret.expires_at, "wrapped": secret.wrapped}
    return count(ONE_AT_A_TIME, client) == 1 and count(ADD, client | values) == 1


def revoked(client_id: str, secret_id: str, now: int) -> bool:
    """The secret is accepted no more; False when the client has no live secret of that id."""
    return count(REVOKE, {"client": client_id, "secret_id": secret_id, "now": now}) == 1


def revoked_all(client_id: str, now: int) -> int:
    """None of the client's secrets is accepted any more; how many were."""
    return count(REVOKE_ALL, {"client": client_id, "now": now})


def ends_at(client_id: str, secret_id: str, at: int, now: int) -> bool:
    """The secret is refused from that second on; False when it would have been before, or is no live one."""
    return count(END_AT, {"client": client_id, "secret_id": secret_id, "at": at, "now": now}) == 1


def rewrapped(secret_id: str, before: str, after: str) -> bool:
    """Its copy is sealed anew; False when it is not what it was."""
    return count(REWRAP, {"secret_id": secret_id, "before": before, "after": after}) == 1


def used(client_id: str, stored: str, now: int) -> None:
    """The secret with this fingerprint was presented; written once in EVERY seconds, outside any transaction."""
    hot_count(USED, {"client_id": client_id, "secret": stored, "now": now, "earlier": now - EVERY})


@dataclass(frozen=True, slots=True)
class Expiring:
    """A secret after which its client has none; `told_days` as its owners were told last, None for never."""

    id: str
    client_id: str
    created_at: int
    expires_at: int
    told_days: int | None


def expiring(now: int, within: int) -> tuple[Expiring, ...]:
    """Every last secret of an active client that ends within so many seconds, the soonest first."""
    rows = db.session.execute(EXPIRING, {"now": now, "until": now + within})
    return tuple(Expiring(**row._mapping) for row in rows)


def told(secret_id: str, days: int) -> bool:
    """Its owners are told that it ends in so many days; True for the one who tells them."""
    return count(TELL, {"secret_id": secret_id, "days": days, "before": days}) == 1
