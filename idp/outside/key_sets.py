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
BOUNDS: Final = Bounds(
    seconds=5, octets=64 * 1024, media_types=frozenset({"application/json", "application/jwk-set+json", "text/plain"})
)


@dataclass(frozen=True, slots=True)
class _Kept:
    keys: Mapping[str, Any] | None
    asked_at: int


class KeySets:
    """Shared by the threads of a process."""

    def __init__(self, fetcher: Fetcher) -> None:
        self._fetcher = fetcher
        self._kept: dict[str, _Kept] = {}
        self._lock = threading.Lock()

    def at(self, address: str, now: int, *, anew: bool = False) -> Mapping[str, Any]:
        """The key set at this address; `anew` asks again, unless that was just done. Raises NotFetched."""
        kept = self._kept.get(address)
        if kept is None or now - kept.asked_at >= (AGAIN_AFTER if anew or kept.keys is None else KEPT_FOR):
            kept = _Kept(self._fetched(address), now)
            self._keep(address, kept)
        if kept.keys is None:
            raise NotFetched("the key set could not be read a moment ago")
        return kept.keys

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
