"""Registered apps. The metadata is one JSON document: what RFC 7591 names, checked when it was written."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hmac import compare_digest
from itertools import groupby
from operator import itemgetter
from threading import Lock
from typing import Any, Literal

from sqlalchemy import BigInteger, String, Text, and_, bindparam, delete, exists, select, text, update
from sqlalchemy.dialects.postgresql import insert  # its ON CONFLICT is SQLite's too
from sqlalchemy.orm import Mapped, mapped_column

from idp.protocol.client_metadata import ClientMetadata
from idp.store import client_secrets
from idp.store.app_owners import AppOwner
from idp.store.base import Base, count, db, fingerprint, row
from idp.store.client_secrets import ClientSecret
from idp.store.hot import hot_count

Source = Literal["file", "cli", "console", "registration", "document"]
State = Literal["active", "suspended"]

EVERY = 86400
BY_THEMSELVES = ("registration", "document")
"""Sources of apps that go by themselves, too, when nobody uses them."""


class ClientRow(Base):
    """`source` is file, cli, console, registration or document; `state` is active or suspended, `hold_reason` why, for
    its owners ("" for nothing said). `used_at` is when it last proved who it is, to the day, 0 for never; `fresh_until`
    says when the document of an app that publishes one is to be read again.
    """

    __tablename__ = "clients"

    id: Mapped[str] = mapped_column(String(255), primary_key=True)
    # "metadata" is a word SQLAlchemy keeps for itself
    registration: Mapped[str] = mapped_column("metadata", Text)
    source: Mapped[str] = mapped_column(String(16))
    state: Mapped[str] = mapped_column(String(16))
    created_at: Mapped[int] = mapped_column(BigInteger)
    updated_at: Mapped[int] = mapped_column(BigInteger)
    hold_reason: Mapped[str] = mapped_column(String(255), default="", server_default="")
    used_at: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")
    fresh_until: Mapped[int] = mapped_column(BigInteger, default=0, server_default="0")


@dataclass(frozen=True, slots=True)
class Client:
    """A registered app, with the fingerprints of the secrets that were live when it was looked up, and whether it is
    anybody's (store.app_owners).
    """

    client_id: str
    metadata: ClientMetadata
    source: Source = "cli"
    state: State = "active"
    secrets: tuple[str, ...] = field(default=(), repr=False)
    wrapped: tuple[str, ...] = field(default=(), repr=False, compare=False)
    """The secrets themselves, each wrapped, in the order of their fingerprints; "" for one that only compares."""
    used_at: int = field(default=0, compare=False)
    fresh_until: int = field(default=0, compare=False)
    is_owned: bool = field(default=False, compare=False)

    def has_secret(self, presented: str) -> bool:
        """Whether this is one of its secrets; the time it takes does not tell how much of it is right."""
        shown = fingerprint(presented)
        return any(compare_digest(shown, secret) for secret in self.secrets)

    @property
    def working_secrets(self) -> tuple[str, ...]:
        """The fingerprints of those it can prove itself by: one that is to sign must be known in full."""
        if not self.metadata.signs_with_secret:
            return self.secrets
        return tuple(secret for secret, copy in zip(self.secrets, self.wrapped, strict=True) if copy)


NOBODY = Client("", ClientMetadata())


JOINED = (
    select(
        ClientRow.id,
        ClientRow.registration,
        ClientRow.source,
        ClientRow.state,
        ClientRow.used_at,
        ClientRow.fresh_until,
        exists().where(AppOwner.client_id == ClientRow.id).label("is_owned"),
        ClientSecret.secret,
        ClientSecret.expires_at,
        ClientSecret.wrapped,
    )
    .outerjoin(
        ClientSecret,
        and_(ClientSecret.client_id == ClientRow.id, client_secrets.NOT_REVOKED, client_secrets.NOT_EXPIRED),
    )
    .order_by(ClientRow.id, ClientSecret.created_at, ClientSecret.id)
)
ONE = JOINED.where(ClientRow.id == bindparam("client"))
ACTIVE = ONE.where(ClientRow.state == "active")
ADD = insert(Base.metadata.tables["clients"]).on_conflict_do_nothing()
CHANGE = (
    update(ClientRow)
    .where(ClientRow.id == bindparam("client"))
    .values(registration=bindparam("metadata"), source=bindparam("source"), state=bindparam("state"))
    .values(updated_at=bindparam("now"))
)
SUSPEND = (
    update(ClientRow)
    .where(ClientRow.id == bindparam("client"), ClientRow.state == "active")
    .values(state="suspended", hold_reason=bindparam("reason"), updated_at=bindparam("now"))
)
RESUME = (
    update(ClientRow)
    .where(ClientRow.id == bindparam("client"), ClientRow.state == "suspended")
    .values(state="active", hold_reason="", updated_at=bindparam("now"))
)
HOLD_REASON = select(ClientRow.state, ClientRow.hold_reason).where(ClientRow.id == bindparam("client"))
HOLD_ONE = update(ClientRow).where(ClientRow.id == bindparam("client")).values(state=ClientRow.state)
USED = text("UPDATE clients SET used_at = :now WHERE id = :client AND used_at <= :before")
REMOVE = delete(ClientRow).where(ClientRow.id == bindparam("client"))
HOLD = {
    "postgresql": text("LOCK TABLE clients IN SHARE ROW EXCLUSIVE MODE"),
    "sqlite": text("UPDATE clients SET state = state WHERE id = ''"),  # the first write is BEGIN IMMEDIATE
}


def find(client_id: str, now: int) -> Client | None:
    """The app as it is now, if it is registered and not suspended. Doors ask `KnownClients`, which remembers."""
    return _read(client_id, now)[0]


def stored(client_id: str, now: int) -> Client | None:
    """The app as this unit of work sees it, suspended or not."""
    rows = db.session.execute(ONE, {"client": client_id, "now": now})
    return next((client for client, _ in _clients(rows)), None)


def every(now: int) -> tuple[Client, ...]:
    """All apps as this unit of work sees them, suspended ones too, by client_id."""
    return tuple(client for client, _ in _clients(db.session.execute(JOINED, {"now": now})))


def held() -> None:
    """Nobody else changes any app until this unit of work ends; reading, and giving out tokens, goes on."""
    db.session.execute(HOLD[db.engine.dialect.name])


def added(client: Client, now: int) -> bool:
    """The app is registered, without its secrets; False when the client_id is taken."""
    return count(ADD, _values(client) | {"id": client.client_id, "created_at": now, "updated_at": now}) == 1


def changed(client: Client, now: int) -> bool:
    """The app's metadata, source and state are these; False when there is no such app."""
    return count(CHANGE, _values(client) | {"client": client.client_id, "now": now}) == 1


def hold(client_id: str) -> bool:
    """Whoever else holds this app waits until this unit of work ends, and then sees what it wrote; False without it."""
    return count(HOLD_ONE, {"client": client_id}) == 1


def suspended(client_id: str, reason: str, now: int) -> bool:
    """Nobody signs in to the app any more, and its owners read why; True for the one who said so first."""
    return count(SUSPEND, {"client": client_id, "reason": reason, "now": now}) == 1


def hold_reason(client_id: str) -> str:
    """Why the app is suspended, as its owners read it; "" where nobody said, or it is not."""
    found = row(HOLD_REASON, {"client": client_id})
    return str(found.hold_reason) if found and found.state == "suspended" else ""


def resumed(client_id: str, now: int) -> bool:
    """The app works again; False when it was not suspended."""
    return count(RESUME, {"client": client_id, "now": now}) == 1


def used(client_id: str, now: int) -> None:
    """The app proved who it is; written once in EVERY seconds, outside any transaction."""
    hot_count(USED, {"client": client_id, "now": now, "before": now - EVERY})


def removed(client_id: str) -> bool:
    """The app is gone, and with it its secrets, its grants and what people agreed to share with it."""
    return count(REMOVE, {"client": client_id}) == 1


def _values(client: Client) -> dict[str, object]:
    return {"metadata": client.metadata.to_json(), "source": client.source, "state": client.state}


def _read(client_id: str, now: int) -> tuple[Client | None, int | None]:
    """Also when the first of its secrets expires: from then on this is no longer the truth."""
    if not client_id.isprintable():  # RFC 6749 §A.1: no such id; PostgreSQL would refuse a null character with a fault
        return None, None
    with db.engines["hot"].connect() as connection:
        return next(_clients(connection.execute(ACTIVE, {"client": client_id, "now": now})), (None, None))


def _clients(rows: Iterable[Any]) -> Iterator[tuple[Client, int | None]]:
    """One client per run of rows: it stands in each of them, beside one of its secrets or beside nothing."""
    for (client_id, registration, source, state, used, fresh, owned), group in groupby(rows, itemgetter(*range(7))):
        secrets = [(secret, expires_at, copy) for *_, secret, expires_at, copy in group if secret]
        fingerprints, copies = tuple(secret for secret, *_ in secrets), tuple(copy for *_, copy in secrets)
        metadata = ClientMetadata.from_json(registration)
        client = Client(client_id, metadata, source, state, fingerprints, copies, used, fresh, bool(owned))
        yield client, min((at for _, at, _ in secrets if at is not None), default=None)


@dataclass(frozen=True, slots=True)
class _Kept:
    """True from the first of these seconds on, and no longer relied on from the second on."""

    client: Client
    since: int
    until: int


class KnownClients:
    """What this process knows of the apps, for `cache_for` seconds and never longer.

    So a change of metadata, a suspension, a removal and a revoked secret are felt everywhere `cache_for`
    seconds after their commit at the latest. Not late at all: a new app and a new secret (what is not known
    is read), and a secret's expiry (what is known ends with it).
    """

    def __init__(self, cache_for: int, room_for: int = 1000) -> None:
        self._cache_for = cache_for
        self._room_for = room_for
        self._kept: dict[str, _Kept] = {}
        self._used: dict[str, int] = {}
        self._lock = Lock()

    def find(self, client_id: str, now: int) -> Client | None:
        """The app, if it is registered and not suspended."""
        return self.known(client_id, now) or self._look_up(client_id, now)

    def find_by_secret(self, client_id: str, presented: str, now: int) -> Client | None:
        """The app, if it is registered, not suspended, and this is one of its live secrets (RFC 6749 §2.3.1).

        An unknown app and a wrong secret take the same way: one read, one comparison, None.
        """
        known = self.known(client_id, now)
        if known is not None and known.has_secret(presented):
            return known
        client = self._look_up(client_id, now)
        return client if (client or NOBODY).has_secret(presented) else None

    def forget(self, client_id: str) -> None:
        """Whoever asks next reads it anew."""
        with self._lock:
            self._kept.pop(client_id, None)

    def why_not(self, client_id: str, now: int) -> str:
        """What to tell a developer whose app was not found."""
        return "no app is registered under this client_id"

    def is_first_use(self, secret: str, now: int, every: int) -> bool:
        """Whether the use of the secret with this fingerprint is to be written down: once in `every` seconds here."""
        if self._used.get(secret, 0) > now - every:
            return False
        with self._lock:
            self._used.pop(secret, None)
            self._used[secret] = now
            while len(self._used) > self._room_for:
                self._used.pop(next(iter(self._used)))
        return True

    def known(self, client_id: str, now: int) -> Client | None:
        """The app, if this process has looked it up already; nothing is read."""
        kept = self._kept.get(client_id)
        return kept.client if kept and kept.since <= now < kept.until else None

    def _look_up(self, client_id: str, now: int) -> Client | None:
        client, ends_at = _read(client_id, now)
        until = now + self._cache_for
        with self._lock:
            self._kept.pop(client_id, None)
            if client is not None:
                self._kept[client_id] = _Kept(client, now, until if ends_at is None else min(until, ends_at))
            while len(self._kept) > self._room_for:
                self._kept.pop(next(iter(self._kept)))
        return client
