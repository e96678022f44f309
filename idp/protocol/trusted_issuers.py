"""Whose word an app may bring instead of a secret (RFC 7523 §2.1): issuers and subjects registered beforehand.

So a job in a build system or a cluster, which has a signed identity there, is an app here without any secret to keep.
"""

from collections.abc import Collection, Mapping
from typing import Any, Final

from idp.protocol import member_kinds as kinds
from idp.protocol.errors import InvalidGrant
from idp.protocol.numeric_date import is_numeric_date

GRANT_TYPE: Final = "urn:ietf:params:oauth:grant-type:jwt-bearer"
MOST: Final = 20
LONGEST_LIFE: Final = 3600
"""Seconds that `exp` may be away."""
SKEW: Final = 60
NAMES: Final = frozenset({"issuer", "subject", "jwks", "jwks_uri"})


def kind(value: object) -> tuple[Mapping[str, Any], ...]:
    """The member `trusted_issuers`: tables with `issuer`, `subject`, and `jwks` or `jwks_uri`."""
    if not isinstance(value, list | tuple) or len(value) > MOST:
        raise kinds.BadMember(f"must be an array of at most {MOST} tables")
    return tuple(_issuer(entry) for entry in value)


def _issuer(entry: object) -> Mapping[str, Any]:
    if not isinstance(entry, dict) or not entry.keys() <= NAMES or ("jwks" in entry) == ("jwks_uri" in entry):
        raise kinds.BadMember("must hold tables of issuer, subject, and either jwks or jwks_uri")
    named = {name: kinds.text(entry.get(name)) for name in ("issuer", "subject")}
    if not all(named.values()):
        raise kinds.BadMember("must name an issuer and a subject in each table")
    if "jwks" in entry:
        return {**named, "jwks": kinds.key_set(entry["jwks"])}
    return {**named, "jwks_uri": kinds.web_address(entry["jwks_uri"])}


def of(trusted: Collection[Mapping[str, Any]], issuer: str, subject: str) -> Mapping[str, Any] | None:
    """The entry that speaks of exactly this subject of this issuer."""
    return next((entry for entry in trusted if (entry["issuer"], entry["subject"]) == (issuer, subject)), None)


def check(claims: Mapping[str, object], audiences: Collection[str], now: int) -> None:
    """§3, once the signature is known genuine. Raises InvalidGrant.

    An assertion may come again while it is good: those who mint them for jobs give one for many minutes.
    """
    audience = claims.get("aud")
    if (audience[0] if isinstance(audience, list) and len(audience) == 1 else audience) not in audiences:
        raise InvalidGrant("aud of the assertion must be the issuer of this provider, and nothing beside")
    expires_at = claims.get("exp")
    if not is_numeric_date(expires_at) or not now - SKEW < expires_at <= now + LONGEST_LIFE + SKEW:
        raise InvalidGrant("exp of the assertion is missing, past, or more than an hour away")
    for name in ("nbf", "iat"):
        moment = claims.get(name)
        if moment is not None and (not is_numeric_date(moment) or moment > now + SKEW):
            raise InvalidGrant(f"{name} of the assertion lies ahead")
