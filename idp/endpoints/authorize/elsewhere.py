"""The answer to a request that came from elsewhere: written down, until the app that polls for it fetches it."""

from idp.endpoints.authorize import answer
from idp.endpoints.authorize.steps import Answer, Refuse
from idp.issuance import awaited_grant
from idp.issuance.mint import Mint
from idp.protocol.authorization_request import AuthorizationRequest
from idp.protocol.errors import LoginRequired
from idp.store import pings, polled_requests

NOT_THEIRS = "confirm.not_yours"
PAGES = {
    True: ("device.done", "device.refused", "device.too_late"),
    False: ("confirm.done", "confirm.refused", "confirm.too_late"),
}
"""Of a device or of a back channel: where the person reads that they allowed it, that they did not, that it is over."""


def answered(request: AuthorizationRequest, step: Answer | Refuse, mint: Mint, now: int) -> str:
    """The page that tells the person what became of it. RFC 8628 §3.3, CIBA Core §8."""
    polled = polled_requests.find(request.polled)
    allowed, refused, too_late = PAGES[polled is None or polled.is_of_device]
    if isinstance(step, Refuse) and isinstance(step.error, LoginRequired):
        return NOT_THEIRS  # whoever it is meant for may still answer
    if isinstance(step, Refuse):
        is_first, page = polled_requests.refuse(request.polled, step.error.description, now), refused
    else:
        sealed = awaited_grant.seal(answer.granted(request, step), mint.sealer, now)
        is_first, page = polled_requests.allow(request.polled, sealed, now), allowed
    if not is_first:
        return too_late
    pings.answered(request.polled, now)
    return page
