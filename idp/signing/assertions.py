"""What we sign with a key of the operator's, to authenticate at somebody else's (RFC 7523 §2.2)."""

from collections.abc import Mapping

from joserfc import jwt

from idp.signing.keys import from_pem
from idp.signing.ring import REGISTRY


def signed(claims: Mapping[str, object], pem: str, kid: str) -> str:
    """A JWT over `claims` by this private key, whose owner calls it `kid`; the key decides on the algorithm.

    Raises UnusableKey.
    """
    key = from_pem(pem.encode())
    return jwt.encode({"alg": key.alg, "kid": kid}, dict(claims), key.private, registry=REGISTRY)
