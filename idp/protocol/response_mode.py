"""How the answer of the authorization endpoint travels (OAuth 2.0 Multiple Response Types §2.1, Form Post)."""

from typing import Final

from idp.protocol.errors import InvalidRequest

QUERY: Final = "query"
FORM_POST: Final = "form_post"
OFFERED: Final = (QUERY, FORM_POST)
"""The `response_modes_supported` of discovery."""


def parse_response_mode(text: str | None) -> str:
    """The response mode, `query` where none was asked for; raises `InvalidRequest`."""
    if text is None:
        return QUERY
    if text not in OFFERED:
        raise InvalidRequest(f"response_mode must be {' or '.join(OFFERED)}")
    return text
