"""Where a person is signed in, as they read of it: on the page of all devices, and on their home page."""

from collections.abc import Iterator
from typing import NamedTuple

from idp.store import browser_sessions
from idp.store.browser_sessions import SignedIn
from idp.web import places, user_agents
from idp.web.house import house, now
from idp.web.locale import format_ago, gettext
from idp.web.owner import Owner


class Device(NamedTuple):
    """One row: `remembered_until` in seconds, 0 for a sign-in that ends with the browser."""

    session_id: str
    name: str
    icon: str
    place: str
    last_active: str
    remembered_until: int
    is_this: bool


def listed(owner: Owner) -> Iterator[Device]:
    """This device first, then the one used last."""
    idle_since = now() - house().settings.session.idle_for
    live = browser_sessions.of_user(owner.account.user_id, now(), idle_since)
    for session in sorted(live, key=lambda session: session.id != owner.session.id):
        yield _row(session, is_this=session.id == owner.session.id)


def _row(session: SignedIn, *, is_this: bool) -> Device:
    return Device(
        session_id=session.id,
        name=user_agents.name_of(session.user_agent) or gettext("Unknown device"),
        icon="phone" if user_agents.is_handheld(session.user_agent) else "device",
        place=places.place_of(session.network),
        last_active=gettext("active now") if is_this else format_ago(session.last_seen_at, now()),
        remembered_until=session.expires_at if session.remembered else 0,
        is_this=is_this,
    )
