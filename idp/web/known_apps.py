"""Every way to an app: those registered here, and those that publish what they are under their client_id.

A document is read when a request begins with one that is not known or not fresh, and never in the middle of one: what
was found then holds to the end. Denied by default (`registration.client_id_documents`).
"""

import logging
from dataclasses import dataclass
from threading import Lock
from typing import Final

from flask import has_request_context, request

from idp.accounts import throttle
from idp.accounts.hashing import Busy
from idp.accounts.throttle import TooMany
from idp.outside.fetch import Bounds, NotFetched
from idp.outside.places import Crowded
from idp.outside.reader import Reader
from idp.protocol import client_id_document
from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.errors import OAuthError
from idp.protocol.machine_registration import is_among
from idp.protocol.uri import BadUri
from idp.settings.load import Settings
from idp.store import published_apps
from idp.store.base import db
from idp.store.clients import Client, KnownClients
from idp.web.registration_policy import insist_on_a_signer, insist_on_own_face, standing

BOUNDS: Final = Bounds(seconds=5, octets=client_id_document.LARGEST)
STALE_FOR: Final = 86400
"""Seconds for which the last document stands while nobody answers at its address."""

FAILED_FOR: Final = 60
ROOM_FOR: Final = 1000
CROWDED_FOR: Final = 2
log = logging.getLogger(__name__)


class NotNow(Busy):
    """The document cannot be read right now; `retry_after` seconds later it may be."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"too many documents, again in {retry_after} s")
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class _Failed:
    """`is_final`: what stands there is no document, so the one before it does not hold any more."""

    reason: str
    until: int
    is_final: bool


class KnownApps(KnownClients):
    """As KnownClients, and apps by their documents. Raises NotNow where a document cannot be read right now."""

    def __init__(self, settings: Settings, reader: Reader) -> None:
        super().__init__(settings.clients.cache_for)
        self._policy = standing(settings)
        self._settings = settings
        self._hosts = settings.registration.client_id_documents
        self._plain_loopback = settings.server.is_loopback
        self._limits = settings.throttle
        self._reader = reader
        self._failures: dict[str, _Failed] = {}
        self._noting = Lock()

    def find(self, client_id: str, now: int) -> Client | None:
        """The app, if it is known, not suspended, and what it publishes still holds."""
        if not client_id_document.is_address(client_id):
            return super().find(client_id, now)
        if self._unwanted(client_id) is not None:
            return None
        known = super().find(client_id, now)
        if known is not None and now < known.fresh_until:
            return known
        failed = self._failed(client_id, now)
        if failed or db.session.registry.has():
            return None if failed and failed.is_final else _still_good(known, now)
        return self._read_anew(client_id, known, now)

    def why_not(self, client_id: str, now: int) -> str:
        """What to tell a developer whose app was not found."""
        if not client_id_document.is_address(client_id):
            return super().why_not(client_id, now)
        failed = self._failed(client_id, now)
        return self._unwanted(client_id) or (failed.reason if failed else "the app of this client_id is on hold")

    def _unwanted(self, client_id: str) -> str | None:
        """Why nobody reads this address; None where it may be read."""
        try:
            host = client_id_document.host_of(client_id, plain_loopback=self._plain_loopback)
        except BadUri as problem:
            return f"client_id is an address that cannot be read: {problem}"
        if self._hosts == "any" or is_among(host, self._hosts):
            return None
        return "no app is registered under this client_id, and documents of its host are not taken here"

    def _read_anew(self, client_id: str, known: Client | None, now: int) -> Client | None:
        self._count(now)
        try:
            metadata, fresh_until = self._document(client_id, now)
        except Crowded:
            if good := _still_good(known, now):
                return good
            raise NotNow(CROWDED_FOR) from None
        except NotFetched as problem:
            self._note(client_id, f"the document at client_id was not read: {problem}", now, is_final=problem.refused)
            return None if problem.refused else _still_good(known, now)
        except OAuthError as problem:
            self._note(client_id, f"the document at client_id is not taken: {problem.description}", now)
            return None
        published_apps.publish(client_id, metadata, now, fresh_until)
        self.forget(client_id)
        if (found := super().find(client_id, now)) is None:
            self._note(client_id, "the app of this client_id is on hold", now)
        return found

    def _document(self, client_id: str, now: int) -> tuple[ClientMetadata, int]:
        answer = self._reader.read(client_id, BOUNDS)
        kind = answer.media_type
        if not (kind.startswith("application/") and (kind == "application/json" or kind.endswith("+json"))):
            raise NotFetched(f"it is {kind[:40]!r}, not application/json", refused=True)
        metadata = client_id_document.read(client_id, answer.body, self._policy)
        insist_on_own_face(metadata, self._settings)
        insist_on_a_signer(metadata, self._settings)
        return metadata, now + client_id_document.fresh_for(answer.headers.get("cache-control", ""))

    def _count(self, now: int) -> None:
        """One network makes us read so many documents, and no more."""
        network = throttle.network_of(request.remote_addr or "") if has_request_context() else ""
        try:
            throttle.document(network, self._limits, now)
        except TooMany as refused:
            raise NotNow(refused.retry_after) from None

    def _failed(self, client_id: str, now: int) -> _Failed | None:
        failed = self._failures.get(client_id)
        return failed if failed and now < failed.until else None

    def _note(self, client_id: str, reason: str, now: int, *, is_final: bool = True) -> None:
        log.info("%s: %s", client_id, reason)
        with self._noting:
            self._failures.pop(client_id, None)
            self._failures[client_id] = _Failed(reason, now + FAILED_FOR, is_final)
            while len(self._failures) > ROOM_FOR:
                self._failures.pop(next(iter(self._failures)))


def _still_good(known: Client | None, now: int) -> Client | None:
    return known if known is not None and now < known.fresh_until + STALE_FOR else None
