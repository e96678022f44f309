"""What an app may ask over a channel of its own, for somebody who is elsewhere (OpenID CIBA Core 1.0 §7.1)."""

import re
from collections.abc import Mapping
from typing import Any, Final

from idp.protocol.errors import InvalidBindingMessage, InvalidClientMetadata, InvalidRequest
from idp.protocol.numeric_date import is_numeric_date
from idp.protocol.parameters import Parameters

GRANT_TYPE: Final = "urn:openid:params:grant-type:ciba"
POLL, PING = "poll", "ping"
DELIVERY_MODES: Final = (POLL, PING)
"""FAPI-CIBA §5.2.2: never push, whose tokens go to an address."""

EXPIRES_IN: Final = 600
SHORTEST, LONGEST = 10, 1800
"""Seconds that a request may wait for its person; what is asked beyond is brought to the nearer end (§7.1)."""
ALONE: Final = frozenset({"request", "client_id", "client_secret", "client_assertion", "client_assertion_type"})
"""All that may stand beside a signed request (§7.1.1)."""
HINTS: Final = ("login_hint_token", "id_token_hint", "login_hint")
LONGEST_MESSAGE: Final = 64
LONGEST_LIFE: Final = 3600

_SECONDS = re.compile(r"[1-9][0-9]{0,9}")
_BEARER = re.compile(r"[A-Za-z0-9\-._~+/]+=*")
_SHORTEST_TOKEN, _LONGEST_TOKEN = 22, 1024
_SPARE: Final = frozenset(" -.,:;#()+/'!?&%*=€$£")


def check(members: Mapping[str, Any]) -> None:
    """§4: what a registration must say together. Raises InvalidClientMetadata."""
    mode = members.get("backchannel_token_delivery_mode")
    if GRANT_TYPE not in members.get("grant_types", ()):
        if mode or "backchannel_client_notification_endpoint" in members:
            raise InvalidClientMetadata(f"backchannel_token_delivery_mode is for grant_types with {GRANT_TYPE}")
        return
    if members.get("token_endpoint_auth_method") == "none":
        raise InvalidClientMetadata(f"{GRANT_TYPE} in grant_types needs a client that proves who it is")
    if mode is None:
        raise InvalidClientMetadata("backchannel_token_delivery_mode must be poll or ping")
    if (mode == PING) is not ("backchannel_client_notification_endpoint" in members):
        raise InvalidClientMetadata("backchannel_client_notification_endpoint goes with delivery mode ping alone")
    alg = members.get("backchannel_authentication_request_signing_alg")
    if members.get("profile") and alg in (None, "RS256"):  # FAPI-CIBA §5.2.2
        raise InvalidClientMetadata("profile needs backchannel_authentication_request_signing_alg, and not RS256")
    if alg and not ("jwks" in members or "jwks_uri" in members):
        raise InvalidClientMetadata("backchannel_authentication_request_signing_alg needs jwks or jwks_uri")


def the_hint(parameters: Parameters) -> tuple[str, str]:
    """Name and value of the one hint at the person (§7.1: exactly one). Raises InvalidRequest."""
    given = [(name, value) for name in HINTS if (value := parameters.get(name)) is not None]
    if len(given) != 1:
        raise InvalidRequest("send exactly one of login_hint and id_token_hint")
    if given[0][0] == "login_hint_token":
        raise InvalidRequest("login_hint_token is not supported; send login_hint or id_token_hint")
    return given[0]


def parse_binding_message(text: str | None) -> str:
    """What both sides show (§7.1): short, one line, of letters, digits and a few signs, and no address of anything.

    "" for none; raises InvalidBindingMessage.
    """
    if text is None:
        return ""
    if len(text) > LONGEST_MESSAGE:
        raise InvalidBindingMessage(f"binding_message is longer than {LONGEST_MESSAGE} characters")
    if not all(char.isalnum() or char in _SPARE for char in text) or "//" in text:
        raise InvalidBindingMessage("binding_message may hold letters, digits, spaces and a few signs, and no address")
    return text


def parse_requested_expiry(text: str | None) -> int:
    """Seconds that the request waits; raises InvalidRequest for what is no positive number."""
    if text is None:
        return EXPIRES_IN
    if not _SECONDS.fullmatch(text):
        raise InvalidRequest("requested_expiry must be a positive number of seconds, digits only")
    return min(max(int(text), SHORTEST), LONGEST)


def parse_notification_token(text: str | None, mode: str) -> str:
    """The bearer token that our notice will carry (§7.1); "" for an app that polls. Raises InvalidRequest."""
    if mode != PING:
        return ""
    if text is None:
        raise InvalidRequest("client_notification_token is missing; this client registered delivery by ping")
    if not _SHORTEST_TOKEN <= len(text) <= _LONGEST_TOKEN or not _BEARER.fullmatch(text):
        raise InvalidRequest(
            f"client_notification_token must be a bearer token of {_SHORTEST_TOKEN} to {_LONGEST_TOKEN} characters"
        )
    return text


def check_claims(claims: Mapping[str, object], now: int, skew: int) -> str:
    """§7.1.1: what a signed request must hold besides what `request_object` looks at; its `jti`. InvalidRequest."""
    jti, issued_at, not_before, expires_at = (claims.get(name) for name in ("jti", "iat", "nbf", "exp"))
    if not isinstance(jti, str) or not jti:
        raise InvalidRequest("jti of the request object is missing")
    if not is_numeric_date(issued_at) or issued_at > now + skew:
        raise InvalidRequest("iat of the request object is missing, or lies ahead")
    if not is_numeric_date(not_before):
        raise InvalidRequest("nbf of the request object is missing")
    if not is_numeric_date(expires_at) or expires_at - not_before > LONGEST_LIFE:
        raise InvalidRequest(f"exp of the request object must be within {LONGEST_LIFE} s of nbf")
    return jti
