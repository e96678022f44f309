"""What Portico offers at its own listener for certificates, [mtls] (RFC 8705 §5), beside what a proxy passes on."""

from collections.abc import Mapping
from typing import Final

from flask import request

from idp.protocol import client_certificate
from idp.settings.load import Settings
from idp.web.house import house
from idp.web.proxies import OWN_TLS

ALIASED: Final = tuple(
    f"{name}_endpoint"
    for name in (
        *("token", "revocation", "introspection", "pushed_authorization_request", "device_authorization"),
        *("backchannel_authentication", "userinfo"),
    )
)
"""Members of discovery: where apps prove who they are, or show a token that may be bound to a certificate."""


def aliases_of(members: Mapping[str, object], settings: Settings) -> Mapping[str, str]:
    """`mtls_endpoint_aliases` for a discovery document with these members; none without the listener."""
    if not settings.mtls.bind:
        return {}
    base, issuer = _base_of(settings), settings.server.issuer
    return {name: base + str(members[name]).removeprefix(issuer) for name in ALIASED if name in members}


def takes_certificates(settings: Settings) -> bool:
    """Whether tokens can be bound to one (§3.3)."""
    return bool(settings.mtls.bind or settings.server.client_certificate_header)


def methods(settings: Settings) -> tuple[str, ...]:
    """By which certificates apps can prove who they are: by a name only where somebody verifies the chain (§2.1)."""
    if settings.server.client_certificate_header or (settings.mtls.bind and settings.mtls.client_ca):
        return client_certificate.METHODS
    return (client_certificate.SELF_SIGNED,) if settings.mtls.bind else ()


def base_address() -> str:
    """What the address of this request began with: the issuer, or the same at the listener."""
    settings = house().settings
    return _base_of(settings) if OWN_TLS in request.environ else settings.server.issuer


def _base_of(settings: Settings) -> str:
    return settings.mtls.address + settings.server.path
