"""What a signed request says (RFC 9101 §4, §6.3), once its signature is known to be genuine."""

import json
from collections.abc import Mapping
from typing import Final

from idp.protocol.errors import InvalidRequestObject
from idp.protocol.numeric_date import is_numeric_date
from idp.protocol.parameters import REPEATABLE, Parameters

TYPES: Final = ("oauth-authz-req+jwt", "jwt", "")
SKEW: Final = 60
_ABOUT_THE_JWT: Final = frozenset({"iss", "aud", "exp", "nbf", "iat", "jti", "sub"})
_IN_JSON: Final = frozenset({"claims", "authorization_details"})


def parameters_of(
    claims: Mapping[str, object], client_id: str, issuer: str, now: int, *, by_reference: bool = False
) -> Parameters:
    """The authorization request that this client signed for us. InvalidRequestObject says what does not fit.

    `by_reference`: it was read at the client's own address a moment ago, so it need not say until when it is good.
    """
    if claims.get("iss") != client_id or claims.get("client_id", client_id) != client_id:
        raise InvalidRequestObject("iss and client_id of the request object must be the client_id of the request")
    audience = claims.get("aud")
    if issuer not in (audience if isinstance(audience, list) else [audience]):
        raise InvalidRequestObject("aud of the request object must be the issuer of this provider")
    expires_at = claims.get("exp")
    is_good_now = by_reference and expires_at is None
    if not is_good_now and (not is_numeric_date(expires_at) or expires_at <= now - SKEW):
        raise InvalidRequestObject("exp of the request object is missing or past")
    for name in ("nbf", "iat"):
        if name in claims and (not is_numeric_date(moment := claims[name]) or moment > now + SKEW):
            raise InvalidRequestObject(f"{name} of the request object lies ahead")
    if claims.get("sub") == client_id:  # §10.8: it would pass for a client assertion
        raise InvalidRequestObject("sub of the request object must not be the client_id")
    if "request" in claims or "request_uri" in claims:
        raise InvalidRequestObject("a request object holds no other request")
    named = {name: _value(name, value) for name, value in claims.items() if name not in _ABOUT_THE_JWT}
    return Parameters.of({**named, "client_id": client_id})


def _value(name: str, value: object) -> str | list[str]:
    """RFC 8707 §2: what may come more than once is an array."""
    if name in REPEATABLE and isinstance(value, list):
        return [_text(name, item) for item in value]
    return _text(name, value)


def _text(name: str, value: object) -> str:
    """§4: numbers stand as numbers, and what is JSON in a parameter stands as JSON."""
    if isinstance(value, str):
        return value
    if name in _IN_JSON and isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise InvalidRequestObject(f"{name[:40]} in the request object must be text")
