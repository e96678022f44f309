"""Documents that others name: a few are read at a time, so that slow ones never hold all threads of a process."""

from idp.outside.fetch import Bounds, Fetched, Fetcher, NotFetched
from idp.outside.places import Places


class Reader:
    """Shared by the threads of a process."""

    def __init__(self, fetcher: Fetcher, places: Places) -> None:
        self._fetcher = fetcher
        self._places = places

    def read(self, address: str, bounds: Bounds, *, is_known: bool = False) -> Fetched:
        """The document at this address, of status 200; `is_known` for an app that is no stranger.

        Raises NotFetched, and Crowded where nobody was asked.
        """
        with self._places.one(address, is_known=is_known):
            answer = self._fetcher.get(address, bounds, {"Accept": "application/json"})
        if answer.status != 200:
            raise NotFetched(f"its status is {answer.status}", refused=answer.status < 500)
        return answer
