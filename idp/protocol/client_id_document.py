"""An app whose client_id is the address of a document that says what it is (OAuth Client ID Metadata Document)."""

import re
from dataclasses import replace
from typing import Final

from idp.protocol import machine_registration
from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.errors import InvalidClientMetadata
from idp.protocol.machine_registration import Policy
from idp.protocol.strict_json import BadJson, read_object
from idp.protocol.uri import BadUri, Uri

LARGEST: Final = 16 * 1024
"""Bytes of one document; the draft advises 5 KB, and keys take more."""

LONGEST_ADDRESS: Final = 255
FRESH_FOR: Final = 3600
LEAST_FRESH: Final = 60
MOST_FRESH: Final = 86400
"""Seconds: without a word of HTTP, and whatever HTTP says."""

GRANT_TYPES: Final = ("authorization_code", "refresh_token")
"""A person takes part: nobody here knows the app well enough for anything else."""

SECRETS: Final = ("client_secret", "client_secret_expires_at")
METHODS: Final = ("none", "private_key_jwt")
_LEFT_OUT: Final = frozenset({"sector_identifier_uri", "software_statement"})
_DOTS: Final = re.compile(r"/(?:\.|%2e){1,2}(?=/|\?|\Z)", re.IGNORECASE)
_MAX_AGE: Final = re.compile(r"(?:\A|[\s,])max-age=\"?([0-9]{1,9})\"?(?=\s*(?:,|\Z))", re.IGNORECASE)
_NO_CACHE: Final = re.compile(r"(?:\A|[\s,])(?:no-store|no-cache)(?=\s*(?:,|=|\Z))", re.IGNORECASE)


def is_address(client_id: str) -> bool:
    """Whether this client_id means a document: no app registered here has such a one."""
    return client_id.startswith(("https://", "http://"))


def host_of(client_id: str, *, plain_loopback: bool) -> str:
    """The host of the document's address. `plain_loopback` takes http on this very machine, too.

    Raises `BadUri` for an address that two programs could read differently, or that names no document.
    """
    uri = Uri.parse(client_id)
    if len(client_id) > LONGEST_ADDRESS:
        raise BadUri(f"it is longer than {LONGEST_ADDRESS} characters")
    if not (uri.scheme == "https" or (plain_loopback and uri.is_loopback)):
        raise BadUri("it must be https")
    if uri.host is None or not client_id.startswith(f"{uri.origin}/"):
        raise BadUri("it must have a path, its host in lower case, and no port where it is the usual one")
    if _DOTS.search(uri.rest):
        raise BadUri("its path holds . or ..")
    return uri.host


def read(client_id: str, document: bytes, policy: Policy) -> ClientMetadata:
    """What the document that stands at `client_id` says of the app, within the policy.

    Raises `InvalidClientMetadata` or `InvalidRedirectUri`, saying what to mend.
    """
    try:
        said = read_object(document.decode(), LARGEST)
    except (BadJson, UnicodeDecodeError) as problem:
        raise InvalidClientMetadata(f"the document {problem}") from None
    if said.get("client_id") != client_id:
        raise InvalidClientMetadata("client_id in the document must be its address, character by character")
    if any(name in said for name in SECRETS):
        raise InvalidClientMetadata("a document that everybody reads holds no client_secret")
    if (method := said.setdefault("token_endpoint_auth_method", "none")) not in METHODS:
        raise InvalidClientMetadata(
            f"token_endpoint_auth_method must be {' or '.join(METHODS)}, not {str(method)[:40]}"
        )
    heard = {name: value for name, value in said.items() if name not in _LEFT_OUT}
    allowed = tuple(name for name in policy.grant_types if name in GRANT_TYPES)
    metadata = machine_registration.registered(heard, replace(policy, grant_types=allowed))
    return replace(metadata, published_at=client_id)


def fresh_for(cache_control: str) -> int:
    """Seconds for which the document need not be read again (RFC 9111 §5.2.2), within our own bounds."""
    if _NO_CACHE.search(cache_control):
        return LEAST_FRESH
    found = _MAX_AGE.search(cache_control)
    return min(max(int(found[1]), LEAST_FRESH), MOST_FRESH) if found else FRESH_FOR
