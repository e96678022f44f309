"""The kinds of value a member of client metadata may have: each reads one, or says what is wrong with it."""

import json
import re
import unicodedata
from collections.abc import Callable
from typing import Any, Final

from idp.protocol.errors import InvalidScope
from idp.protocol.scope import Scope
from idp.protocol.uri import LONGEST, BadUri, Uri

Kind = Callable[[object], Any]

LONGEST_NAME: Final = 60
"""Characters of a client's name: it must fit on one line of a phone."""

_LONGEST_TEXT = 255
_MOST_ITEMS = 50
_LONGEST_KEYS = 32 * 1024
_PRIVATE: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})
_MOST_SENTENCES = 200
_LONGEST_SENTENCE = 120
_LONGEST_AGE = 10 * 365 * 24 * 3600
_SHORTEST_LIFETIME, _LONGEST_LIFETIME = 60, 24 * 3600
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_UNSEEN: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINERS: Final = "\u200c\u200d"
"""Invisible, yet part of Persian and Indic spelling."""


class BadMember(ValueError):
    """The member has no acceptable value; the message continues `<member> …`."""


def flag(value: object) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        raise BadMember("must be true or false")
    return value


def seconds(value: object) -> int:
    """A duration in whole seconds, up to ten years."""
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= _LONGEST_AGE:
        raise BadMember(f"must be a whole number of seconds between 0 and {_LONGEST_AGE}")
    return value


def lifetime(value: object) -> int:
    """How long something that we issue is good, in whole seconds: a minute to a day."""
    if not isinstance(value, int) or isinstance(value, bool) or not _SHORTEST_LIFETIME <= value <= _LONGEST_LIFETIME:
        raise BadMember(f"must be a whole number of seconds between {_SHORTEST_LIFETIME} and {_LONGEST_LIFETIME}")
    return value


def text(value: object, longest: int = _LONGEST_TEXT) -> str:
    """A line of text."""
    if not isinstance(value, str):
        raise BadMember("must be a string")
    if len(value) > longest:
        raise BadMember(f"must not be longer than {longest} characters")
    if _CONTROL.search(value):
        raise BadMember("must not hold control characters")
    return value


def name(value: object, longest: int = LONGEST_NAME) -> str:
    """A name people see, and trust: nothing in it may hide, or turn the direction of what stands beside it."""
    shown = text(value, longest).strip()
    if any(unicodedata.category(char) in _UNSEEN for char in shown if char not in _JOINERS):
        raise BadMember("must not hold invisible or direction-changing characters")
    if not any(char.isalnum() for char in shown):
        raise BadMember("must hold at least one letter or digit")
    return shown


def sentences(value: object) -> dict[str, str]:
    """A table: what people read for each name, which may end with a language tag (`orders.read#de`), kept small."""
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise BadMember("must be a table of sentences")
    if len(value) > _MOST_SENTENCES:
        raise BadMember(f"must not hold more than {_MOST_SENTENCES} entries")
    read: dict[str, str] = {}
    for key, sentence in value.items():
        scope, hash_sign, tag = key.rpartition("#")
        read[f"{scope}#{tag.lower()}" if hash_sign else key] = name(sentence, _LONGEST_SENTENCE)
    return read


def key_set(value: object) -> dict[str, Any]:
    """A JWK Set (RFC 7517 §5) of public keys."""
    keys = value.get("keys") if isinstance(value, dict) else None
    if not isinstance(keys, list) or not keys or len(keys) > _MOST_ITEMS:
        raise BadMember(f"must be a JWK Set with 1 to {_MOST_ITEMS} keys")
    if not all(isinstance(key, dict) and isinstance(key.get("kty"), str) for key in keys):
        raise BadMember("must hold keys with a kty")
    if any(_PRIVATE & key.keys() for key in keys):
        raise BadMember("must hold public keys alone; keep the private half to yourself, and make a new pair now")
    if len(json.dumps(keys)) > _LONGEST_KEYS:
        raise BadMember(f"must not be longer than {_LONGEST_KEYS} characters")
    return {"keys": keys}


def texts(value: object) -> tuple[str, ...]:
    """An array of strings, none twice."""
    return tuple(_items(value, text))


def uris(value: object) -> tuple[str, ...]:
    """An array of strings that are going to be judged as URIs."""
    return tuple(_items(value, lambda item: text(item, LONGEST)))


def _items(value: object, kind: Kind) -> list[str]:
    if not isinstance(value, (list, tuple)):
        raise BadMember("must be an array of strings")
    if len(value) > _MOST_ITEMS:
        raise BadMember(f"must not hold more than {_MOST_ITEMS} entries")
    items = [kind(item) for item in value]
    if len(set(items)) < len(items):
        raise BadMember("must not name an entry twice")
    return items


def one_of(*choices: str) -> Kind:
    """One of these words."""

    def read(value: object) -> str:
        if not isinstance(value, str) or value not in choices:
            raise BadMember(f"must be {' or '.join(choices)}")
        return value

    return read


def some_of(*choices: str) -> Kind:
    """An array of these words."""

    def read(value: object) -> tuple[str, ...]:
        words = texts(value)
        if not set(words) <= set(choices):
            raise BadMember(f"may hold {', '.join(choices)}")
        return words

    return read


def scope(value: object) -> Scope:
    """A space-separated list of scopes (RFC 7591 §2)."""
    if not isinstance(value, str):
        raise BadMember("must be a string of scopes parted by spaces")
    try:
        return Scope.parse(value)
    except InvalidScope as problem:
        raise BadMember(f"is not a scope: {problem.description}") from None


def web_address(value: object) -> str:
    """An address a browser is sent to: https, or http on the developer's own machine."""
    address = text(value, LONGEST)
    _parsed(address)
    return address


def documents(value: object) -> tuple[str, ...]:
    """An array of such addresses, each perhaps with the hash of what stands there as fragment (Core §6.2)."""
    return tuple(_items(value, _document))


def _document(value: object) -> str:
    address, mark, fragment = text(value, LONGEST).partition("#")
    return f"{web_address(address)}{mark}{text(fragment)}"


def origin(value: object) -> str:
    """Scheme, host and port of pages, as the Origin header names them."""
    address = text(value)
    if _parsed(address).origin != address:
        raise BadMember(f"must be an origin without a path, such as {_parsed(address).origin}")
    return address


def origins(value: object) -> tuple[str, ...]:
    """An array of origins."""
    return tuple(_items(value, origin))


def _parsed(address: str) -> Uri:
    try:
        uri = Uri.parse(address)
    except BadUri as problem:
        raise BadMember(f"is not acceptable: {problem}") from None
    if uri.host is None or not (uri.scheme == "https" or (uri.scheme == "http" and uri.is_loopback)):
        raise BadMember("must be an https address (http is for localhost, 127.0.0.1 and [::1] only)")
    return uri
