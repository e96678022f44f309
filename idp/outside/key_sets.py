"""Key sets of apps (`jwks_uri`), fetched through the guarded fetcher and kept for a while.

What a worker knows is at most KEPT_FOR old; a key that is not among it is looked for at once, though not more often
than every AGAIN_AFTER. There is room for ROOM_FOR sets: the one that was asked for longest ago goes.
"""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from idp.outside.fetch import Bounds, Fetcher, NotFetched
from idp.protocol.strict_json import BadJson, read_object

KEPT_FOR: Final = 600
AGAIN_AFTER: Final = 30
ROOM_FOR: Final = 200
AT_ONCE: Final = 4
LONGER: Final = 60
"""Seconds for which a set is good beyond that, where nobody can be asked just now."""
BOUNDS: Final = Bounds(
    seconds=5, octets=64 * 1024, media_types=frozenset({"application/json", "application/jwk-set+json", "text/plain"})
)


@dataclass(frozen=True, slots=True)
class _Kept:
    keys: Mapping[str, Any] | None
    asked_at: int


class KeySets:
    """Shared by the threads of a process, of which few ever wait here: slow addresses are strangers' to choose."""

    def __init__(self, fetcher: Fetcher, at_once: int = AT_ONCE) -> None:
        self._fetcher = fetcher
        self._places = threading.BoundedSemaphore(at_once)
        self._kept: dict[str, _Kept] = {}
        self._lock = threading.Lock()

    def at(self, address: str, now: int, *, anew: bool = False) -> Mapping[str, Any]:
        """The key set at this address; `anew` asks again, unless that was just done. While too many are being read, the
        one that was read last. Raises NotFetched.
        """
        kept = self._kept.get(address)
        if kept is None or now - kept.asked_at >= (AGAIN_AFTER if anew or kept.keys is None else KEPT_FOR):
            kept = self._read_now(address, now) or kept
        if kept is None or kept.keys is None or now - kept.asked_at >= KEPT_FOR + LONGER:
            raise NotFetched("the key set could not be read a moment ago")
        return kept.keys

    def _read_now(self, address: str, now: int) -> _Kept | None:
        """None where nobody was asked: in a few seconds there is room."""
        if not self._places.acquire(blocking=False):
            return None
        try:
            kept = _Kept(self._fetched(address), now)
        finally:
            self._places.release()
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
