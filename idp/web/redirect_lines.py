"""Redirect addresses, typed one per line: which line is wrong, and what to do about it."""

import re
from collections.abc import Iterator

from idp.protocol.errors import InvalidRedirectUri
from idp.protocol.redirect_uri import check_registrable
from idp.protocol.uri import LOOPBACK_HOSTS, BadUri, Uri
from idp.web.locale import gettext

_SEVERAL = re.compile(r"[^?]*[\s,;].*://")
_HOST_AND_PORT = re.compile(r"(?P<host>[A-Za-z0-9.-]+|\[[0-9A-Fa-f:]+\])(?::[0-9]+)?(?=[/?#]|\Z)")


def addresses(typed: str) -> list[str]:
    """The lines that hold something; the others are nobody's mistake."""
    return [line.strip() for line in typed.splitlines() if line.strip()]


def faults(typed: str, application_type: str) -> list[str]:
    """A sentence for each line that may not be registered (protocol.redirect_uri); lines are counted as they stand."""
    return list(dict.fromkeys(_faults(typed, application_type)))


def _faults(typed: str, application_type: str) -> Iterator[str]:
    seen: dict[str, int] = {}
    for number, line in enumerate(typed.splitlines(), 1):
        address = line.strip()
        if not address:
            continue
        if address in seen:
            yield gettext("Line %(line)s is the same as line %(first)s.", line=number, first=seen[address])
        elif sentence := _fault(address, application_type, number):
            yield sentence
        seen.setdefault(address, number)


def _fault(address: str, application_type: str, line: int) -> str:
    """A host and its port look like a private scheme, and are one to RFC 3986: nobody means that."""
    if _SEVERAL.match(address):
        return gettext("Line %(line)s: put each address on a line of its own.", line=line)
    if (found := _HOST_AND_PORT.match(address)) and "*" not in address:
        if found["host"].lower() in LOOPBACK_HOSTS:
            return gettext("Line %(line)s: add http:// at the start.", line=line)
        return gettext("Line %(line)s: add https:// at the start.", line=line)
    try:
        check_registrable(address, application_type)
    except InvalidRedirectUri as problem:
        return _sentence(address, application_type, line, problem.description)
    return ""


def _sentence(address: str, application_type: str, line: int, otherwise: str) -> str:
    """The first thing that is wrong with it, from what people get wrong most to what they hardly ever do."""
    if "*" in address:
        return gettext("Wildcards aren’t allowed. List each address.")
    if "#" in address:
        return gettext("Line %(line)s: addresses can’t contain #.", line=line)
    scheme, colon, rest = address.partition(":")
    if not colon or ("." in scheme and "/" not in rest[:1]) or scheme == "localhost":
        return gettext("Line %(line)s: add https:// at the start.", line=line)
    try:
        uri = Uri.parse(address)
    except BadUri as problem:
        return gettext("Line %(line)s: %(problem)s.", line=line, problem=str(problem))
    if uri.scheme == "http":
        return gettext("Line %(line)s: use https, or localhost for development.", line=line)
    if uri.scheme != "https" and application_type != "native":
        return gettext("Line %(line)s: start with https://. Other schemes are for mobile and desktop apps.", line=line)
    return gettext("Line %(line)s: %(problem)s.", line=line, problem=otherwise)
