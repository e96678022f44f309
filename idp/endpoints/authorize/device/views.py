"""POST /device_authorization (RFC 8628 §3.1): the checks of /authorize, for an app whose person is elsewhere."""

from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, Response, request

from idp.endpoints.authorize.checks import DEVICE, Asked, what_is_asked
from idp.protocol import device_flow
from idp.protocol.authorization_request import NOWHERE, AuthorizationRequest
from idp.protocol.errors import OAuthError, RequestNotSupported, RequestUriNotSupported, UnauthorizedClient
from idp.protocol.parameters import Parameters
from idp.protocol.pkce import Challenge
from idp.protocol.prompt import CONSENT, LOGIN, SELECT_ACCOUNT, Prompt
from idp.settings.load import Settings
from idp.store import polled_requests
from idp.store.base import fingerprint, new_id, new_secret
from idp.store.clients import Client
from idp.store.polled_requests import INTERVAL, Polled
from idp.web import arrival, client_authentication, cors, possession, request_limit, user_codes
from idp.web.answers import private_json
from idp.web.door import Door
from idp.web.house import house, now
from idp.web.received import from_app

routes = Blueprint("device_authorization", __name__)
PROMPTS = (LOGIN, CONSENT, SELECT_ACCOUNT)
"""§3.1 has no prompt: these are heard all the same. Without a page nobody could be asked."""


@routes.post("/device_authorization", provide_automatic_options=False)
def authorize_device() -> Response:
    """§3.1, §3.2."""
    parameters = from_app(request)
    client = client_authentication.who_asks(parameters)
    if device_flow.GRANT_TYPE not in client.metadata.grant_types:
        raise UnauthorizedClient(f"the registration of this client does not name grant_type {device_flow.GRANT_TYPE}")
    if wait := request_limit.wait_of(client):  # before a proof leaves a row of its own
        return request_limit.slow_down(wait)
    asked = _asked(parameters, client)
    code, device_code = _wait(asked, client)
    address = f"{house().settings.server.issuer}/device"
    answer = private_json(
        {
            "device_code": device_code,
            "user_code": device_flow.shown(code),
            "verification_uri": address,
            "verification_uri_complete": f"{address}?user_code={device_flow.shown(code)}",
            "expires_in": device_flow.EXPIRES_IN,
            "interval": INTERVAL,
        }
    )
    return client_authentication.open_to_its_origins(possession.with_nonce(answer))


@routes.route("/device_authorization", methods=["OPTIONS"], provide_automatic_options=False)
def ask_first() -> Response:
    return cors.preflight("POST")


@routes.errorhandler(OAuthError)
def refuse(error: OAuthError) -> Response:
    """§3.2: errors are those of RFC 6749 §5.2."""
    return possession.with_nonce(client_authentication.refusal(error))


def metadata(settings: Settings) -> Mapping[str, object]:
    """§4."""
    return {"device_authorization_endpoint": f"{settings.server.issuer}/device_authorization"}


def _asked(parameters: Parameters, client: Client) -> AuthorizationRequest:
    """§5.4: whoever comes is always asked, whatever they agreed to before and whoever runs the app: the code may have
    been sent to them by somebody else. RFC 8628 knows no PKCE; a device that sends a challenge is held to it.
    """
    if "request" in parameters:
        raise RequestNotSupported("a device sends plain parameters")
    if "request_uri" in parameters:
        raise RequestUriNotSupported("a device sends plain parameters")
    mint = house().mint
    asked = Asked(parameters, client, mint.ring, mint.issuer, PROMPTS, now(), apis=mint.apis)
    checked = what_is_asked(asked, NOWHERE, DEVICE)
    challenge = Challenge.of(parameters.get("code_challenge"), parameters.get("code_challenge_method"))
    jkt = possession.of_request(client.metadata.profile)
    prompt = Prompt({*checked.prompt, CONSENT})
    return replace(checked, prompt=prompt, code_challenge=challenge, dpop_jkt=jkt, polled=new_id())


def _wait(asked: AuthorizationRequest, client: Client) -> tuple[str, str]:
    """The user code that it waits under, and the device code."""
    device_code, code = new_secret(), user_codes.drawn()
    polled = Polled(
        id=asked.polled,
        client_id=client.client_id,
        request=asked,
        created_at=now(),
        expires_at=now() + device_flow.EXPIRES_IN,
        sealed_code=user_codes.seal(code),
        network=arrival.address() if client.metadata.public else "",
        user_agent=request.user_agent.string[:256] if client.metadata.public else "",
    )
    while not polled_requests.open(polled, fingerprint(device_code), user_codes.lookup(code)):
        code = user_codes.drawn()
        polled = replace(polled, sealed_code=user_codes.seal(code))
    return code, device_code


door = Door(routes, metadata)
