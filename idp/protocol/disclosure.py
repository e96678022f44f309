"""What of a request its app's developer may read afterwards: names, and values that open nothing and are nobody's."""

import re
from collections.abc import Mapping
from typing import Final

from idp.protocol.parameters import Parameters

LONGEST: Final = 200
LONGEST_NAME: Final = 40
MOST: Final = 32

SHOWN: Final = frozenset(
    {
        *("acr_values", "actor_token_type", "audience", "client_assertion_type", "client_id", "code_challenge_method"),
        *("display", "grant_type", "idp_hint", "max_age", "post_logout_redirect_uri", "prompt", "redirect_uri"),
        *("requested_token_type", "resource", "response_mode", "response_type", "scope", "subject_token_type"),
        *("token_type_hint", "ui_locales", "claims"),
    }
)
"""Parameters whose values are told as they came. Of all others, unknown ones among them, only how long they were."""

_COULD_OPEN_SOMETHING = re.compile(r"[A-Za-z0-9_-]{40,}", re.ASCII)  # a secret, a code, part of a JWT, in a wrong place


def of_parameters(parameters: Parameters) -> dict[str, str | int]:
    """By name: the value, or its length where it is told to nobody. Of one that came twice, the last."""
    sent = list(parameters.as_sent().items())[:MOST]
    return {masked(name)[:LONGEST_NAME]: of_value(name, value) for name, value in sent}


def of_headers(headers: Mapping[str, str]) -> dict[str, str | int]:
    """Of credentials the scheme (RFC 9110 §11.4), of a proof the length, and the media type of the body."""
    told: dict[str, str | int] = {}
    if authorization := headers.get("Authorization"):
        scheme, _, credentials = authorization.partition(" ")
        told["Authorization"] = scheme[:LONGEST_NAME] if credentials and scheme.isalnum() else len(authorization)
    if proof := headers.get("DPoP"):
        told["DPoP"] = len(proof)
    if media_type := headers.get("Content-Type"):
        told["Content-Type"] = masked(media_type)[:LONGEST]
    return told


def of_value(name: str, value: str) -> str | int:
    """As it came, bounded, for what may be told; else how many characters it had."""
    return masked(value)[:LONGEST] if name in SHOWN else len(value)


def masked(text: str) -> str:
    """The text without anything that could be a bearer value, wherever it was put by mistake."""
    return _COULD_OPEN_SOMETHING.sub("...", "".join(char for char in text if char.isprintable()))
