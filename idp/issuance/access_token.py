"""Access tokens: sealed and opaque by default, RFC 9068 JWTs where the client's registration asks for them.

Either kind names its grant, so that revoking the grant ends it at once wherever Portico is asked.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NamedTuple

from idp.protocol.errors import InvalidToken
from idp.protocol.scope import Scope
from idp.signing.ring import BadToken, KeyRing
from idp.signing.sealing import BadSeal, Sealer
from idp.store.base import new_id
from idp.store.grants import Grant

PURPOSE = "access_token"
JWT_TYPE = "at+jwt"
UNKNOWN = "the access token is unknown, expired or revoked"


class AccessToken(NamedTuple):
    """`client_id` is set on a token that an app has for itself (RFC 6749 §4.4): no grant of a person stands behind it,
    and `grant_id` is the id of the token alone. `jkt` is the thumbprint of the key it is bound to (RFC 9449 §6).
    """

    grant_id: str
    scope: Scope
    expires_at: int
    client_id: str = ""
    jkt: str = ""


def seal(token: AccessToken, sealer: Sealer, now: int) -> str:
    """Opaque: about 100 characters that tell nobody but Portico anything."""
    grant = urlsafe_b64decode(token.grant_id + "==")
    words = f"{token.scope}\n{token.client_id}\n{token.jkt}".rstrip("\n")
    return sealer.seal(PURPOSE, grant + token.expires_at.to_bytes(5) + words.encode(), now)


def sign(token: AccessToken, grant: Grant, alg: str, ring: KeyRing, issuer: str, now: int) -> str:
    """RFC 9068 §2.2. Without a named resource the token is for Portico itself, so `aud` is the issuer."""
    claims = {
        "iss": issuer,
        "sub": grant.user_id,
        "aud": issuer,
        "client_id": grant.client_id,
        "scope": str(token.scope),
        "iat": now,
        "exp": token.expires_at,
        "jti": new_id(),
        "auth_time": grant.auth_time,
        "acr": grant.acr,
        "amr": grant.amr.split(),
        "grant_id": grant.id,
        **_confirmation(token),
    }
    return ring.sign(claims, alg, now, typ=JWT_TYPE)


def sign_for_client(token: AccessToken, alg: str, ring: KeyRing, issuer: str, now: int) -> str:
    """RFC 9068 §2.2: where no person takes part, `sub` is the client."""
    claims = {
        "iss": issuer,
        "sub": token.client_id,
        "aud": issuer,
        "client_id": token.client_id,
        "scope": str(token.scope),
        "iat": now,
        "exp": token.expires_at,
        "jti": token.grant_id,
        **_confirmation(token),
    }
    return ring.sign(claims, alg, now, typ=JWT_TYPE)


def read(text: str, sealer: Sealer, ring: KeyRing, issuer: str, now: int) -> AccessToken:
    """A token of either kind that has not expired; InvalidToken otherwise. Whether its grant lives, the store knows."""
    token = _read_jwt(text, ring, issuer, now) if text.startswith("ey") and "." in text else _unseal(text, sealer)
    if token.expires_at <= now:
        raise InvalidToken(UNKNOWN)
    return token


def _unseal(text: str, sealer: Sealer) -> AccessToken:
    try:
        raw = sealer.unseal(PURPOSE, text)
    except BadSeal:
        raise InvalidToken(UNKNOWN) from None
    grant_id = urlsafe_b64encode(raw[:16]).rstrip(b"=").decode()
    scope, *more = raw[21:].decode().split("\n")
    return AccessToken(grant_id, Scope(scope.split()), int.from_bytes(raw[16:21]), *more)


def _read_jwt(text: str, ring: KeyRing, issuer: str, now: int) -> AccessToken:
    try:
        claims = ring.verify(text, now, typ=(JWT_TYPE,))
    except BadToken:
        raise InvalidToken(UNKNOWN) from None
    if claims.get("iss") != issuer or claims.get("aud") != issuer:
        raise InvalidToken(UNKNOWN)
    scope, jkt = Scope(claims["scope"].split()), claims.get("cnf", {}).get("jkt", "")
    if "grant_id" in claims:
        return AccessToken(claims["grant_id"], scope, claims["exp"], jkt=jkt)
    return AccessToken(claims["jti"], scope, claims["exp"], claims["client_id"], jkt)


def _confirmation(token: AccessToken) -> dict[str, object]:
    """RFC 9449 §6.1, RFC 7800."""
    return {"cnf": {"jkt": token.jkt}} if token.jkt else {}
