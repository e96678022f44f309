"""The parameters of a request, each with one value (RFC 6749 §3.1, §3.2, Appendix B)."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import unquote_to_bytes, urlencode

from idp.protocol.errors import InvalidRequest

LONGEST: Final = 8192
"""Bytes of one encoded query or body."""

MOST: Final = 64
"""Parameters in one request."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")
_CONTROL_BUT_WHITESPACE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
REPEATABLE: Final = frozenset({"resource"})
_JSON = frozenset({"claims", "authorization_details"})


class Parameters:
    """What a query or a form body said, decoded once, strictly.

    A parameter without a value is as good as absent (RFC 6749 §3.1). One that came twice has no value that
    could be trusted: asking for it raises `InvalidRequest`. `repr` shows names, never values.
    """

    __slots__ = ("_repeated", "_values", "duplicates")

    def __init__(
        self,
        values: Mapping[str, str],
        duplicates: frozenset[str],
        repeated: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self._values = values
        self._repeated = repeated or {}
        self.duplicates: Final = duplicates

    @classmethod
    def parse(cls, encoded: bytes) -> "Parameters":
        """Decode application/x-www-form-urlencoded octets; raises `InvalidRequest` saying what is wrong."""
        values: dict[str, str] = {}
        duplicates = []
        repeated: dict[str, tuple[str, ...]] = {}
        for pair in _pairs(encoded):
            name, _, value = pair.partition("=")
            if "%" in pair or "+" in pair:
                name, value = _decoded(name), _decoded(value)
            if not (name.isprintable() and value.isprintable()):
                _refuse_control_characters(name, value)
            if name in REPEATABLE:
                repeated[name] = (*repeated.get(name, ()), value)
            elif name in values:
                duplicates.append(name)
            values[name] = value
        return cls(values, frozenset(duplicates), repeated)

    @classmethod
    def of(cls, values: Mapping[str, str | list[str]]) -> "Parameters":
        """The same parameters as if they had come encoded."""
        return cls.parse(urlencode(values, doseq=True).encode())

    def get(self, name: str, at_most: int = LONGEST) -> str | None:
        """The value, or None where it is absent or empty.

        Raises `InvalidRequest` where the name came twice or the value has more than `at_most` characters.
        """
        if name in self.duplicates or len(self._repeated.get(name, ())) > 1:
            raise InvalidRequest(f"{_shown(name)} was sent more than once; send it once")
        value = self._values.get(name)
        if value and len(value) > at_most:
            raise InvalidRequest(f"{_shown(name)} is longer than {at_most} characters")
        return value or None

    def every(self, name: str, at_most: int = LONGEST) -> tuple[str, ...]:
        """All values of one that may come more than once (RFC 8707 §2); empty ones are as good as absent."""
        found = tuple(value for value in self._repeated.get(name, ()) if value)
        if any(len(value) > at_most for value in found):
            raise InvalidRequest(f"{_shown(name)} is longer than {at_most} characters")
        return found

    def as_sent(self) -> dict[str, str]:
        """All of them by name, for whoever has to pass them on; of one that came twice, the last."""
        return dict(self._values)

    def require(self, name: str, at_most: int = LONGEST) -> str:
        """The value; raises `InvalidRequest` where it is absent, too, and says which one is missing."""
        value = self.get(name, at_most)
        if value is None:
            raise InvalidRequest(f"{name} is missing")
        return value

    def refuse_duplicates(self) -> None:
        """RFC 6749 §3.1: no parameter, known or not, may be included more than once."""
        for name in sorted(self.duplicates):
            self.get(name)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and bool(self._values.get(name))

    def __repr__(self) -> str:
        return f"Parameters({', '.join(_shown(name) for name in self._values)})"


def _pairs(encoded: bytes) -> list[str]:
    if len(encoded) > LONGEST:
        raise InvalidRequest(f"the parameters are longer than {LONGEST} bytes")
    try:
        text = encoded.decode()
    except UnicodeDecodeError:
        raise InvalidRequest("the parameters are not UTF-8") from None
    pairs = [pair for pair in text.split("&") if pair]
    if len(pairs) > MOST:
        raise InvalidRequest(f"there are more than {MOST} parameters")
    return pairs


def _decoded(text: str) -> str:
    if "+" in text:
        text = text.replace("+", " ")
    if "%" not in text:
        return text
    if _BROKEN_ESCAPE.search(text):
        raise InvalidRequest("a percent sign in the parameters is not followed by two hexadecimal digits")
    try:
        return unquote_to_bytes(text).decode()
    except UnicodeDecodeError:
        raise InvalidRequest("a percent-encoded parameter is not UTF-8") from None


def _refuse_control_characters(name: str, value: str) -> None:
    """JSON may hold line breaks between its tokens; nothing else has a use for them."""
    forbidden = _CONTROL_BUT_WHITESPACE if name in _JSON else _CONTROL
    if _CONTROL.search(name) or forbidden.search(value):
        raise InvalidRequest(f"{_shown(name)} holds a control character")


def _shown(name: str) -> str:
    return name if len(name) <= 40 else f"{name[:40]}..."
