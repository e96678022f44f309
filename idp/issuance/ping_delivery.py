"""Pings leave (OpenID CIBA Core 1.0 §10.2): leased one by one, tried again until the request they are about is over.

A ping holds nothing but the id of a request: the app then asks for the tokens as it always does.
"""

import json
import logging
from collections.abc import Callable, Iterator
from enum import StrEnum
from threading import Event

from idp.outside.fetch import Bounds, Fetcher, NotFetched
from idp.signing.sealing import BadSeal, Sealer
from idp.store import clients, pings
from idp.store.pings import LeasedPing

PURPOSE = "ping"
LOOK_EVERY = 0.5  # seconds: the app waits for it
BOUNDS = Bounds(seconds=10, octets=4 * 1024)
LEASE_FOR = 60
FIRST_WAIT, LONGEST_WAIT = 2, 60
HEARD = frozenset({200, 204})
PASSING = frozenset({408, 425, 429})
"""What an app may answer and mean "later", besides 5xx. Any other refusal is its last word (§10.2)."""

log = logging.getLogger(__name__)


class Outcome(StrEnum):
    DELIVERED = "delivered"
    PUT_OFF = "put off"
    GIVEN_UP = "given up"


def deliver(sealer: Sealer, fetcher: Fetcher, now: Callable[[], int]) -> int:
    """Send everything that is due, and say how many apps heard. Needs an app context, and no transaction."""
    return sum(outcome is Outcome.DELIVERED for outcome in attempts(sealer, fetcher, now))


def deliver_until(stop: Event, sealer: Sealer, fetcher: Fetcher, now: Callable[[], int]) -> None:
    """What `idp serve` does in the background: look, send, rest; a ping under way is finished before this ends."""
    while not stop.wait(LOOK_EVERY):
        try:
            for _ in attempts(sealer, fetcher, now):
                if stop.is_set():
                    break
        except Exception:  # the database may be away for a while; what was leased is due again by itself
            log.exception("looking for pings to send failed")


def attempts(sealer: Sealer, fetcher: Fetcher, now: Callable[[], int]) -> Iterator[Outcome]:
    """One try of each ping that is due."""
    while pings.any_due(now()) and (ping := pings.lease(now(), now() + LEASE_FOR)):
        yield _attempt(ping, sealer, fetcher, now)


def _attempt(ping: LeasedPing, sealer: Sealer, fetcher: Fetcher, now: Callable[[], int]) -> Outcome:
    client = clients.find(ping.client_id, now())
    address = client.metadata.backchannel_client_notification_endpoint if client else ""
    if not address or now() >= ping.expires_at:
        return _ended(ping, Outcome.GIVEN_UP, "the request is over, or the app has no address any more")
    try:
        auth_req_id, token = json.loads(sealer.unseal(PURPOSE, ping.sealed))
    except BadSeal:
        return _ended(ping, Outcome.GIVEN_UP, "its key is gone")
    headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
    try:
        status = fetcher.post(address, json.dumps({"auth_req_id": auth_req_id}).encode(), BOUNDS, headers).status
    except NotFetched as problem:
        return _ended(ping, Outcome.GIVEN_UP, str(problem)) if problem.refused else _put_off(ping, str(problem), now())
    if status in HEARD:
        return _ended(ping, Outcome.DELIVERED, "")
    if status >= 500 or status in PASSING:
        return _put_off(ping, f"it answered {status}", now())
    return _ended(ping, Outcome.GIVEN_UP, f"it answered {status}")


def _ended(ping: LeasedPing, outcome: Outcome, why: str) -> Outcome:
    pings.done(ping)
    log.info("ping %s to %s %s, try %d %s", ping.id, ping.client_id, outcome, ping.tries, why)
    return outcome


def _put_off(ping: LeasedPing, why: str, now: int) -> Outcome:
    wait = min(LONGEST_WAIT, FIRST_WAIT << min(ping.tries - 1, 8))
    pings.put_off(ping, now + wait)
    log.warning("ping %s to %s put off for %d s: %s", ping.id, ping.client_id, wait, why)
    return Outcome.PUT_OFF
