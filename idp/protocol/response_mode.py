"""How the answer of the authorization endpoint travels (Multiple Response Types §2.1, Form Post, JARM §2.3)."""

from typing import Final, NamedTuple

from idp.protocol.errors import InvalidRequest

QUERY: Final = "query"
FORM_POST: Final = "form_post"
SIGNED: Final = "jwt"
"""Alone: signed, by the usual way of a code."""

_SIGNED_TOO: Final = f".{SIGNED}"
OFFERED: Final = (QUERY, FORM_POST, SIGNED, QUERY + _SIGNED_TOO, FORM_POST + _SIGNED_TOO)
"""The `response_modes_supported` of discovery."""


class Way(NamedTuple):
    """By which way an answer goes, and whether as one signed value."""

    carrier: str
    is_signed: bool


def parse_response_mode(text: str | None) -> str:
    """The response mode, `query` where none was asked for; raises `InvalidRequest`."""
    if text is None:
        return QUERY
    if text not in OFFERED:
        raise InvalidRequest(f"response_mode must be one of {', '.join(OFFERED)}")
    return text


def way_of(mode: str) -> Way:
    """What a response mode comes to."""
    if mode == SIGNED:
        return Way(QUERY, True)
    return Way(mode.removesuffix(_SIGNED_TOO), mode.endswith(_SIGNED_TOO))
