"""POST /token: octets in, JSON out, never stored by anyone on the way."""

import logging
from collections.abc import Mapping

from flask import Blueprint, Response, g, request

from idp.endpoints.token import client_authentication
from idp.endpoints.token.grants import authorization_code, refresh_token
from idp.protocol.errors import InvalidClient, InvalidRequest, OAuthError, UnauthorizedClient, UnsupportedGrantType
from idp.protocol.parameters import Parameters
from idp.settings.load import Settings
from idp.store import audit
from idp.store.clients import Client
from idp.store.grants import Replayed
from idp.web import cors, errors
from idp.web.answers import private_json
from idp.web.door import Door
from idp.web.house import house, now
from idp.web.received import from_form_alone

GRANT_TYPES = {module.NAME: module.redeem for module in (authorization_code, refresh_token)}

routes = Blueprint("token", __name__)
log = logging.getLogger(__name__)


@routes.post("/token", provide_automatic_options=False)
def token() -> Response:
    parameters = from_form_alone(request)
    parameters.refuse_duplicates()
    client = _who_asks(parameters)
    grant_type = parameters.get("grant_type")
    if grant_type is None:
        raise InvalidRequest("grant_type is missing")
    redeem = GRANT_TYPES.get(grant_type)
    if redeem is None:
        raise UnsupportedGrantType(f"grant_type must be one of {', '.join(GRANT_TYPES)}")
    if grant_type not in client.metadata.grant_types:
        raise UnauthorizedClient(f"the registration of this client does not name grant_type {grant_type}")
    answer = private_json(redeem(parameters, client, house().mint, house().settings, now()))
    return cors.open_to(answer, client.metadata.allowed_origins)


@routes.route("/token", methods=["OPTIONS"], provide_automatic_options=False)
def ask_first() -> Response:
    return cors.preflight("POST")


@routes.errorhandler(OAuthError)
def refuse(error: OAuthError) -> Response:
    """RFC 6749 §5.2. A page of the client's own origin may read why."""
    if isinstance(error, Replayed):
        audit.record("token_replayed", now(), client_id=error.grant.client_id, user_id=error.grant.user_id)
        log.warning("%s (client %s)", error.description, error.grant.client_id)
    answer = errors.as_json(error)
    if isinstance(error, InvalidClient) and "Authorization" in request.headers:
        answer.headers["WWW-Authenticate"] = 'Basic realm="Portico"'
    client: Client | None = g.get("token_client")
    return cors.open_to(answer, client.metadata.allowed_origins) if client else answer


def metadata(settings: Settings) -> Mapping[str, object]:
    """RFC 8414 §2."""
    return {
        "token_endpoint": f"{settings.server.issuer}/token",
        "grant_types_supported": list(GRANT_TYPES),
        "token_endpoint_auth_methods_supported": list(client_authentication.METHODS),
    }


def _who_asks(parameters: Parameters) -> Client:
    presented = client_authentication.presented(request.headers.get("Authorization"), parameters)
    client = client_authentication.authenticate(presented, house().clients, now())
    g.token_client = client
    return client


door = Door(routes, metadata)
