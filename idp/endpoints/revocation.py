"""POST /revoke (RFC 7009): an app gives back a token, and everything of the same grant with it."""

from collections.abc import Mapping

from flask import Blueprint, Response, request

from idp.issuance import access_token, refresh_token
from idp.issuance.access_token import AccessToken
from idp.protocol.errors import InvalidGrant, InvalidToken, OAuthError, UnsupportedTokenType
from idp.settings.load import Settings
from idp.store import audit, grants, revoked_tokens
from idp.store.clients import Client
from idp.web import client_authentication, cors
from idp.web.door import Door
from idp.web.house import house, now
from idp.web.received import from_app

routes = Blueprint("revocation", __name__)


@routes.post("/revoke", provide_automatic_options=False)
def revoke() -> Response:
    """§2.1, §2.2: 200 for whatever is unknown or dead already; `token_type_hint` helps us with nothing.

    A refresh token ends its whole family. So does an access token: both point to the one grant.
    """
    parameters = from_app(request)
    client = client_authentication.who_asks(parameters)
    token = parameters.require("token")
    _end(token, client)
    answer = client_authentication.open_to_its_origins(Response(status=200))
    answer.headers["Cache-Control"] = "no-store"
    return answer


@routes.route("/revoke", methods=["OPTIONS"], provide_automatic_options=False)
def ask_first() -> Response:
    return cors.preflight("POST")


@routes.errorhandler(OAuthError)
def refuse(error: OAuthError) -> Response:
    return client_authentication.refusal(error)


def metadata(settings: Settings) -> Mapping[str, object]:
    """RFC 8414 §2."""
    return {
        "revocation_endpoint": f"{settings.server.issuer}/revoke",
        **client_authentication.metadata(settings, "revocation_endpoint"),
    }


def _end(token: str, client: Client) -> None:
    mint = house().mint
    try:
        grant_id = refresh_token.read(token, mint.sealer).grant_id
    except InvalidGrant:
        try:
            read = access_token.read(token, mint.sealer, mint.ring, mint.issuer, now())
        except InvalidToken:
            return
        if read.client_id:
            _insist_on_own(read.client_id, client)
            revoked_tokens.add(read.grant_id, read.expires_at)
            return
        grant_id = read.grant_id
        _insist_on_granted(read, client)
    _end_grant(grant_id, client)


def _end_grant(grant_id: str, client: Client) -> None:
    owner = grants.client_of(grant_id)
    if owner is not None:
        _insist_on_own(owner, client)
        grants.revoke(grant_id, now())
        audit.record("token_revoked", now(), client_id=client.client_id)


def _insist_on_granted(token: AccessToken, client: Client) -> None:
    """RFC 7009 §2.2.1: what was exchanged for another app's token (RFC 8693) has no row of its own to end."""
    if token.given_to == client.client_id and grants.client_of(token.grant_id) not in (None, client.client_id):
        raise UnsupportedTokenType("an exchanged token ends with the token it came from, and is not revoked by itself")


def _insist_on_own(owner: str, client: Client) -> None:
    """§2.1: another app's token stays as it is, and whoever sent it is told."""
    if owner != client.client_id:
        raise InvalidGrant("the token was given to another client")


door = Door(routes, metadata)
