"""Secrets of confidential clients: fingerprints only; two may live at once, so that one can follow the other.

A secret has 256 random bits, so one round of SHA-256 keeps it: nobody can try them all (unlike a password).
"""

from dataclasses import dataclass, field

from sqlalchemy import BigInteger, ForeignKey, String, bindparam, column, func, insert, select, table, update
from sqlalchemy.orm import Mapped, mapped_column

from idp.store.base import Base, count, db

MOST_LIVE = 2


class ClientSecret(Base):
    __tablename__ = "client_secrets"

    id: Mapped[str] = mapped_column(String(22), primary_key=True)
    client_id: Mapped[str] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), index=True)
    secret: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[int] = mapped_column(BigInteger)
    expires_at: Mapped[int | None] = mapped_column(BigInteger)
    revoked_at: Mapped[int | None] = mapped_column(BigInteger)


@dataclass(frozen=True, slots=True)
class StoredSecret:
    """`id` may be seen, and names the secret to people; `fingerprint` is compared with the one presented."""

    id: str
    client_id: str
    fingerprint: str = field(repr=False)
    created_at: int
    expires_at: int | None = None
    """Seconds since the epoch from which on it is refused; None: never."""


COLUMNS = (
    ClientSecret.id,
    ClientSecret.client_id,
    ClientSecret.secret,
    ClientSecret.created_at,
    ClientSecret.expires_at,
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
    ("id", "client_id", "secret", "created_at", "expires_at"),
    select(
        bindparam("id", type_=String),
        bindparam("client", type_=String),
        bindparam("secret", type_=String),
        bindparam("now", type_=BigInteger),
        bindparam("expires", type_=BigInteger),
    ).where(HOW_MANY < MOST_LIVE),
)
REVOKE = (
    update(ClientSecret)
    .where(OF_THIS_CLIENT, ClientSecret.id == bindparam("secret_id"), NOT_REVOKED, NOT_EXPIRED)
    .values(revoked_at=bindparam("now"))
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
    values = {"id": secret.id, "secret": secret.fingerprint, "expires": secret.expires_at}
    return count(ONE_AT_A_TIME, client) == 1 and count(ADD, client | values) == 1


def revoked(client_id: str, secret_id: str, now: int) -> bool:
    """The secret is accepted no more; False when the client has no live secret of that id."""
    return count(REVOKE, {"client": client_id, "secret_id": secret_id, "now": now}) == 1
