"""grant_type=authorization_code (RFC 6749 §4.1.3, OpenID Connect Core §3.1.3)."""

from dataclasses import replace

from idp.endpoints.token.asking import Asking
from idp.endpoints.token.terms import for_person
from idp.issuance import authorization_code
from idp.issuance.issue import Mint, issue
from idp.protocol import pkce
from idp.protocol.errors import InvalidGrant, InvalidRequest
from idp.protocol.holder import ANYBODY
from idp.settings.load import Settings
from idp.store import grants
from idp.store.clients import Client

NAME = "authorization_code"


def redeem(asking: Asking, mint: Mint, settings: Settings, now: int) -> dict[str, object]:
    """Everything that needs no write is checked first; then the code is spent, in one statement."""
    parameters, client, holder = asking
    presented = parameters.require("code")
    code = authorization_code.read(presented, mint.sealer, now)
    if code.grant.client_id != client.client_id:
        raise InvalidGrant("the code was given to another client")
    _same_redirect(code, parameters.get("redirect_uri"))
    pkce.prove(code.code_challenge, parameters.get("code_verifier"))
    if code.dpop_jkt not in ("", holder.jkt):  # RFC 9449 §10
        raise InvalidGrant("the code is bound to a key: prove with DPoP that you hold it")
    granted = code.grant
    terms = for_person(
        asking, granted.scope, mint, granted=granted.resources, nonce=code.nonce, details=granted.details
    )
    idle_since, expires_at = now - settings.session.idle_for, _expires_at(code, client, settings, now)
    grant = replace(code.grant, holder=holder if client.metadata.public else ANYBODY)
    person = grants.open(grant, now, idle_since, expires_at, asked_at=code.expires_at - settings.tokens.code_for)
    return issue(mint, grant, person, client.metadata, terms, now)


def _same_redirect(code: authorization_code.AuthorizationCode, presented: str | None) -> None:
    """RFC 6749 §4.1.3: identical to the one of the authorization request, which Core §3.1.2.1 always requires."""
    if presented is None:
        raise InvalidRequest("redirect_uri is missing; send the one of the authorization request")
    if presented != code.redirect_uri:
        raise InvalidGrant("redirect_uri is not the one of the authorization request")


def _expires_at(code: authorization_code.AuthorizationCode, client: Client, settings: Settings, now: int) -> int:
    """When the last token of the grant is gone, unless it is refreshed before; and never before the code is too old:
    a grant that was cleared away could be opened once more."""
    tokens = settings.tokens
    refreshes = "refresh_token" in client.metadata.grant_types
    return max(code.expires_at, now + (tokens.refresh_idle_for if refreshes else tokens.access_token_for))
