"""Logout notices leave: leased one by one, so that of many nodes one sends each; tried again later, given up in a day.

An app may be told twice, when it heard and we did not live to note that: signing somebody out twice changes nothing.
"""

import logging
import re
import secrets
from collections.abc import Callable, Iterator
from enum import StrEnum
from threading import Event
from urllib.parse import urlencode

from idp.issuance import logout_token
from idp.issuance.issue import Mint
from idp.outside.fetch import Bounds, Fetched, Fetcher, NotFetched
from idp.protocol import strict_json
from idp.protocol.errors import ServerError
from idp.protocol.strict_json import BadJson
from idp.signing.ring import NoSigner
from idp.store import clients, logout_notices
from idp.store.clients import Client
from idp.store.logout_notices import LeasedNotice

LOOK_EVERY = 0.5  # seconds: "within minutes" is what people read; it is a second
BOUNDS = Bounds(seconds=10, octets=64 * 1024)
LEASE_FOR = 60  # seconds: longer than any try takes
FIRST_WAIT, LONGEST_WAIT = 4, 3600
RESTS = 10
"""An app that takes its time is left alone for so many times as long: notices leave one by one, and others wait."""
GIVE_UP_AFTER = 86400
REMEMBERED_FOR = 7 * 86400
HEARD = frozenset({200, 204})
"""§2.8: 200, or 204 where a framework answers so for want of a body. Whatever else comes, it may not have heard."""
PLAIN = re.compile(r"[ -~]{1,160}")

log = logging.getLogger(__name__)


class Outcome(StrEnum):
    DELIVERED = "delivered"
    PUT_OFF = "put off"
    GIVEN_UP = "given up"


def deliver(mint: Mint, fetcher: Fetcher, now: Callable[[], int]) -> int:
    """Send everything that is due, and say how many apps heard. Needs an app context, and no transaction."""
    return sum(outcome is Outcome.DELIVERED for outcome in attempts(mint, fetcher, now))


def deliver_until(stop: Event, mint: Mint, fetcher: Fetcher, now: Callable[[], int]) -> None:
    """What `idp serve` does in the background: look, send, rest; a notice under way is finished before this ends."""
    while not stop.wait(LOOK_EVERY):
        try:
            for _ in attempts(mint, fetcher, now):
                if stop.is_set():
                    break
        except Exception:  # the database may be away for a while; what was leased is due again by itself
            log.exception("looking for logout notices to send failed")


def attempts(mint: Mint, fetcher: Fetcher, now: Callable[[], int]) -> Iterator[Outcome]:
    """One try of each notice that is due."""
    while logout_notices.any_due(now()) and (notice := logout_notices.lease(now(), now() + LEASE_FOR)):
        began = now()
        yield _attempt(notice, mint, fetcher, now)
        if took := now() - began:
            logout_notices.rest(notice.client_id, now(), now() + RESTS * took)


def forget(now: int) -> int:
    """Drop the rows of notices done with a week ago; in the caller's unit of work."""
    return logout_notices.forget(now - REMEMBERED_FOR)


def wait_after(tries: int, chance: float) -> int:
    """Seconds until the next try: doubled each time up to an hour, a random half of it left out."""
    longest = min(LONGEST_WAIT, FIRST_WAIT << min(tries - 1, 16))
    return max(1, round(longest * (1 - chance / 2)))


def _attempt(notice: LeasedNotice, mint: Mint, fetcher: Fetcher, now: Callable[[], int]) -> Outcome:
    client = clients.find(notice.client_id, now())
    if client is None or not client.metadata.backchannel_logout_uri:
        return _given_up(notice, "the app has no address to be told at any more", now())
    if now() >= notice.created_at + GIVE_UP_AFTER:
        return _given_up(notice, notice.last_error or "nobody tried in time", now())
    try:
        answer = _told(notice, client, mint, fetcher, now())
    except (NotFetched, NoSigner, ServerError) as problem:
        wait = _refused(notice, str(problem), now())
        logout_notices.rest(notice.client_id, now(), now() + wait)
        return Outcome.PUT_OFF
    if answer.status not in HEARD:
        _refused(notice, _said(answer), now(), answer.status)
        return Outcome.PUT_OFF
    logout_notices.deliver(notice, now(), answer.status)
    log.info("logout notice %d to %s delivered, try %d", notice.id, notice.client_id, notice.tries)
    return Outcome.DELIVERED


def _told(notice: LeasedNotice, client: Client, mint: Mint, fetcher: Fetcher, now: int) -> Fetched:
    """What the app answered (§2.5)."""
    token = logout_token.sign(notice, client.metadata, mint, now)
    body = urlencode({"logout_token": token}).encode()
    return fetcher.post(client.metadata.backchannel_logout_uri, body, BOUNDS)


def _said(answer: Fetched) -> str:
    """§2.8: the status, and the error that the app may name beside it."""
    try:
        said = strict_json.read_object(answer.body.decode(errors="replace"), BOUNDS.octets)
    except BadJson:
        said = {}
    words = (word for name in ("error", "error_description") if isinstance(word := said.get(name), str))
    return ": ".join((f"it answered {answer.status}", *(word for word in words if PLAIN.fullmatch(word))))


def _refused(notice: LeasedNotice, why: str, now: int, status: int = 0) -> int:
    """Tried again after so many seconds."""
    wait = wait_after(notice.tries, secrets.randbelow(1000) / 1000)
    logout_notices.put_off(notice, now + wait, why, status)
    log.warning("logout notice %d to %s put off for %d s: %s", notice.id, notice.client_id, wait, why)
    return wait


def _given_up(notice: LeasedNotice, why: str, now: int) -> Outcome:
    logout_notices.give_up(notice, now, why)
    log.error("logout notice %d to %s given up, try %d: %s", notice.id, notice.client_id, notice.tries, why)
    return Outcome.GIVEN_UP
