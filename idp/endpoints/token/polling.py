"""An app asks whether the person has answered: pending, too soon, refused, too late, or the tokens, once."""

from idp.endpoints.token import opening
from idp.endpoints.token.asking import Asking
from idp.endpoints.token.terms import for_person
from idp.issuance import awaited_grant
from idp.issuance.issue import Mint
from idp.protocol import pkce
from idp.protocol.errors import AccessDenied, AuthorizationPending, ExpiredToken, InvalidGrant, SlowDown
from idp.settings.load import Settings
from idp.store import polled_requests
from idp.store.base import fingerprint
from idp.store.polled_requests import Polled

LONGEST = 256


def redeem(
    parameter: str, asking: Asking, mint: Mint, settings: Settings, now: int, *, of_device: bool
) -> dict[str, object]:
    """RFC 8628 §3.5, CIBA Core §11. Everything that needs no write comes first; then the answer is spent."""
    polled = _asked_after(asking.parameters.require(parameter, LONGEST), asking)
    if polled is None or polled.is_of_device is not of_device:
        raise InvalidGrant(f"{parameter} is unknown, or was given to another client")
    _insist_on_an_answer(polled, now)
    pkce.prove(polled.request.code_challenge, asking.parameters.get("code_verifier"))
    opening.check_key(polled.request.dpop_jkt, asking)
    grant = awaited_grant.read(polled.answer, mint.sealer)
    terms = for_person(asking, grant.scope, mint, granted=grant.resources, details=grant.details)
    if not polled_requests.spend(polled.id, now):
        raise InvalidGrant(f"{parameter} was used already")
    agreed_at = polled.answered_at or 0
    return opening.tokens(asking, grant, terms, mint, settings, now, agreed_at=agreed_at, until=polled.expires_at)


def _asked_after(secret: str, asking: Asking) -> Polled | None:
    polled = polled_requests.asked_after(fingerprint(secret))
    return polled if polled and polled.client_id == asking.client.client_id else None


def _insist_on_an_answer(polled: Polled, now: int) -> None:
    """A refusal is told before the time that ran out: it is what happened."""
    if polled.answered_at and not polled.answer:
        raise AccessDenied(polled.refusal)
    if polled.expires_at <= now:
        raise ExpiredToken("the person did not answer in time; ask again from the beginning")
    if polled.answered_at is None:
        if polled_requests.poll(polled, now):
            raise AuthorizationPending("the person has not answered yet; ask again after the interval")
        raise SlowDown(
            f"asked again too soon: wait {polled_requests.SLOWER} seconds longer between requests from now on"
        )
