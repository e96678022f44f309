"""Absolute URIs, read strictly (RFC 3986): what two programs could read differently is refused."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlencode

LONGEST: Final = 2048
"""Characters of one URI."""

LOOPBACK_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})
"""Hosts that never leave the machine (RFC 8252 §7.3, §8.3)."""

_CHARACTERS = re.compile(r"(?:[A-Za-z0-9._~:/?\[\]@!$&'()*+,;=#-]|%[0-9A-Fa-f]{2})+")
_ENCODED_CONTROL = re.compile(r"%(?:[01][0-9A-Fa-f]|7[Ff])")
_PARTS = re.compile(r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]*):(?://(?P<authority>[^/?]*))?(?P<rest>.*)")
_AUTHORITY = re.compile(
    r"(?P<host>[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]*[A-Za-z0-9_])?)*"
    r"|\[[0-9A-Fa-f:.]{2,45}\])(?::(?P<port>[0-9]{1,5}))?"
)


class BadUri(ValueError):
    """The text is no URI we would send anybody to; the message says why."""


@dataclass(frozen=True, slots=True)
class Uri:
    """The parts of an absolute URI that decide where it leads. Scheme and host are lower-case."""

    scheme: str
    host: str | None
    port: int | None
    rest: str

    @classmethod
    def parse(cls, text: str) -> "Uri":
        """Raises `BadUri` for anything but a plain absolute URI without userinfo and fragment."""
        _refuse_odd_text(text)
        parts = _PARTS.fullmatch(text)
        if parts is None:
            raise BadUri("it must be an absolute URI, such as https://app.example.org/callback")
        scheme, authority, rest = parts.group("scheme", "authority", "rest")
        host, port = (None, None) if not authority else _host_and_port(authority)
        return cls(scheme.lower(), host, port, rest)

    @property
    def is_loopback(self) -> bool:
        """Whether it stays on the person's own machine."""
        return self.host in LOOPBACK_HOSTS

    @property
    def origin(self) -> str:
        """Scheme, host and port as browsers write them: `https://app.example.org:8443` (RFC 6454 §6.2)."""
        usual = {"https": 443, "http": 80}.get(self.scheme)
        port = "" if self.port in (None, usual) else f":{self.port}"
        return f"{self.scheme}://{self.host}{port}"


def with_query(uri: str, members: Mapping[str, str]) -> str:
    """The URI with these members behind the query it has (RFC 6749 §3.1.2)."""
    return uri + ("&" if "?" in uri else "?") + urlencode(members) if members else uri


def _refuse_odd_text(text: str) -> None:
    if len(text) > LONGEST:
        raise BadUri(f"it is longer than {LONGEST} characters")
    if not _CHARACTERS.fullmatch(text):
        raise BadUri(
            "it holds a space, a backslash, a control character or another character that a URI may not hold;"
            " percent-encode the path, write the host in punycode"
        )
    if _ENCODED_CONTROL.search(text):
        raise BadUri("it holds a percent-encoded control character")
    if "#" in text:
        raise BadUri("it has a fragment; leave out the # and what follows")


def _host_and_port(authority: str) -> tuple[str, int | None]:
    if "@" in authority:
        raise BadUri("it has a user name before the host; leave out everything up to the @")
    parts = _AUTHORITY.fullmatch(authority)
    if parts is None:
        raise BadUri("its host or port is malformed")
    port = None if parts["port"] is None else int(parts["port"])
    if port is not None and not 0 < port < 65536:
        raise BadUri("its port must be between 1 and 65535")
    return parts["host"].lower(), port
