"""The scope of a request or a token (RFC 6749 §3.3)."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from idp.protocol.errors import InvalidScope

LONGEST: Final = 1024
"""Characters of one scope parameter."""

MOST: Final = 64
"""Scope tokens in one scope parameter."""

_SCOPE = re.compile(r"[\x20\x21\x23-\x5b\x5d-\x7e]*")

OPENID: Final = "openid"
PROFILE: Final = "profile"
EMAIL: Final = "email"
ADDRESS: Final = "address"
PHONE: Final = "phone"
GROUPS: Final = "groups"
OFFLINE_ACCESS: Final = "offline_access"

OFFERED: Final = (OPENID, PROFILE, EMAIL, ADDRESS, PHONE, OFFLINE_ACCESS)
"""The `scopes_supported` of discovery: OpenID Connect Core §5.4 and §11. Nothing here makes `groups` yet."""


class Scope:
    """A set of scope tokens that remembers the order it was asked in.

    Two scopes are equal when they hold the same tokens: the order does not matter (RFC 6749 §3.3).
    """

    __slots__ = ("_members", "_tokens")

    def __init__(self, tokens: Iterable[str] = ()) -> None:
        self._tokens: Final = tuple(dict.fromkeys(tokens))
        self._members: Final = frozenset(self._tokens)

    @classmethod
    def parse(cls, text: str | None) -> "Scope":
        """The scope a parameter names; None is the empty scope. Raises `InvalidScope`."""
        if not text:
            return NOTHING
        if len(text) > LONGEST:
            raise InvalidScope(f"scope is longer than {LONGEST} characters")
        if not _SCOPE.fullmatch(text):
            raise InvalidScope("scope may hold printable ASCII without quotes and backslashes, parted by spaces")
        scope = cls(token for token in text.split(" ") if token)
        if len(scope) > MOST:
            raise InvalidScope(f"scope names more than {MOST} tokens")
        return scope

    def __contains__(self, token: object) -> bool:
        return token in self._members

    def __iter__(self) -> Iterator[str]:
        return iter(self._tokens)

    def __len__(self) -> int:
        return len(self._tokens)

    def __and__(self, other: "Scope") -> "Scope":
        return Scope(token for token in self._tokens if token in other._members)

    def __or__(self, other: "Scope") -> "Scope":
        return Scope(self._tokens + other._tokens)

    def __sub__(self, other: "Scope") -> "Scope":
        return Scope(token for token in self._tokens if token not in other._members)

    def __le__(self, other: "Scope") -> bool:
        return self._members <= other._members

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Scope) and self._members == other._members

    def __hash__(self) -> int:
        return hash(self._members)

    def __str__(self) -> str:
        return " ".join(self._tokens)

    def __repr__(self) -> str:
        return f"Scope({str(self)!r})"


NOTHING: Final = Scope()

ABOUT_PEOPLE: Final = Scope((*OFFERED, GROUPS))
"""What only a person can let an app have."""
