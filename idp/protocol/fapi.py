"""FAPI 2.0 as a profile of one app: what its registration and its requests must have, said in one sentence.

The Security Profile is `fapi2`; `fapi2-message-signing` has all of it, and the request and the answer signed besides.
"""

from collections.abc import Mapping
from typing import Any, Final

from idp.protocol import backchannel
from idp.protocol.errors import InvalidClientMetadata, InvalidDpopProof, InvalidRequest
from idp.protocol.numeric_date import is_numeric_date
from idp.protocol.parameters import Parameters

SECURITY: Final = "fapi2"
MESSAGE_SIGNING: Final = "fapi2-message-signing"
PROFILES: Final = (SECURITY, MESSAGE_SIGNING)
ALGS: Final = ("PS256", "ES256", "EdDSA")
"""Security Profile §5.4.1."""
AUTH_METHODS: Final = ("private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth")
"""§5.3.2.1."""
GRANTS: Final = ("authorization_code", "refresh_token", "client_credentials", backchannel.GRANT_TYPE)
"""§5.3.2 knows the first three; the last has a profile of its own (FAPI-CIBA)."""
LONGEST_CODE: Final = 60
"""Seconds (§5.3.2.1)."""
LONGEST_REQUEST: Final = 3600
"""Seconds between `nbf` and `exp` of a signed request, and since its `nbf` (Message Signing §5.3.1)."""
_ALGS_OF_OURS: Final = ("id_token_signed_response_alg", "authorization_signed_response_alg")
_SIGNED_ALGS: Final = (
    *("token_endpoint_auth_signing_alg", "request_object_signing_alg", "id_token_signed_response_alg"),
    *("authorization_signed_response_alg", "userinfo_signed_response_alg", "introspection_signed_response_alg"),
)


def is_signing(profile: str) -> bool:
    """Whether requests and answers are signed too."""
    return profile == MESSAGE_SIGNING


def complete(members: dict[str, Any]) -> None:
    """What the profile decides where the registration does not; raises InvalidClientMetadata naming all that lacks.

    Security Profile §5.3.2, Message Signing §5.3, §5.4.
    """
    profile = members.get("profile", "")
    if not profile:
        return
    is_bound_by_tls = members.get("tls_client_certificate_bound_access_tokens", False)
    for name in ("require_pkce", "require_pushed_authorization_requests"):
        members.setdefault(name, True)
    members.setdefault("dpop_bound_access_tokens", not is_bound_by_tls)
    members.setdefault("require_signed_request_object", is_signing(profile))
    for name in (*_ALGS_OF_OURS, "introspection_signed_response_alg"):
        members.setdefault(name, "ES256")
    if lacks := _what_a_registration_lacks(members):
        raise InvalidClientMetadata(f"profile {profile} needs {'; '.join(lacks)}")


def _what_a_registration_lacks(members: Mapping[str, Any]) -> list[str]:
    lacks = []
    if not set(members.get("grant_types", ())) <= set(GRANTS):
        lacks.append(f"grant_types out of {', '.join(GRANTS)}")
    if members.get("token_endpoint_auth_method") not in AUTH_METHODS:
        lacks.append(f"token_endpoint_auth_method {' or '.join(AUTH_METHODS)}")
    lacks += [
        f"{name} true" for name in ("require_pkce", "require_pushed_authorization_requests") if not members.get(name)
    ]
    if not (members.get("dpop_bound_access_tokens") or members.get("tls_client_certificate_bound_access_tokens")):
        lacks.append("dpop_bound_access_tokens or tls_client_certificate_bound_access_tokens true")
    lacks += [f"{name} one of {', '.join(ALGS)}" for name in _SIGNED_ALGS if members.get(name, "ES256") not in ALGS]
    if is_signing(members["profile"]) and not members.get("require_signed_request_object"):
        lacks.append("require_signed_request_object true")
    if any(not uri.startswith("https://") for uri in members.get("redirect_uris", ())):
        lacks.append("redirect_uris with https alone")
    return lacks


def code_lifetime(profile: str, usual: int) -> int:
    """Seconds that a code is good for, where `usual` is the install's."""
    return min(usual, LONGEST_CODE) if profile else usual


def check_proof(profile: str, alg: str) -> None:
    """Security Profile §5.4.1, of a DPoP proof. Raises InvalidDpopProof."""
    if profile and alg not in ALGS:
        raise InvalidDpopProof(f"profile {profile}: alg must be one of {', '.join(ALGS)}")


def check_request(parameters: Parameters, profile: str, *, is_pushed: bool, is_signed: bool) -> None:
    """Security Profile §5.3.2.2, Message Signing §5.3.1, §5.4.1. Raises InvalidRequest naming all that lacks."""
    if not profile:
        return
    found = {name: parameters.get(name) for name in ("response_type", "code_challenge", "code_challenge_method")}
    lacks = [
        sentence
        for is_missing, sentence in (
            (not is_pushed, "to be pushed to /par"),
            (found["response_type"] != "code", "response_type code"),
            (parameters.get("redirect_uri") is None, "redirect_uri"),
            (found["code_challenge"] is None, "code_challenge"),
            (found["code_challenge_method"] != "S256", "code_challenge_method S256"),
            (is_signing(profile) and not is_signed, "to be signed, as request"),
            (is_signing(profile) and "jwt" not in (parameters.get("response_mode") or ""), "response_mode jwt"),
        )
        if is_missing
    ]
    if lacks:
        raise InvalidRequest(f"profile {profile}: this request needs {'; '.join(lacks)}")


def check_signed_request(claims: Mapping[str, object], now: int) -> str:
    """Message Signing §5.3.1: when a request object is not of this hour, the sentence that says so; else ""."""
    not_before, expires_at = claims.get("nbf"), claims.get("exp")
    if not is_numeric_date(not_before) or not_before < now - LONGEST_REQUEST:
        return "nbf of the request object is missing, or more than 60 minutes ago"
    if not is_numeric_date(expires_at) or expires_at > not_before + LONGEST_REQUEST:
        return "exp of the request object is missing, or more than 60 minutes after nbf"
    return ""
