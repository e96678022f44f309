"""UserInfo (OpenID Connect Core §5.3): what the person lets the app know, to the bearer of an access token."""

from collections.abc import Mapping

from flask import Blueprint, Response, request

from idp.issuance import access_token, claims, userinfo_response
from idp.issuance.subject import subject_of
from idp.protocol.claims import SCOPE_CLAIMS, ClaimsRequest, release, wanted
from idp.protocol.encryption import ENCS, KEY_ALGS
from idp.protocol.errors import InsufficientScope, InvalidToken, OAuthError
from idp.protocol.scope import OFFERED, OPENID
from idp.settings.load import Settings
from idp.store import grants
from idp.web import bearer, certificate, cors, explanations, possession
from idp.web.answers import private_json, private_text
from idp.web.bearer import NoToken
from idp.web.door import Door
from idp.web.house import house, now

routes = Blueprint("userinfo", __name__)


@routes.route("/userinfo", methods=["GET", "POST"], provide_automatic_options=False)
def userinfo() -> Response:
    """One read: the grant tells whether it lives, and the person is joined to it. The app's registration is heard as
    it is now: the tokens of a suspended app are dead, and a scope it may not ask for any more gives nothing.
    """
    mint = house().mint
    came = bearer.presented(request)
    token = access_token.read(came.token, mint.sealer, mint.ring, mint.issuer, now())
    if token.resources and not {mint.issuer, f"{mint.issuer}/userinfo"} & set(token.resources):
        raise InvalidToken("the access token is for another place")
    found = grants.alive(token.grant_id)
    if found is None:
        raise InvalidToken(access_token.UNKNOWN)
    grant, person = found
    client = house().clients.find(grant.client_id, now())
    if client is None or token.given_to not in ("", grant.client_id):  # RFC 8693: the person let another app see them
        raise InvalidToken(access_token.UNKNOWN)
    bearer.prove(came, token.holder.jkt, client.metadata.profile)
    certificate.prove(token.holder)
    explanations.by(client, proved=True)
    scope = token.scope & client.metadata.scope
    if OPENID not in scope:
        raise InsufficientScope("UserInfo needs the scope openid")
    asked = ClaimsRequest.from_json(grant.claims).within(client.metadata.scope).userinfo if grant.claims else {}
    released = release(claims.of_person(person), wanted(scope, asked))
    told = {**released, "sub": subject_of(grant.user_id, client.metadata)}
    packed = userinfo_response.packed(told, client, mint, now())
    plain = private_json(told) if packed is None else private_text(packed, userinfo_response.MEDIA_TYPE)
    answer = possession.with_nonce(plain)
    return cors.open_to(answer, client.metadata.allowed_origins)


@routes.route("/userinfo", methods=["OPTIONS"], provide_automatic_options=False)
def ask_first() -> Response:
    return cors.preflight("GET, POST")


@routes.errorhandler(NoToken)
@routes.errorhandler(OAuthError)
def refuse(error: OAuthError | NoToken) -> Response:
    """RFC 6750 §3. Whose token it was is not known, and nothing in the answer is anyone's: all may read it."""
    return cors.open_to_all(bearer.refusal(error))


def metadata(settings: Settings) -> Mapping[str, object]:
    """OpenID Connect Discovery §3."""
    names = {"sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash", "sid"}
    return {
        "userinfo_endpoint": f"{settings.server.issuer}/userinfo",
        "claims_supported": sorted(names.union(*(SCOPE_CLAIMS[scope] for scope in OFFERED if scope in SCOPE_CLAIMS))),
        "userinfo_encryption_alg_values_supported": list(KEY_ALGS),
        "userinfo_encryption_enc_values_supported": list(ENCS),
    }


door = Door(routes, metadata)
