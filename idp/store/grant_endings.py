"""Many grants end together: those of a session, of an app the person wants no more, of a link, of an account."""

from sqlalchemy import select, text, update

from idp.store.base import count
from idp.store.browser_sessions import BrowserSession
from idp.store.grants import GrantRow
from idp.store.hot import hot_count

_SWEEP_APP = text(
    "UPDATE grants SET revoked_at = :now WHERE user_id = :user_id AND client_id = :client_id AND revoked_at IS NULL"
)


def of_session(session_id: str, now: int, *, offline_too: bool = False) -> None:
    """A session that ends takes along what hangs on it; `offline_access` was asked to outlive it, unless the person
    ends that too.
    """
    which = () if offline_too else (GrantRow.offline.is_(False),)
    _revoke_where(GrantRow.session_id == session_id, *which, now=now)


def of_app(user_id: str, client_id: str, now: int) -> None:
    """The person disconnected the app: whatever it was granted ends."""
    _revoke_where(GrantRow.user_id == user_id, GrantRow.client_id == client_id, now=now)


def sweep_app(user_id: str, client_id: str, now: int) -> None:
    """The same once more, at once: for what was opened while the app was being disconnected. After the commit."""
    hot_count(_SWEEP_APP, {"user_id": user_id, "client_id": client_id, "now": now})


def of_identity(identity_id: str, now: int) -> None:
    """A link to another provider is gone: whatever was granted in the sessions it began ends, offline ones too."""
    begun_by_it = select(BrowserSession.id).where(BrowserSession.identity_id == identity_id)
    _revoke_where(GrantRow.session_id.in_(begun_by_it), now=now)


def of_user(user_id: str, now: int, except_session: str | None = None) -> None:
    """After a reset: every grant of the account ends, offline ones too, save those of the session that goes on."""
    _revoke_where(GrantRow.user_id == user_id, GrantRow.session_id != (except_session or ""), now=now)


def _revoke_where(*which: object, now: int) -> None:
    count(update(GrantRow).where(GrantRow.revoked_at.is_(None), *which).values(revoked_at=now), {})  # type: ignore[arg-type]
