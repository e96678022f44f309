"""Where an answer may go: what is registered, and nothing that merely looks like it (RFC 9700 §4.1.3)."""

import re
from collections.abc import Iterable
from typing import Final

from idp.protocol.errors import InvalidRedirectUri
from idp.protocol.uri import BadUri, Uri

_LOOPBACK = re.compile(r"http://(?P<host>127\.0\.0\.1|\[::1\])(?::(?P<port>[1-9][0-9]{0,4}))?(?=[/?]|\Z)")

_NEVER: Final = frozenset(
    "about acct attachment blob callto cap chrome chrome-extension cid content crid data dav dict dns doi "  # noqa: SIM905 (words are read, quotes are not)
    "facetime feed file filesystem finger ftp ftps geo git go gopher h323 http im imap info intent ipp "
    "irc ircs jar javascript jdbc ldap ldaps livescript magnet mailto market mid mk mocha moz-extension "
    "msteams news nfs nntp opera pop pres res resource rmi rsync rtmp rtsp safari-extension search "
    "search-ms sftp sgn shell shttp sip sips skype slack smb sms snmp ssh stun stuns svn tag tel telnet "
    "tftp turn turns udp unix urn vbs vbscript view-source vnc wais webcal ws wss wyciwyg xmpp xri "
    "zoommtg".split()
)
"""Schemes that belong to somebody already: no app may claim them (RFC 7595 §3.8)."""


def matches(registered: Iterable[str], presented: str, native: bool) -> bool:
    """Whether the presented URI is one of the registered, as strings, character by character.

    The only liberty: a native app listening on 127.0.0.1 or [::1] may name any port (RFC 8252 §7.3).
    """
    registered = tuple(registered)
    return presented in registered or (native and _matches_but_for_the_port(registered, presented))


def _matches_but_for_the_port(registered: tuple[str, ...], presented: str) -> bool:
    wanted = _without_port(presented)
    return wanted is not None and any(wanted == _without_port(uri) for uri in registered)


def _without_port(uri: str) -> tuple[str, str] | None:
    found = _LOOPBACK.match(uri)
    if found is None or int(found["port"] or 1) > 65535:
        return None
    return found["host"], uri[found.end() :]


def check_registrable(uri: str, application_type: str) -> None:
    """Whether an app of this type may have its people sent there; raises `InvalidRedirectUri` saying why not.

    For `redirect_uris` and `post_logout_redirect_uris` alike (RFC 6749 §3.1.2, RFC 8252 §7, RFC 9700 §4.1.1).
    """
    try:
        parsed = Uri.parse(uri)
    except BadUri as problem:
        raise InvalidRedirectUri(str(problem)) from None
    if "*" in uri:
        raise InvalidRedirectUri("it holds a *; register each address in full, wildcards are not matched")
    if parsed.scheme in ("https", "http"):
        _check_web_address(parsed)
    else:
        _check_private_scheme(parsed, application_type)


def _check_web_address(uri: Uri) -> None:
    if uri.host is None:
        raise InvalidRedirectUri("it has no host")
    if uri.scheme == "http" and not uri.is_loopback:
        raise InvalidRedirectUri("it must be https; http is for localhost, 127.0.0.1 and [::1] only")


def _check_private_scheme(uri: Uri, application_type: str) -> None:
    """RFC 8252 §7.1. A dot is advised (com.example.app:/callback), since nobody else owns that scheme."""
    if uri.scheme in _NEVER or uri.scheme.startswith("ms-"):
        raise InvalidRedirectUri(f"the scheme {uri.scheme} is not allowed")
    if application_type != "native":
        raise InvalidRedirectUri("it must be https; a scheme of its own is for application_type native only")
    if uri.host is None and uri.rest in ("", "/", "//"):
        raise InvalidRedirectUri("it names nothing behind its scheme; add a path, such as com.example.app:/callback")


def origin_of(uri: str) -> str:
    """The CSP source that covers a registered URI, for `form-action`; raises `BadUri` for any other text.

    An IPv6 host has no form in CSP, and a private scheme has no host: there it is the scheme alone.
    """
    parsed = Uri.parse(uri)
    if parsed.scheme not in ("https", "http") or parsed.host is None or parsed.host.startswith("["):
        return f"{parsed.scheme}:"
    return parsed.origin
