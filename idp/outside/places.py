"""How many addresses of others are read at a time: slow ones are strangers' to choose, and hold few threads.

Apps that somebody here looked at have places of their own: no stranger takes them.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock
from typing import Final

from idp.outside.fetch import NotFetched
from idp.protocol.uri import BadUri, Uri

AT_ONCE: Final = 4
"""Of strangers, and as many of those who are known."""
OF_ONE_SITE: Final = 2


class Crowded(NotFetched):
    """Others are being read just now; in a few seconds there is room."""


class Places:
    """Shared by the threads of a process."""

    def __init__(self) -> None:
        self._taken: Counter[tuple[bool, str]] = Counter()
        self._lock = Lock()

    @contextmanager
    def one(self, address: str, *, is_known: bool) -> Iterator[None]:
        """A place to read this address from. Raises Crowded where none is free: nobody waits for one."""
        place = is_known, site_of(address)
        with self._lock:
            taken = sum(count for (lane, _), count in self._taken.items() if lane is is_known)
            if taken >= AT_ONCE or self._taken[place] >= OF_ONE_SITE:
                raise Crowded("too many addresses are being read at the moment")
            self._taken[place] += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken[place] -= 1
                self._taken += Counter()  # what is nobody's goes


def site_of(address: str) -> str:
    """Who answers there, roughly: names below one another cost nothing, so the last two labels of a name count."""
    try:
        host = Uri.parse(address.partition("#")[0]).host or ""
    except BadUri:
        return ""
    labels = host.split(".")
    return host if host.startswith("[") or labels[-1].isdecimal() else ".".join(labels[-2:])
