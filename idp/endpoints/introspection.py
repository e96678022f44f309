"""POST /introspect (RFC 7662): whether a token is alive, and what it is for."""

import json
from collections.abc import Mapping

from flask import Blueprint, Response, request

from idp.issuance import access_token, introspection_response, refresh_token
from idp.issuance.access_token import AccessToken
from idp.issuance.issue import type_of
from idp.issuance.subject import subject_of
from idp.protocol import authorization_details, resource
from idp.protocol.encryption import ENCS, KEY_ALGS
from idp.protocol.errors import InvalidGrant, InvalidToken, OAuthError
from idp.settings.load import Settings
from idp.store import grants, revoked_tokens
from idp.store.clients import Client
from idp.store.grants import Grant
from idp.web import client_authentication
from idp.web.answers import private_json, private_text
from idp.web.door import Door
from idp.web.house import house, now
from idp.web.received import from_app

routes = Blueprint("introspection", __name__)
INACTIVE: Mapping[str, object] = {"active": False}


@routes.post("/introspect")
def introspect() -> Response:
    """§2.2: whatever is dead, unknown, or another app's is inactive, and nothing more is said about it."""
    parameters = from_app(request)
    client = client_authentication.who_asks_with_proof(parameters)
    token = parameters.require("token")
    said = _of_refresh_token(token, client) or _of_access_token(token, client) or INACTIVE
    if introspection_response.MEDIA_TYPE not in request.accept_mimetypes.values():
        return private_json(said)
    signed = introspection_response.sign(said, client, house().mint, now())
    return private_text(signed, introspection_response.MEDIA_TYPE)


@routes.errorhandler(OAuthError)
def refuse(error: OAuthError) -> Response:
    return client_authentication.refusal(error)


def metadata(settings: Settings) -> Mapping[str, object]:
    """RFC 8414 §2, RFC 9701 §7."""
    return {
        "introspection_endpoint": f"{settings.server.issuer}/introspect",
        **client_authentication.metadata(settings, "introspection_endpoint", public=False),
        "introspection_encryption_alg_values_supported": list(KEY_ALGS),
        "introspection_encryption_enc_values_supported": list(ENCS),
    }


def _of_refresh_token(token: str, client: Client) -> Mapping[str, object] | None:
    try:
        read = refresh_token.read(token, house().mint.sealer)
    except InvalidGrant:
        return None
    idle_since = now() - house().settings.session.idle_for
    found = grants.stands(read.grant_id, client.client_id, now(), idle_since)
    if found is None or found[0].generation != read.generation:
        return INACTIVE
    grant, expires_at = found
    return {"active": True, "scope": str(grant.scope), "exp": expires_at, **_about(grant, client)}


def _of_access_token(token: str, client: Client) -> Mapping[str, object] | None:
    mint = house().mint
    try:
        read = access_token.read(token, mint.sealer, mint.ring, mint.issuer, now())
    except InvalidToken:
        return None
    about = _of_app(read, client) if read.client_id else _of_person(read, client)
    if about is None:
        return INACTIVE
    common = {"active": True, "token_type": type_of(read.holder), "scope": str(read.scope), "exp": read.expires_at}
    return {**common, "aud": _audience(read.resources), **read.holder.confirmation(), **about}


def _of_app(read: AccessToken, client: Client) -> Mapping[str, object] | None:
    app = client if read.client_id == client.client_id else _on_behalf(read, client, read.client_id)
    if app is None or revoked_tokens.holds(read.grant_id):
        return None
    return {"iss": house().mint.issuer, "client_id": read.client_id, "sub": read.client_id, "jti": read.grant_id}


def _of_person(read: AccessToken, client: Client) -> Mapping[str, object] | None:
    found = grants.alive(read.grant_id)
    if found is None:
        return None
    given_to = read.given_to or found[0].client_id
    app = client if given_to == client.client_id else _on_behalf(read, client, given_to)
    if app is None or house().clients.find(found[0].client_id, now()) is None:
        return None
    act = {"act": json.loads(read.act)} if read.act else {}
    said = read.details if given_to == client.client_id else _details_for(read, client)
    details = {"authorization_details": json.loads(said)} if said else {}
    return {**_about(found[0], app), "client_id": given_to, **act, **details}


def _on_behalf(read: AccessToken, client: Client, given_to: str) -> Client | None:
    """§2.2, §4: an API hears of tokens that are for it, and knows the person as the app does whose token it is."""
    if not resource.introspected_by(client.client_id, read.resources, house().mint.apis):
        return None
    return house().clients.find(given_to, now())


def _details_for(read: AccessToken, api: Client) -> str:
    """RFC 9396 §9.2: of a token that is for several places, each sees its own alone."""
    apis = house().mint.apis
    own = [name for name in read.resources if resource.introspected_by(api.client_id, (name,), apis)]
    return authorization_details.for_apis(read.details, own, resource.kinds_of(apis))


def _audience(resources: tuple[str, ...]) -> object:
    """RFC 7662 §2.2: one, or several; Portico itself where no other is named."""
    return resources[0] if len(resources) == 1 else list(resources) or house().mint.issuer


def _about(grant: Grant, client: Client) -> Mapping[str, object]:
    """RFC 7662 §2.2, and RFC 9470 §6.2 for whoever asks how surely the person proved themselves."""
    return {
        "iss": house().mint.issuer,
        "client_id": grant.client_id,
        "sub": subject_of(grant.user_id, client.metadata),
        "auth_time": grant.auth_time,
        "acr": grant.acr,
        "amr": grant.amr.split(),
    }


door = Door(routes, metadata)
