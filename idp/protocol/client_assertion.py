"""What a client's assertion must say (RFC 7523 §3, OpenID Connect Core §9), once its signature is known genuine."""

from collections.abc import Collection, Mapping
from typing import Final

from idp.protocol.errors import InvalidClient
from idp.protocol.numeric_date import is_numeric_date

TYPE: Final = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
LONGEST_LIFE: Final = 3600
"""Seconds that `exp` may be away."""
SKEW: Final = 60
LONGEST_JTI: Final = 256


def check(
    claims: Mapping[str, object], *, client_id: str, audiences: Collection[str], now: int, is_strict: bool = False
) -> tuple[str, int]:
    """The `jti` and `exp` of an assertion by this client for one of these audiences. Raises InvalidClient.

    `is_strict`: the audience is a string, no list of one (FAPI 2.0 Security Profile §5.3.2.1).
    """
    if claims.get("iss") != client_id or claims.get("sub") != client_id:
        raise InvalidClient("iss and sub of the client assertion must both be the client_id")
    audience = claims.get("aud") if is_strict else _alone(claims.get("aud"))
    if not isinstance(audience, str) or audience not in audiences:
        raise InvalidClient("aud of the client assertion must be the issuer of this provider, and nothing beside")
    expires_at = _moment(claims, "exp")
    if expires_at is None or not now - SKEW < expires_at <= now + LONGEST_LIFE + SKEW:
        raise InvalidClient("exp of the client assertion is missing, past, or more than an hour away")
    for name in ("nbf", "iat"):
        if name in claims and ((moment := _moment(claims, name)) is None or moment > now + SKEW):
            raise InvalidClient(f"{name} of the client assertion lies ahead")
    jti = claims.get("jti")
    if not isinstance(jti, str) or not 0 < len(jti) <= LONGEST_JTI:
        raise InvalidClient("jti of the client assertion is missing, or longer than 256 characters")
    return jti, expires_at


def _alone(audience: object) -> object:
    """RFC 7519 §4.1.3 allows a list; one for several readers is for none of them."""
    return audience[0] if isinstance(audience, list) and len(audience) == 1 else audience


def _moment(claims: Mapping[str, object], name: str) -> int | None:
    value = claims.get(name)
    return int(value) if is_numeric_date(value) else None
