"""The `request_uri` of a pushed request (RFC 9126 §2.2): an address of nothing, that one browser may use once."""

from typing import Final

PREFIX: Final = "urn:ietf:params:oauth:request_uri:"


def of_secret(secret: str) -> str:
    """The request_uri that stands for this secret."""
    return PREFIX + secret


def secret_of(request_uri: str | None) -> str | None:
    """The secret in a request_uri of ours; None for any other address, and for none."""
    return request_uri.removeprefix(PREFIX) if request_uri and request_uri.startswith(PREFIX) else None
