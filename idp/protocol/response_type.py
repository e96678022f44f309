"""What the authorization endpoint hands out (RFC 6749 §3.1.1)."""

from typing import Final

from idp.protocol.errors import InvalidRequest, UnsupportedResponseType

CODE: Final = "code"
OFFERED: Final = (CODE,)
"""The `response_types_supported` of discovery."""


def parse_response_type(text: str | None) -> str:
    """The response type; raises `InvalidRequest` where it is missing, else `UnsupportedResponseType`."""
    if text is None:
        raise InvalidRequest("response_type is missing; send response_type=code")
    if text not in OFFERED:
        raise UnsupportedResponseType("response_type must be code; tokens come from the token endpoint")
    return text
