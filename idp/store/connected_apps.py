"""The apps a person uses their account for: what consents and grants, taken together, say of each."""

from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import text

from idp.protocol.claims import ClaimsRequest
from idp.protocol.scope import Scope
from idp.store import clients
from idp.store.base import db
from idp.store.clients import Client


@dataclass(frozen=True, slots=True)
class ConnectedApp:
    """`claims` are the names of what it asked for one by one (OpenID Connect Core §5.5), besides its `scope`.

    `since` and `last_used_at` are seconds; `keeps_access`: it may come back while the person is away.
    """

    client: Client
    scope: Scope
    claims: frozenset[str]
    since: int
    last_used_at: int
    keeps_access: bool

    @property
    def is_suspended(self) -> bool:
        """The operator stopped the app: it gets nothing now, and has not lost what the person allowed."""
        return self.client.state == "suspended"


# What a first-party app may do is in its grants alone: nobody was asked for consent.
_OF_USER = text(
    """
    SELECT client_id, scope, '' AS claims, given_at AS since, updated_at AS used, FALSE AS keeps
    FROM consents WHERE user_id = :user_id AND scope <> ''
    UNION ALL
    SELECT client_id, scope, claims, opened_at AS since, rotated_at AS used, offline AND expires_at > :now AS keeps
    FROM grants WHERE user_id = :owner_id AND revoked_at IS NULL
    ORDER BY client_id
    """
)

_OF_SESSION = text(
    """
    SELECT client_id FROM grants WHERE session_id = :session_id AND revoked_at IS NULL
    GROUP BY client_id ORDER BY max(rotated_at) DESC, client_id
    """
)


def of_user(user_id: str, now: int) -> tuple[ConnectedApp, ...]:
    """Every app the person has not disconnected, the one used last first; suspended ones too."""
    rows = db.session.execute(_OF_USER, {"user_id": user_id, "owner_id": user_id, "now": now}).all()
    found = (
        _connected(client_id, tuple(group), now) for client_id, group in groupby(rows, key=attrgetter("client_id"))
    )
    return tuple(sorted(filter(None, found), key=lambda app: (-app.last_used_at, app.client.client_id)))


def of_session(session_id: str) -> tuple[str, ...]:
    """The client_ids of the apps that a session let in and that nobody disconnected, the one used last first."""
    return tuple(db.session.execute(_OF_SESSION, {"session_id": session_id}).scalars())


def find(user_id: str, client_id: str, now: int) -> ConnectedApp | None:
    """One of them; None for an app that is not among them."""
    return next((app for app in of_user(user_id, now) if app.client.client_id == client_id), None)


def _connected(client_id: str, rows: tuple[Any, ...], now: int) -> ConnectedApp | None:
    client = clients.stored(client_id, now)
    if client is None:
        return None
    return ConnectedApp(
        client,
        scope=Scope(token for row in rows for token in row.scope.split()),
        claims=frozenset(name for row in rows if row.claims for name in _names(row.claims)),
        since=min(row.since for row in rows),
        last_used_at=max(row.used for row in rows),
        keeps_access=any(row.keeps for row in rows),
    )


def _names(claims: str) -> frozenset[str]:
    request = ClaimsRequest.from_json(claims)
    return frozenset(request.id_token) | frozenset(request.userinfo)
