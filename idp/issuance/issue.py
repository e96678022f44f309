"""One token answer (RFC 6749 §5.1, OpenID Connect Core §3.1.3.3)."""

from dataclasses import dataclass

from idp.issuance import access_token, id_token, refresh_token
from idp.issuance.access_token import AccessToken
from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.errors import ServerError
from idp.protocol.scope import OPENID, Scope
from idp.settings.sections import Tokens
from idp.signing.ring import KeyRing, NoSigner
from idp.signing.sealing import Sealer
from idp.store.base import new_id
from idp.store.grants import Grant, Person


@dataclass(frozen=True)
class Mint:
    """All it takes to make tokens."""

    issuer: str
    tokens: Tokens
    sealer: Sealer
    ring: KeyRing


def issue(
    mint: Mint,
    grant: Grant,
    person: Person,
    metadata: ClientMetadata,
    scope: Scope,
    nonce: str | None,
    now: int,
    jkt: str = "",
) -> dict[str, object]:
    """The members of a token answer for `scope`, which is the grant's own or a part of it.

    `jkt` is the thumbprint of the key that the app proved to hold: the access token is good for its holder alone.

    ServerError when no key signs with the client's algorithm (`idp check` says so before).
    """
    try:
        return _members(mint, grant, person, metadata, scope, nonce, now, jkt)
    except NoSigner as error:
        raise ServerError(str(error)) from error


def issue_to_client(
    mint: Mint, client_id: str, metadata: ClientMetadata, scope: Scope, now: int, jkt: str = ""
) -> dict[str, object]:
    """RFC 6749 §4.4.3: an access token for the app itself; nothing is written, and it refreshes nothing.

    ServerError as above.
    """
    token = AccessToken(new_id(), scope, _expiry(mint, now), client_id, jkt)
    return {
        "access_token": _for_client(mint, token, metadata, now),
        "token_type": type_of(jkt),
        "expires_in": mint.tokens.access_token_for,
        "scope": str(scope),
    }


def _for_client(mint: Mint, token: AccessToken, metadata: ClientMetadata, now: int) -> str:
    if metadata.access_token_format == "opaque":
        return access_token.seal(token, mint.sealer, now)
    try:
        return access_token.sign_for_client(token, metadata.id_token_signed_response_alg, mint.ring, mint.issuer, now)
    except NoSigner as error:
        raise ServerError(str(error)) from error


def _members(
    mint: Mint,
    grant: Grant,
    person: Person,
    metadata: ClientMetadata,
    scope: Scope,
    nonce: str | None,
    now: int,
    jkt: str,
) -> dict[str, object]:
    token = _access_token(mint, grant, metadata, AccessToken(grant.id, scope, _expiry(mint, now), jkt=jkt), now)
    answer: dict[str, object] = {
        "access_token": token,
        "token_type": type_of(jkt),
        "expires_in": mint.tokens.access_token_for,
        "scope": str(scope),
    }
    if "refresh_token" in metadata.grant_types:
        refresh = refresh_token.RefreshToken(grant.id, grant.generation)
        answer["refresh_token"] = refresh_token.seal(refresh, mint.sealer, now)
    if OPENID in scope:
        answer["id_token"] = _id_token(mint, grant, person, metadata, scope, nonce, token, now)
    return answer


def type_of(jkt: str) -> str:
    """The `token_type` of a token that is bound to this key, or to none (RFC 6750 §4, RFC 9449 §5)."""
    return "DPoP" if jkt else "Bearer"


def _expiry(mint: Mint, now: int) -> int:
    return now + mint.tokens.access_token_for


def _access_token(mint: Mint, grant: Grant, metadata: ClientMetadata, token: AccessToken, now: int) -> str:
    if metadata.access_token_format == "jwt":
        return access_token.sign(token, grant, metadata.id_token_signed_response_alg, mint.ring, mint.issuer, now)
    return access_token.seal(token, mint.sealer, now)


def _id_token(
    mint: Mint,
    grant: Grant,
    person: Person,
    metadata: ClientMetadata,
    scope: Scope,
    nonce: str | None,
    token: str,
    now: int,
) -> str:
    alg = metadata.id_token_signed_response_alg
    expires_at = now + mint.tokens.id_token_for
    protocol = id_token.of_protocol(grant, mint.issuer, nonce, id_token.token_hash(token, alg), now, expires_at)
    profile = id_token.of_profile(grant, person, scope, metadata)
    return mint.ring.sign({**profile, **protocol}, alg, now)
