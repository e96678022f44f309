"""Public documents of a provider, kept for a while: its metadata and its keys.

What a worker knows of them is at most KEPT_FOR old while the provider answers, and STALE_FOR while it does not; a key
that nobody knows is looked for at once, though not more often than every AGAIN_AFTER (docs/decisions/0067).
"""

import logging
import threading
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from idp.upstream.provider import NotIdentified

KEPT_FOR: Final = 600
STALE_FOR: Final = 86400
AGAIN_AFTER: Final = 30
FAILED_FOR: Final = 5
GLANCE_AGAIN_AFTER: Final = 60
GLANCE: Final = 2.0
Document = TypeVar("Document")
log = logging.getLogger(__name__)


class Kept(Generic[Document]):
    """One document, shared by the threads of a process; one of them at a time asks for it.

    `load` is told how many seconds it has, None for as many as usual.
    """

    def __init__(self, name: str, load: Callable[[float | None], Document]) -> None:
        self._name = name
        self._load = load
        self._asking = threading.Lock()
        self._document: Document | None = None
        self._read_at = 0
        self._failed_at = 0
        self._failure: NotIdentified | None = None

    def glance(self, now: int) -> Document | None:
        """What was read last, however old; before the first time it is asked for, though nobody waits long for it."""
        failed = self._failure is not None and 0 <= now - self._failed_at < GLANCE_AGAIN_AFTER
        if self._document is None and not failed and self._asking.acquire(blocking=False):
            try:
                return self._ask(now, GLANCE)
            except NotIdentified:
                return None
            finally:
                self._asking.release()
        return self._document

    def read(self, now: int) -> Document:
        """The document, at most KEPT_FOR old, or older while nobody answers. Raises NotIdentified."""
        document = self._document
        if document is not None and 0 <= now - self._read_at < KEPT_FOR:
            return document
        with self._asking:
            if self._document is not None and 0 <= now - self._read_at < KEPT_FOR:
                return self._document  # another thread was first
            return self._ask(now)

    def read_anew(self, now: int) -> Document:
        """The same, asked for again unless that was just done: what is looked for was not in it."""
        with self._asking:
            if self._document is not None and 0 <= now - self._read_at < AGAIN_AFTER:
                return self._document
            return self._ask(now)

    def _ask(self, now: int, within: float | None = None) -> Document:
        if self._failure is not None and 0 <= now - self._failed_at < FAILED_FOR:
            return self._stale(now, self._failure)  # nobody waits for it again so soon
        try:
            self._document, self._read_at, self._failure = self._load(within), now, None
        except NotIdentified as failure:
            self._failure, self._failed_at = failure, now
            return self._stale(now, failure)
        return self._document

    def _stale(self, now: int, failure: NotIdentified) -> Document:
        if self._document is None or now - self._read_at >= STALE_FOR:
            raise NotIdentified(failure.failure, failure.detail)
        log.warning("%s cannot be read; the last one stands: %s", self._name, failure)
        return self._document
