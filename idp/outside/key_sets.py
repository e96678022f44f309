"""Key sets of apps (`jwks_uri`), fetched through the guarded fetcher and kept for a while.

What a worker knows is at most KEPT_FOR old; a key that is not among it is looked for at once, though not more often
than every AGAIN_AFTER. What was read last stands while nothing can be read, LONGER at most. There is room for ROOM_FOR
sets: the one that was asked for longest ago goes.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, Final

from idp.outside.fetch import Bounds, Fetcher, NotFetched
from idp.outside.places import Crowded, Places
from idp.protocol.strict_json import BadJson, read_object

KEPT_FOR: Final = 600
AGAIN_AFTER: Final = 30
ROOM_FOR: Final = 200
LONGER: Final = 3600
"""Seconds for which a set is good beyond that: an app that takes a key back publishes the others, or none."""
BOUNDS: Final = Bounds(
    seconds=5, octets=64 * 1024, media_types=frozenset({"application/json", "application/jwk-set+json", "text/plain"})
)


@dataclass(frozen=True, slots=True)
class _Kept:
    """`keys` as they were at `read_at`, None where nothing was ever read; asked for again at `asked_at`."""

    keys: Mapping[str, Any] | None
    read_at: int
    asked_at: int


NEVER_READ: Final = _Kept(None, 0, 0)


class KeySets:
    """Shared by the threads of a process, of which few ever wait here."""

    def __init__(self, fetcher: Fetcher, places: Places) -> None:
        self._fetcher = fetcher
        self._places = places
        self._kept: dict[str, _Kept] = {}
        self._lock = threading.Lock()

    def at(self, address: str, now: int, *, anew: bool = False, is_known: bool = False) -> Mapping[str, Any]:
        """The key set at this address; `anew` asks again, unless that was just done; `is_known` for an app that is no
        stranger. Where it cannot be read, or too many are being read, the one that was read last. Raises NotFetched.
        """
        kept = self._kept.get(address, NEVER_READ)
        is_old = anew or kept.keys is None or now - kept.read_at >= KEPT_FOR
        if is_old and now - kept.asked_at >= AGAIN_AFTER:
            kept = self._read_now(address, kept, now, is_known=is_known)
        if kept.keys is None or now - kept.read_at >= KEPT_FOR + LONGER:
            raise NotFetched("the key set could not be read a moment ago")
        return kept.keys

    def _read_now(self, address: str, before: _Kept, now: int, *, is_known: bool) -> _Kept:
        """What was there before where nobody was asked (in a few seconds there is room), or nobody answered."""
        try:
            with self._places.one(address, is_known=is_known):
                keys = self._fetched(address)
        except Crowded:
            return before
        kept = replace(before, asked_at=now) if keys is None else _Kept(keys, now, now)
        self._keep(address, kept)
        return kept

    def _fetched(self, address: str) -> Mapping[str, Any] | None:
        """None for what cannot be read: nobody asks for it again so soon."""
        try:
            answer = self._fetcher.get(address, BOUNDS)
            return read_object(answer.body.decode(), BOUNDS.octets) if answer.status == 200 else None
        except (NotFetched, BadJson, UnicodeDecodeError):
            return None

    def _keep(self, address: str, kept: _Kept) -> None:
        with self._lock:
            self._kept.pop(address, None)
            self._kept[address] = kept
            while len(self._kept) > ROOM_FOR:
                self._kept.pop(next(iter(self._kept)))
