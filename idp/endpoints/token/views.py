"""POST /token: octets in, JSON out, never stored by anyone on the way."""

import logging
from collections.abc import Mapping

from flask import Blueprint, Response, request

from idp.endpoints.token.asking import Asking
from idp.endpoints.token.grants import (
    authorization_code,
    ciba,
    client_credentials,
    device_code,
    jwt_bearer,
    refresh_token,
    token_exchange,
)
from idp.protocol import dpop
from idp.protocol.errors import (
    InvalidDpopProof,
    InvalidRequest,
    OAuthError,
    UnauthorizedClient,
    UnsupportedGrantType,
)
from idp.protocol.holder import Holder
from idp.settings.load import Settings
from idp.store import audit
from idp.store.clients import Client
from idp.store.grants import Replayed
from idp.web import certificate, client_authentication, cors, own_tls, possession
from idp.web.answers import private_json
from idp.web.door import Door
from idp.web.house import house, now
from idp.web.received import from_app

MODULES = (authorization_code, refresh_token, client_credentials, token_exchange, jwt_bearer, device_code, ciba)
GRANT_TYPES = {module.NAME: module.redeem for module in MODULES}

routes = Blueprint("token", __name__)
log = logging.getLogger(__name__)


@routes.post("/token", provide_automatic_options=False)
def token() -> Response:
    parameters = from_app(request)
    client = client_authentication.who_asks(parameters)
    grant_type = parameters.require("grant_type")
    redeem = GRANT_TYPES.get(grant_type)
    if redeem is None:
        raise UnsupportedGrantType(f"grant_type must be one of {', '.join(GRANT_TYPES)}")
    if grant_type not in client.metadata.grant_types:
        raise UnauthorizedClient(f"the registration of this client does not name grant_type {grant_type}")
    asking = Asking(parameters, client, Holder(possession.of_request(client.metadata.profile), _certificate_of(client)))
    if client.metadata.dpop_bound_access_tokens and not asking.holder.jkt:
        raise InvalidDpopProof("this client must send a DPoP proof (RFC 9449)")
    mint = house().mint.for_app(client.metadata)
    answer = private_json(redeem(asking, mint, house().settings, now()))
    return client_authentication.open_to_its_origins(possession.with_nonce(answer))


def _certificate_of(client: Client) -> str:
    """RFC 8705 §3: what tokens of this client are bound to, if they are; the certificate must be there then."""
    if not client.metadata.tls_client_certificate_bound_access_tokens:
        return ""
    shown = certificate.of_request()
    if shown is None:
        raise InvalidRequest("this client must come with its TLS certificate (RFC 8705)")
    return shown.thumbprint


@routes.route("/token", methods=["OPTIONS"], provide_automatic_options=False)
def ask_first() -> Response:
    return cors.preflight("POST")


@routes.errorhandler(OAuthError)
def refuse(error: OAuthError) -> Response:
    """RFC 6749 §5.2; a replay leaves a trace."""
    if isinstance(error, Replayed):
        audit.record("token_replayed", now(), client_id=error.grant.client_id, user_id=error.grant.user_id)
        log.warning("%s (client %s)", error.description, error.grant.client_id)
    return possession.with_nonce(client_authentication.refusal(error))


def metadata(settings: Settings) -> Mapping[str, object]:
    """RFC 8414 §2."""
    return {
        "token_endpoint": f"{settings.server.issuer}/token",
        "grant_types_supported": list(GRANT_TYPES),
        **client_authentication.metadata(settings, "token_endpoint"),
        "tls_client_certificate_bound_access_tokens": own_tls.takes_certificates(settings),
        "dpop_signing_alg_values_supported": list(dpop.ALGORITHMS),
    }


door = Door(routes, metadata)
