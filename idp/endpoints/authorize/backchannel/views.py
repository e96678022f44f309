"""POST /bc-authorize (OpenID CIBA Core 1.0 §7): the checks of /authorize, for somebody the app names.

The person hears of it by mail and confirms on a page of theirs; the app polls, or is pinged. Tokens are never pushed.
"""

import json
from collections.abc import Mapping
from dataclasses import replace

from flask import Blueprint, Response, request, url_for

from idp.accounts import throttle
from idp.accounts.throttle import TooMany
from idp.endpoints.authorize.backchannel import people, signed
from idp.endpoints.authorize.checks import BACKCHANNEL, Asked, what_is_asked
from idp.issuance import ping_delivery
from idp.mail import alerts, outbox
from idp.mail.wording import Reader
from idp.protocol import backchannel
from idp.protocol.authorization_request import NOWHERE, AuthorizationRequest
from idp.protocol.client_members import CLIENT_ALGS
from idp.protocol.errors import InvalidScope, OAuthError, UnauthorizedClient
from idp.protocol.parameters import Parameters
from idp.protocol.prompt import CONSENT, Prompt
from idp.protocol.scope import OPENID
from idp.settings.load import Settings
from idp.store import pings, polled_requests
from idp.store.base import fingerprint, new_id, new_secret
from idp.store.clients import Client
from idp.store.polled_requests import INTERVAL, Polled
from idp.store.users import Account
from idp.web import client_authentication, possession, request_limit
from idp.web.answers import private_json
from idp.web.door import Door
from idp.web.house import house, now
from idp.web.page import AppIdentity
from idp.web.received import from_app

routes = Blueprint("backchannel_authentication", __name__)


@routes.post("/bc-authorize")
def authenticate() -> Response:
    """§7.1, §7.3."""
    parameters = from_app(request)
    client = client_authentication.who_asks_with_proof(parameters)
    if backchannel.GRANT_TYPE not in client.metadata.grant_types:
        raise UnauthorizedClient(f"the registration of this client does not name grant_type {backchannel.GRANT_TYPE}")
    parameters = signed.unpacked(parameters, client, house().mint.issuer, now())
    asked = _asked(parameters, client)
    message = backchannel.parse_binding_message(parameters.get("binding_message"))
    lasts = backchannel.parse_requested_expiry(parameters.get("requested_expiry"))
    token = backchannel.parse_notification_token(
        parameters.get("client_notification_token"), client.metadata.backchannel_token_delivery_mode or ""
    )
    person = people.meant(parameters, asked, client)
    try:
        throttle.confirmation(client.client_id, person.user_id, house().settings.throttle, now())
    except TooMany as refused:
        return request_limit.slow_down(refused.retry_after, "this person was asked too often lately")
    auth_req_id = _wait(asked, client, person, message, lasts, token)
    _tell(person, client)
    return possession.with_nonce(private_json({"auth_req_id": auth_req_id, "expires_in": lasts, "interval": INTERVAL}))


@routes.errorhandler(OAuthError)
def refuse(error: OAuthError) -> Response:
    """§13."""
    return possession.with_nonce(client_authentication.refusal(error))


def metadata(settings: Settings) -> Mapping[str, object]:
    """§4."""
    return {
        "backchannel_authentication_endpoint": f"{settings.server.issuer}/bc-authorize",
        "backchannel_token_delivery_modes_supported": list(backchannel.DELIVERY_MODES),
        "backchannel_authentication_request_signing_alg_values_supported": list(CLIENT_ALGS),
        "backchannel_user_code_parameter_supported": False,
    }


def _asked(parameters: Parameters, client: Client) -> AuthorizationRequest:
    """Whoever confirms is always asked, and proved themselves a short while ago, whatever the app asks for."""
    mint = house().mint
    asked = Asked(parameters, client, mint.ring, mint.issuer, (), now(), apis=mint.apis)
    checked = what_is_asked(asked, NOWHERE, BACKCHANNEL)
    if OPENID not in checked.scope:
        raise InvalidScope("scope must hold openid")
    lately = house().settings.account.sensitive_within
    max_age = lately if checked.max_age is None else min(checked.max_age, lately)
    jkt = possession.of_request(client.metadata.profile)
    return replace(checked, prompt=Prompt({CONSENT}), max_age=max_age, login_hint=None, dpop_jkt=jkt, polled=new_id())


def _wait(asked: AuthorizationRequest, client: Client, person: Account, message: str, lasts: int, token: str) -> str:
    """The auth_req_id it waits under; with a notification token, word of the answer is promised."""
    auth_req_id, expires_at = new_secret(), now() + lasts
    polled = Polled(
        id=asked.polled,
        client_id=client.client_id,
        request=replace(asked, hinted_subject=person.user_id),
        created_at=now(),
        expires_at=expires_at,
        user_id=person.user_id,
        message=message,
    )
    polled_requests.open(polled, fingerprint(auth_req_id), None)
    if token:
        sealed = house().sealer.seal(ping_delivery.PURPOSE, json.dumps([auth_req_id, token]).encode(), now())
        pings.promise(polled.id, client.client_id, sealed, expires_at)
    return auth_req_id


def _tell(person: Account, client: Client) -> None:
    """Nothing of what the app wrote stands in the mail but its name: the message is read where they confirm."""
    letter = alerts.asked_to_confirm(
        house().settings,
        Reader(person.email, person.locale),
        app=AppIdentity.of(client.metadata).name,
        at=now(),
        link=url_for("confirm.waiting"),
    )
    outbox.post(letter, house().sealer, now())


door = Door(routes, metadata)
