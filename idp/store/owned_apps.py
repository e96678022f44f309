"""The apps a person owns: what their registrations, secrets and uses, taken together, say of each."""

from dataclasses import dataclass
from typing import Any, cast

from sqlalchemy import text

from idp.protocol.client_metadata import ClientMetadata
from idp.store import app_owners
from idp.store.app_uses import KEPT_FOR
from idp.store.base import db
from idp.store.clients import Client


@dataclass(frozen=True, slots=True)
class OwnedApp:
    """`people` used it within the last thirty days, the last of them at `used_at` (seconds, None for nobody).

    `secret_ends_at` is when the last of its secrets is refused, None where that is never, or where it has none
    (`has_live_secret`); `hold_reason` is what its owners read while it is suspended.
    """

    client: Client
    created_at: int
    hold_reason: str
    people: int
    used_at: int | None
    has_live_secret: bool
    secret_ends_at: int | None

    @property
    def client_id(self) -> str:
        return self.client.client_id

    @property
    def metadata(self) -> ClientMetadata:
        return self.client.metadata

    @property
    def is_suspended(self) -> bool:
        return self.client.state == "suspended"


# Each id and moment has a name of its own, as often as it stands: one name has one type on PostgreSQL.
_OWNED = """
    WITH mine AS (SELECT client_id FROM app_owners WHERE user_id = :user_id {one}),
    used AS (
        SELECT g.client_id, g.user_id, g.rotated_at AS at
        FROM grants g JOIN mine ON mine.client_id = g.client_id WHERE g.rotated_at > :since
        UNION ALL
        SELECT u.client_id, u.user_id, u.used_at AS at
        FROM app_uses u JOIN mine ON mine.client_id = u.client_id WHERE u.used_at > :since_too
    ),
    counted AS (SELECT client_id, COUNT(DISTINCT user_id) AS people, MAX(at) AS used_at FROM used GROUP BY client_id),
    secrets AS (
        SELECT s.client_id, COUNT(*) AS live, COUNT(*) - COUNT(s.expires_at) AS lasting, MAX(s.expires_at) AS ends_at,
               MAX(s.used_at) AS presented_at
        FROM client_secrets s JOIN mine ON mine.client_id = s.client_id
        WHERE s.revoked_at IS NULL AND (s.expires_at IS NULL OR s.expires_at > :now) GROUP BY s.client_id
    )
    SELECT c.id, c.metadata AS registration, c.source, c.state, c.hold_reason, c.created_at, counted.people,
           counted.used_at, secrets.presented_at, secrets.live, secrets.lasting, secrets.ends_at
    FROM mine JOIN clients c ON c.id = mine.client_id
    LEFT JOIN counted ON counted.client_id = c.id LEFT JOIN secrets ON secrets.client_id = c.id
    ORDER BY c.created_at, c.id
"""
_ALL = text(_OWNED.format(one=""))
_ONE = text(_OWNED.format(one="AND client_id = :client_id"))


def of_user(user_id: str, now: int) -> tuple[OwnedApp, ...]:
    """Every app of this person, suspended ones too, the oldest first."""
    rows = db.session.execute(_ALL, {"user_id": user_id, **_moments(now)})
    return tuple(_owned(row) for row in rows)


def alone(user_id: str, now: int) -> tuple[OwnedApp, ...]:
    """Those that nobody else owns, and that stop when this person goes."""
    ids = app_owners.owned_alone(user_id)
    return tuple(app for app in of_user(user_id, now) if app.client_id in ids) if ids else ()


def find(user_id: str, client_id: str, now: int) -> OwnedApp | None:
    """One of them; None for an app that is not among them, whether or not there is one."""
    if not client_id.isprintable():  # RFC 6749 §A.1: no such id; PostgreSQL would refuse a null character with a fault
        return None
    values = {"user_id": user_id, "client_id": client_id, **_moments(now)}
    row = db.session.execute(_ONE, values).first()
    return _owned(row) if row else None


def _moments(now: int) -> dict[str, int]:
    return {"now": now, "since": now - KEPT_FOR, "since_too": now - KEPT_FOR}


def _owned(row: Any) -> OwnedApp:
    moments = [at for at in (row.used_at, row.presented_at) if at is not None]
    return OwnedApp(
        Client(row.id, ClientMetadata.from_json(row.registration), row.source, row.state),
        created_at=row.created_at,
        hold_reason=row.hold_reason,
        people=row.people or 0,
        used_at=max(moments, default=None),
        has_live_secret=bool(row.live),
        secret_ends_at=None if row.lasting else cast("int | None", row.ends_at),
    )
