"""OpenID Connect Core §3.1.3.7: what the claims of an ID token have to say before anybody is who it says."""

import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256, sha384, sha512
from hmac import compare_digest
from typing import Any, Final

from idp.protocol.numeric_date import is_numeric_date
from idp.upstream.provider import Failure, NotIdentified

SKEW: Final = 60
"""Seconds that the clocks of others may differ from ours."""
OLDEST: Final = 900
"""Seconds; nobody's way to a provider and back takes longer, and nobody needs an older token for it."""
SUBJECT: Final = re.compile(r"[\x21-\x7e]([\x20-\x7e]{0,253}[\x21-\x7e])?")
HASHES: Final = {"256": sha256, "384": sha384, "512": sha512, "DSA": sha512, "519": sha512}
"""By the end of the algorithm's name; EdDSA and Ed25519 hash with SHA-512 inside."""

Claims = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Expected:
    """`since`: the person has to have signed in there after this time, 0 when any sign-in will do."""

    issuer: str
    client_id: str
    nonce: str = field(repr=False)
    access_token: str = field(repr=False)
    alg: str
    now: int
    since: int = 0


def check(claims: Claims, expected: Expected) -> None:
    """Every rule, in the order of §3.1.3.7. Raises NotIdentified, naming the first that is broken."""
    check_sender(claims, expected.issuer, expected.client_id)
    check_times(claims, expected.now)
    _nonce_is_ours(claims, expected.nonce)
    _access_token_belongs_to_it(claims, expected)
    _person_signed_in_since(claims, expected)
    subject(claims)


def check_sender(claims: Claims, issuer: str, client_id: str) -> None:
    """Points 2 to 5: exactly this issuer, and for us. Logout tokens keep the same rules."""
    if claims.get("iss") != issuer:
        raise wrong("iss is another issuer")
    named = claims.get("aud")
    audience = named if isinstance(named, list) else [named]
    if client_id not in audience:
        raise wrong("aud is another app", Failure.WRONG_APP)
    if len(audience) > 1 and "azp" not in claims:
        raise wrong("several aud and no azp", Failure.WRONG_APP)
    if "azp" in claims and claims["azp"] != client_id:
        raise wrong("azp is another app", Failure.WRONG_APP)


def check_times(claims: Claims, now: int) -> None:
    """Points 9 and 10."""
    if not is_numeric_date(claims.get("exp")) or now >= claims["exp"] + SKEW:
        raise wrong("exp is absent or over", Failure.EXPIRED)
    if not is_numeric_date(claims.get("iat")) or not now - OLDEST - SKEW <= claims["iat"] <= now + SKEW:
        raise wrong("iat is absent, long ago or to come", Failure.EXPIRED)
    if "nbf" in claims and not (is_numeric_date(claims["nbf"]) and claims["nbf"] <= now + SKEW):
        raise wrong("nbf is to come", Failure.EXPIRED)


def subject(claims: Claims) -> str:
    """§2: who it is, 255 ASCII characters at most."""
    named = claims.get("sub")
    if not isinstance(named, str) or not SUBJECT.fullmatch(named):
        raise wrong("sub is absent or no name")
    return named


def signed_in_at(claims: Claims) -> int:
    """§2: when the person proved themselves there, in seconds; 0 where it is not said."""
    said = claims.get("auth_time")
    return max(int(said), 0) if is_numeric_date(said) else 0


def wrong(what: str, failure: Failure = Failure.BROKEN) -> NotIdentified:
    return NotIdentified(failure, f"JWT: {what}")


def _nonce_is_ours(claims: Claims, nonce: str) -> None:
    """Point 11. We always send one, so it is always there; no claim of the token changes that."""
    sent = claims.get("nonce")
    if not nonce or not isinstance(sent, str) or not compare_digest(sent.encode(), nonce.encode()):
        raise wrong("nonce is absent or another")


def _access_token_belongs_to_it(claims: Claims, expected: Expected) -> None:
    """§3.1.3.8: at_hash is optional; where it stands, it is true."""
    if "at_hash" not in claims:
        return
    digest = HASHES[expected.alg[-3:]](expected.access_token.encode()).digest()
    half = urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
    if claims["at_hash"] != half:
        raise wrong("at_hash is of another access token")


def _person_signed_in_since(claims: Claims, expected: Expected) -> None:
    """Point 13: asked for a new sign-in, an old one is none."""
    if expected.since and not (
        is_numeric_date(claims.get("auth_time")) and claims["auth_time"] >= expected.since - SKEW
    ):
        raise wrong("auth_time is absent or before we asked")
