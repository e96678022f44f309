"""Access tokens: sealed and opaque by default, RFC 9068 JWTs where the client's registration asks for them.

Either kind names its grant, so that revoking the grant ends it at once wherever Portico is asked.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import NamedTuple

from idp.protocol.errors import InvalidToken
from idp.protocol.holder import ANYBODY, Holder
from idp.protocol.scope import Scope
from idp.signing.ring import BadToken, KeyRing
from idp.signing.sealing import BadSeal, Sealer
from idp.store.base import new_id
from idp.store.grants import Grant

PURPOSE = "access_token"
JWT_TYPE = "at+jwt"
WORDS = 8
"""Scope, client_id, both thumbprints, resources, details, act, given_to; empty ones at the end are left out."""
UNKNOWN = "the access token is unknown, expired or revoked"


class AccessToken(NamedTuple):
    """`client_id` is set on a token that an app has for itself (RFC 6749 §4.4): no grant of a person stands behind it,
    and `grant_id` is the id of the token alone. `resources` is whom it is for: nobody named means Portico itself.
    `given_to` is the app that has it, where that is not the grant's (RFC 8693). The rest is as in `Terms`.
    """

    grant_id: str
    scope: Scope
    expires_at: int
    client_id: str = ""
    holder: Holder = ANYBODY
    resources: tuple[str, ...] = ()
    details: str = ""
    act: str = ""
    given_to: str = ""


def seal(token: AccessToken, sealer: Sealer, now: int) -> str:
    """Opaque: about 100 characters that tell nobody but Portico anything."""
    grant = urlsafe_b64decode(token.grant_id + "==")
    of_token = (str(token.scope), token.client_id, *token.holder)
    words = (*of_token, " ".join(token.resources), token.details, token.act, token.given_to)
    return sealer.seal(PURPOSE, grant + token.expires_at.to_bytes(5) + "\n".join(words).rstrip("\n").encode(), now)


def sign(token: AccessToken, grant: Grant, subject: str, alg: str, ring: KeyRing, issuer: str, now: int) -> str:
    """RFC 9068 §2.2, §6: `subject` is whom the app knows the person as."""
    claims = {
        **_common(token, issuer, now),
        "sub": subject,
        "client_id": token.given_to or grant.client_id,
        "jti": new_id(),
        "auth_time": grant.auth_time,
        "acr": grant.acr,
        "amr": grant.amr.split(),
        "grant_id": grant.id,
    }
    return ring.sign(claims, alg, now, typ=JWT_TYPE)


def sign_for_client(token: AccessToken, alg: str, ring: KeyRing, issuer: str, now: int) -> str:
    """RFC 9068 §2.2: where no person takes part, `sub` is the client."""
    claims = {
        **_common(token, issuer, now),
        "sub": token.client_id,
        "client_id": token.client_id,
        "jti": token.grant_id,
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
    words = raw[21:].decode().split("\n")
    scope, client_id, jkt, x5t, resources, details, act, given_to = words + [""] * (WORDS - len(words))
    expires_at, holder = int.from_bytes(raw[16:21]), Holder(jkt, x5t)
    return AccessToken(
        grant_id, Scope(scope.split()), expires_at, client_id, holder, tuple(resources.split()), details, act, given_to
    )


def _read_jwt(text: str, ring: KeyRing, issuer: str, now: int) -> AccessToken:
    try:
        claims = ring.verify(text, now, typ=(JWT_TYPE,))
    except BadToken:
        raise InvalidToken(UNKNOWN) from None
    if claims.get("iss") != issuer:
        raise InvalidToken(UNKNOWN)
    of_app = "grant_id" not in claims
    return AccessToken(
        claims["jti"] if of_app else claims["grant_id"],
        Scope(claims["scope"].split()),
        claims["exp"],
        claims["client_id"] if of_app else "",
        Holder.of(claims),
        () if claims["aud"] == issuer else tuple(_several(claims["aud"])),
        _as_text(claims.get("authorization_details")),
        _as_text(claims.get("act")),
        "" if of_app else claims["client_id"],
    )


def _common(token: AccessToken, issuer: str, now: int) -> dict[str, object]:
    """RFC 9068 §2.2, RFC 9396 §9.1, RFC 8693 §4.1."""
    audience = token.resources[0] if len(token.resources) == 1 else list(token.resources)
    details = {"authorization_details": json.loads(token.details)} if token.details else {}
    act = {"act": json.loads(token.act)} if token.act else {}
    return {
        "iss": issuer,
        "aud": audience or issuer,
        "scope": str(token.scope),
        "iat": now,
        "exp": token.expires_at,
        **details,
        **act,
        **token.holder.confirmation(),
    }


def _several(audience: str | list[str]) -> list[str]:
    return [audience] if isinstance(audience, str) else audience


def _as_text(claim: object) -> str:
    return json.dumps(claim, separators=(",", ":")) if claim else ""
