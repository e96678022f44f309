"""A JWT in its compact form, taken apart and nothing more: who may have signed it, and how, each reader decides."""

from collections.abc import Mapping
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError

LONGEST_JWT = 16 * 1024


class BadToken(Exception):
    """Not a token for this use, or not any more; the sentence is for our log, not for the sender."""


def taken_apart(token: str, registry: jws.JWSRegistry) -> tuple[jws.CompactSignature, Mapping[str, Any]]:
    """RFC 7515 §5.2: its three segments, and a header that is an object. Raises BadToken."""
    if len(token) > LONGEST_JWT:
        raise BadToken("too long")
    try:
        parsed = jws.extract_compact(token.encode("ascii"), registry=registry)
        header: object = parsed.headers()
    except (JoseError, ValueError, TypeError, RecursionError):
        raise BadToken("no JWS in compact form") from None
    if not isinstance(header, dict):
        raise BadToken("a header that cannot be read")
    return parsed, header
