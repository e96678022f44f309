"""grant_type=authorization_code (RFC 6749 §4.1.3, OpenID Connect Core §3.1.3)."""

from idp.endpoints.token import opening
from idp.endpoints.token.asking import Asking
from idp.endpoints.token.terms import for_person
from idp.issuance import authorization_code
from idp.issuance.issue import Mint
from idp.protocol import fapi, pkce
from idp.protocol.errors import InvalidGrant, InvalidRequest
from idp.settings.load import Settings

NAME = "authorization_code"


def redeem(asking: Asking, mint: Mint, settings: Settings, now: int) -> dict[str, object]:
    """Everything that needs no write is checked first; then the code is spent, in one statement."""
    parameters, client, _ = asking
    presented = parameters.require("code")
    code = authorization_code.read(presented, mint.sealer, now)
    if code.grant.client_id != client.client_id:
        raise InvalidGrant("the code was given to another client")
    _same_redirect(code, parameters.get("redirect_uri"))
    pkce.prove(code.code_challenge, parameters.get("code_verifier"))
    opening.check_key(code.dpop_jkt, asking)
    granted, until = code.grant, code.expires_at
    terms = for_person(
        asking, granted.scope, mint, granted=granted.resources, nonce=code.nonce, details=granted.details
    )
    made_at = until - fapi.code_lifetime(client.metadata.profile, settings.tokens.code_for)
    return opening.tokens(asking, granted, terms, mint, settings, now, agreed_at=made_at, until=until)


def _same_redirect(code: authorization_code.AuthorizationCode, presented: str | None) -> None:
    """RFC 6749 §4.1.3: identical to the one of the authorization request, which Core §3.1.2.1 always requires."""
    if presented is None:
        raise InvalidRequest("redirect_uri is missing; send the one of the authorization request")
    if presented != code.redirect_uri:
        raise InvalidGrant("redirect_uri is not the one of the authorization request")
