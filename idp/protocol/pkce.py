"""Proof Key for Code Exchange, S256 only (RFC 7636, RFC 9700 §2.1.1)."""

import hmac
import re
from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import Final

from idp.protocol.errors import InvalidGrant, InvalidRequest

METHODS: Final = ("S256",)
"""The `code_challenge_methods_supported` of discovery."""

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")


class Challenge(str):
    """An S256 code challenge: the base64url of a SHA-256, 43 characters."""

    __slots__ = ()

    @classmethod
    def of(cls, challenge: str | None, method: str | None) -> "Challenge | None":
        """The challenge of an authorization request, None where it has none. Raises `InvalidRequest`.

        RFC 7636 §4.3 reads a missing method as `plain`, which hides nothing; so the method must be named.
        """
        if challenge is None and method is None:
            return None
        if challenge is None:
            raise InvalidRequest("code_challenge_method was sent without code_challenge")
        if method not in METHODS:
            raise InvalidRequest("code_challenge_method must be S256")
        if not _CHALLENGE.fullmatch(challenge):
            raise InvalidRequest("code_challenge must be 43 characters of base64url: BASE64URL(SHA256(code_verifier))")
        return cls(challenge)


def verify(challenge: str, verifier: str | None) -> bool:
    """RFC 7636 §4.6: whether the verifier belongs to the challenge, compared in constant time."""
    if verifier is None or not _VERIFIER.fullmatch(verifier):
        return False
    return hmac.compare_digest(challenge_of(verifier).encode(), challenge.encode())


def challenge_of(verifier: str) -> str:
    """RFC 7636 §4.2: what stands for this verifier in the request."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def prove(challenge: str | None, verifier: str | None) -> None:
    """RFC 9700 §2.1.1: a bound code needs its verifier, and a verifier needs a bound code.

    Raises `InvalidGrant`. The second half is what makes a downgrade visible: an attacker who stripped the
    challenge from the request meets the honest client's verifier here.
    """
    if challenge is None:
        if verifier is not None:
            raise InvalidGrant("code_verifier was sent, but the code was asked for without code_challenge")
    elif verifier is None:
        raise InvalidGrant("code_verifier is missing; the code was asked for with code_challenge")
    elif not verify(challenge, verifier):
        raise InvalidGrant("code_verifier does not match the code_challenge")
