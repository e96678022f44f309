"""The ID token (OpenID Connect Core §2, §3.1.3.6)."""

from base64 import urlsafe_b64encode
from hashlib import sha256, sha512

from idp.issuance import claims as person_claims
from idp.protocol.claims import ClaimsRequest, release, wanted
from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.scope import Scope
from idp.store.grants import Grant, Person

HASHES = {"RS256": sha256, "ES256": sha256, "EdDSA": sha512}


def token_hash(token: str, alg: str) -> str:
    """Core §3.1.3.6: the left half of the hash that belongs to the signature's algorithm."""
    digest = HASHES[alg](token.encode()).digest()
    return urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def of_profile(grant: Grant, person: Person, scope: Scope, metadata: ClientMetadata) -> dict[str, object]:
    """Claims about the person: of the scopes the client wants here, and those its claims parameter asked for."""
    asked = ClaimsRequest.from_json(grant.claims).within(metadata.scope).id_token if grant.claims else {}
    names = wanted(Scope(token for token in metadata.id_token_claims if token in scope), asked)
    return release(person_claims.of_person(person), names) if names else {}


def of_protocol(
    grant: Grant, subject: str, sid: str, issuer: str, nonce: str | None, at_hash: str, now: int, expires_at: int
) -> dict[str, object]:
    """Claims only Portico sets, written last, so that no profile can replace one. `subject` is whom the app knows,
    `sid` what it calls their session.
    """
    claims: dict[str, object] = {
        "iss": issuer,
        "sub": subject,
        "aud": grant.client_id,
        "iat": now,
        "exp": expires_at,
        "auth_time": grant.auth_time,
        "acr": grant.acr,
        "amr": grant.amr.split(),
        "sid": sid,
        "at_hash": at_hash,
    }
    if nonce is not None:
        claims["nonce"] = nonce
    return claims
