"""What a client certificate says of the app that shows it (RFC 8705), and what an app registers about its own."""

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from idp.protocol import member_kinds as kinds
from idp.protocol.errors import InvalidClientMetadata

PKI: Final = "tls_client_auth"
SELF_SIGNED: Final = "self_signed_tls_client_auth"
METHODS: Final = (PKI, SELF_SIGNED)
BOUND: Final = "tls_client_certificate_bound_access_tokens"
_DN: Final = "tls_client_auth_subject_dn"
NAMES: Final = (_DN, *(f"tls_client_auth_san_{kind}" for kind in ("dns", "uri", "ip", "email")))
"""§2.1.2: the one name by which a certificate of a public authority is known."""
KINDS: Final[Mapping[str, kinds.Kind]] = dict.fromkeys(NAMES, kinds.text)


class Certificate(NamedTuple):
    """As it was read: `thumbprint` is base64url of its SHA-256 (§3.1), `key` its public key as JWK, `subject` RFC 4514
    text, `names` the subject alternative names by kind (dns, uri, ip, email). Times are seconds.
    """

    thumbprint: str
    key: Mapping[str, Any]
    subject: str
    names: Mapping[str, tuple[str, ...]]
    not_before: int
    not_after: int

    def is_of(self, now: int) -> bool:
        """Whether this is its time."""
        return self.not_before <= now <= self.not_after

    def is_named(self, names: Mapping[str, str]) -> bool:
        """§2.1.2: whether it bears the one name that was registered."""
        for name, wanted in names.items():
            if name == _DN:
                return _plain(self.subject) == _plain(wanted)
            kind = name.rpartition("_")[2]
            return (wanted.lower() if kind == "dns" else wanted) in self.names.get(kind, ())
        return False

    def has_key_of(self, keys: Mapping[str, Any]) -> bool:
        """§2.2: whether one of these registered keys is the certificate's own."""
        entries = keys.get("keys")
        return any(
            isinstance(entry, dict) and all(entry.get(name) == value for name, value in self.key.items())
            for entry in (entries if isinstance(entries, list) else [])
        )


def check(members: Mapping[str, Any]) -> None:
    """§2.1.2, §2.2.2: the one name, or the keys, that the method needs. Raises InvalidClientMetadata."""
    method = members.get("token_endpoint_auth_method")
    named = [name for name in NAMES if name in members]
    if method == PKI and len(named) != 1:
        raise InvalidClientMetadata(f"{PKI} needs exactly one of {', '.join(NAMES)}")
    if method != PKI and named:
        raise InvalidClientMetadata(f"{named[0]} is for token_endpoint_auth_method {PKI}")
    if method == SELF_SIGNED and "jwks" not in members and "jwks_uri" not in members:
        raise InvalidClientMetadata(f"{SELF_SIGNED} needs jwks or jwks_uri with the certificate's key")


def _plain(name: str) -> str:
    """RFC 4514: spaces around separators mean nothing, and attribute types have no case."""
    parts = re.split(r"(?<!\\)\s*,\s*", name.strip())
    pairs = (part.partition("=") for part in parts)
    return ",".join(f"{kind.strip().upper()}={value.strip()}" for kind, _, value in pairs)
