"""What a person must know of a request that came from another screen, before they answer it."""

from dataclasses import dataclass

from idp.store import polled_requests
from idp.store.pending_authorizations import Pending
from idp.store.polled_requests import Polled
from idp.web import places, user_agents, user_codes
from idp.web.house import now
from idp.web.locale import format_ago


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """`code` is on the screen of a device, `message` wherever the app shows it; `device` and `place` are a guess, ""
    where nothing is known. `asked` says how long ago it began.
    """

    code: str
    message: str
    device: str
    place: str
    asked: str
    is_of_device: bool


def of(pending: Pending) -> Elsewhere | None:
    """None for a request of an app in this browser."""
    polled = polled_requests.find(pending.request.polled) if pending.request.polled else None
    return shown(polled) if polled else None


def shown(polled: Polled) -> Elsewhere:
    return Elsewhere(
        code=user_codes.shown(polled) if polled.is_of_device else "",
        message=polled.message,
        device=user_agents.name_of(polled.user_agent),
        place=places.place_of(polled.network) if polled.network else "",
        asked=format_ago(polled.created_at, now()),
        is_of_device=polled.is_of_device,
    )
