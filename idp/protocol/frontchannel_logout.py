"""The address of an app that signs a person out when a frame shows it (OpenID Connect Front-Channel Logout 1.0)."""

from collections.abc import Iterable
from typing import Final
from urllib.parse import parse_qsl

from idp.protocol.errors import InvalidClientMetadata
from idp.protocol.uri import Uri, with_query

MEMBER: Final = "frontchannel_logout_uri"
OURS: Final = frozenset({"iss", "sid"})


def check_registrable(address: str, redirect_uris: Iterable[str]) -> None:
    """§2: scheme, host and port of an address that answers go to; raises `InvalidClientMetadata` saying what to mend.

    A page's policy has no way to write an IPv6 host (CSP3 §2.3.1), and a second `iss` or `sid` would have no meaning.
    """
    own = Uri.parse(address)
    if own.origin not in {Uri.parse(uri).origin for uri in redirect_uris}:
        raise InvalidClientMetadata(f"{MEMBER} must have the scheme, host and port of one of the redirect_uris")
    if (own.host or "").startswith("["):
        raise InvalidClientMetadata(f"{MEMBER} must name its host, not an IPv6 address")
    if OURS & {name for name, _ in parse_qsl(address.partition("?")[2], keep_blank_values=True)}:
        raise InvalidClientMetadata(f"{MEMBER} must not have iss or sid in its query, since both are added to it")


def framed(address: str, issuer: str, sid: str) -> str:
    """§2, §3: what the frame shows. The app learns whose word it is and which session is meant, whether it asked or
    not: its ID tokens told it the same.
    """
    return with_query(address, {"iss": issuer, "sid": sid})
