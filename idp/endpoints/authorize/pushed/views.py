"""POST /par (RFC 9126): the same checks as /authorize, earlier, and over a channel that the browser cannot change."""

from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, Response, request

from idp.endpoints.authorize import request_objects
from idp.endpoints.authorize.checks import PUSHED, Asked, what_is_asked, who_pushes
from idp.protocol import prompt, request_uri
from idp.protocol.authorization_request import AuthorizationRequest
from idp.protocol.errors import InvalidDpopProof, InvalidRequest, OAuthError
from idp.settings.load import Settings
from idp.store import pending_authorizations
from idp.store.base import fingerprint, new_secret
from idp.web import client_authentication, cors, possession, rehearsal, request_limit
from idp.web.answers import private_json
from idp.web.door import Door
from idp.web.house import house, now
from idp.web.received import from_app

routes = Blueprint("pushed", __name__)
TAKEN_WITHIN = 90
"""Seconds until a browser must have brought the request_uri: only as long as a redirect takes."""


@routes.post("/par", provide_automatic_options=False)
def push() -> Response:
    """§2.1, §2.2."""
    parameters = from_app(request)
    client = client_authentication.who_asks(parameters)
    if parameters.get("request_uri") is not None:
        raise InvalidRequest("request_uri is what this endpoint answers; leave it out")
    if wait := request_limit.wait_of(client):  # before a proof leaves a row of its own
        return request_limit.slow_down(wait)
    settings, signed = house().settings, parameters.get("request")
    whole = request_objects.unpacked(signed, client, settings.server.issuer, now()) if signed else parameters
    prompts = prompt.offered(sign_up=settings.signup.enabled)
    mint = house().mint
    own = rehearsal.callback_of(client.client_id) if rehearsal.vouched() else None
    is_signed = bool(signed or own)
    asked = Asked(whole, client, mint.ring, mint.issuer, prompts, now(), is_signed=is_signed, apis=mint.apis)
    checked = what_is_asked(asked, who_pushes(whole, client, own), PUSHED)
    checked = _bound(checked, possession.of_request(client.metadata.profile))
    secret = new_secret()
    pending_authorizations.push(checked, fingerprint(secret), now(), now() + TAKEN_WITHIN)
    answer = private_json({"request_uri": request_uri.of_secret(secret), "expires_in": TAKEN_WITHIN}, 201)
    return client_authentication.open_to_its_origins(possession.with_nonce(answer))


@routes.route("/par", methods=["OPTIONS"], provide_automatic_options=False)
def ask_first() -> Response:
    return cors.preflight("POST")


@routes.errorhandler(OAuthError)
def refuse(error: OAuthError) -> Response:
    """§2.3."""
    return possession.with_nonce(client_authentication.refusal(error))


def metadata(settings: Settings) -> Mapping[str, object]:
    """§5."""
    return {
        "pushed_authorization_request_endpoint": f"{settings.server.issuer}/par",
        "require_pushed_authorization_requests": False,
    }


def _bound(checked: AuthorizationRequest, jkt: str) -> AuthorizationRequest:
    """RFC 9449 §10.1: a proof that comes along binds the code as dpop_jkt does, and both must name one key."""
    if jkt and checked.dpop_jkt not in ("", jkt):
        raise InvalidDpopProof("dpop_jkt names another key than the proof")
    return replace(checked, dpop_jkt=jkt or checked.dpop_jkt)


door = Door(routes, metadata)
