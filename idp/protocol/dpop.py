"""What a DPoP proof must say (RFC 9449 §4.2, §4.3), once its signature is known to be genuine."""

import re
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from hashlib import sha256
from typing import Final
from urllib.parse import urlsplit

from idp.protocol.errors import InvalidDpopProof, InvalidRequest
from idp.protocol.numeric_date import is_numeric_date

TYPE: Final = "dpop+jwt"
ALGORITHMS: Final = ("ES256", "EdDSA", "PS256", "RS256")
"""The `dpop_signing_alg_values_supported` of discovery."""
GOOD_FOR: Final = 300
"""Seconds after `iat` in which a proof is taken; as long its `jti` is remembered."""
SKEW: Final = 60
"""Seconds that a clock may be ahead of ours."""
LONGEST_JTI: Final = 256
_THUMBPRINT = re.compile(r"[A-Za-z0-9_-]{43}")
_PLAIN = re.compile(r"[!-?A-~]+")
_PORTS: Final[Mapping[str, int]] = {"http": 80, "https": 443}


def check(claims: Mapping[str, object], *, method: str, address: str, now: int, access_token: str | None) -> str:
    """The `jti` of a proof that fits this request: method, address, moment and, at resources, the token it comes with.

    InvalidDpopProof names what does not fit. Nonces are the caller's.
    """
    jti, issued_at = claims.get("jti"), claims.get("iat")
    if not isinstance(jti, str) or not 0 < len(jti) <= LONGEST_JTI:
        raise InvalidDpopProof("jti is missing, or longer than 256 characters")
    if claims.get("htm") != method:
        raise InvalidDpopProof(f"htm is not {method}")
    if _normal(claims.get("htu")) != _normal(address):
        raise InvalidDpopProof(f"htu is not {address}")
    if not is_numeric_date(issued_at):
        raise InvalidDpopProof("iat is missing, or no number")
    if not now - GOOD_FOR < issued_at <= now + SKEW:
        raise InvalidDpopProof("iat is too far from now; make a proof for each request, and set your clock")
    not_before, expires_at = claims.get("nbf", now), claims.get("exp", now)
    if not is_numeric_date(not_before) or not is_numeric_date(expires_at):
        raise InvalidDpopProof("nbf and exp must be numbers, where they are there")
    if not_before > now + SKEW or expires_at <= now - SKEW:
        raise InvalidDpopProof("by its nbf or exp, the proof is not good now")
    if access_token is not None and claims.get("ath") != hash_of(access_token):
        raise InvalidDpopProof("ath is not the hash of this access token")
    return jti


def hash_of(access_token: str) -> str:
    """§4.2 `ath`."""
    return urlsafe_b64encode(sha256(access_token.encode()).digest()).rstrip(b"=").decode()


def parse_thumbprint(text: str | None) -> str:
    """§10 `dpop_jkt`: the thumbprint of the key the code will be bound to; "" for none. Raises InvalidRequest."""
    if text is None:
        return ""
    if not _THUMBPRINT.fullmatch(text):
        raise InvalidRequest("dpop_jkt must be a JWK SHA-256 thumbprint: 43 characters of base64url (RFC 7638)")
    return text


def _normal(address: object) -> tuple[str, str, int | None, str] | None:
    """§4.3: compared without query and fragment, after the normalisations of RFC 3986 §6.2.2 and §6.2.3.

    What a program would have to clean up first (a blank, a line end, a user name) is no address of ours.
    """
    if not isinstance(address, str) or not _PLAIN.fullmatch(address):
        return None
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return None
    scheme = parts.scheme.lower()
    return scheme, (parts.hostname or "").lower(), port or _PORTS.get(scheme), parts.path or "/"
