"""grant_type=jwt-bearer (RFC 7523 §2.1): an app asks for itself, and an issuer it registered says who it is.

No person is ever signed in this way: whoever holds an issuer's key would be everybody.
"""

from idp.endpoints.token.asking import Asking
from idp.endpoints.token.grants import client_credentials
from idp.endpoints.token.terms import for_client
from idp.issuance.issue import Mint, issue_to_client
from idp.protocol import trusted_issuers
from idp.protocol.client_members import CLIENT_ALGS
from idp.protocol.errors import InvalidGrant
from idp.settings.load import Settings
from idp.signing import foreign
from idp.signing.ring import BadToken
from idp.store.clients import Client
from idp.web import client_keys

NAME = trusted_issuers.GRANT_TYPE
LONGEST_ASSERTION = 8192
TYPES = ("jwt", "")


def redeem(asking: Asking, mint: Mint, settings: Settings, now: int) -> dict[str, object]:
    """§3.1: whatever is wrong with the assertion is invalid_grant. It proves the app; a public one may bring it."""
    parameters, client, _ = asking
    assertion = parameters.require("assertion", LONGEST_ASSERTION)
    _prove(assertion, client, (mint.issuer, f"{mint.issuer}/token"), now)
    scope = client_credentials.own_scope(parameters.get("scope"), client)
    return issue_to_client(mint, client.client_id, client.metadata, for_client(asking, scope, mint), now)


def _prove(assertion: str, client: Client, audiences: tuple[str, ...], now: int) -> None:
    try:
        issuer, subject = foreign.claimed(assertion, "iss"), foreign.claimed(assertion, "sub")
    except BadToken:
        raise InvalidGrant("assertion is no signed JWT") from None
    trusted = trusted_issuers.of(client.metadata.trusted_issuers, issuer, subject)
    claims = None
    if trusted is not None:
        claims = client_keys.signed_by(assertion, trusted, TYPES, CLIENT_ALGS, now)
    if claims is None:
        raise InvalidGrant("the assertion is not of an issuer and subject that this client registered, or not genuine")
    trusted_issuers.check(claims, audiences, now)
