"""Documents that strangers name: a few are read at a time, so that slow ones never hold all threads of a process."""

from threading import BoundedSemaphore
from typing import Final

from idp.outside.fetch import Bounds, Fetched, Fetcher, NotFetched

AT_ONCE: Final = 4


class Crowded(NotFetched):
    """Others are being read just now; in a few seconds there is room."""


class Reader:
    """Shared by the threads of a process."""

    def __init__(self, fetcher: Fetcher, at_once: int = AT_ONCE) -> None:
        self._fetcher = fetcher
        self._places = BoundedSemaphore(at_once)

    def read(self, address: str, bounds: Bounds) -> Fetched:
        """The document at this address, of status 200. Raises NotFetched, and Crowded where nobody was asked."""
        if not self._places.acquire(blocking=False):
            raise Crowded("too many documents are being read at the moment")
        try:
            answer = self._fetcher.get(address, bounds, {"Accept": "application/json"})
        finally:
            self._places.release()
        if answer.status != 200:
            raise NotFetched(f"its status is {answer.status}", refused=answer.status < 500)
        return answer
