"""Mails leave: leased one by one, so that of many nodes one sends each; tried again later, given up at last.

A mail is sent twice in one case only: a server took it over and we did not live to note that (the process was
killed, or the connection broke, between the end of DATA and the answer to it). RFC 5321 §6.1 leaves no way
around that; both copies have the same Message-ID.
"""

import logging
import secrets
from collections.abc import Callable, Iterator
from enum import StrEnum
from threading import Event

from idp.mail import outbox as letters
from idp.mail.envelope import pack
from idp.mail.outbox import UnreadableLetter
from idp.mail.smtp import Carrier, Undelivered, carrier, longest_way
from idp.settings.load import Settings
from idp.signing.sealing import Sealer
from idp.store import outbox
from idp.store.outbox import LeasedMail

LOOK_EVERY = 0.5  # seconds: a mail leaves within a second of its commit, on whatever node that was
SPARE = 30  # seconds between the last moment of one lease and the next: clocks of nodes differ a little
FIRST_WAIT, LONGEST_WAIT = 4, 900
REMEMBERED_FOR = 7 * 86400

log = logging.getLogger(__name__)


class Outcome(StrEnum):
    DELIVERED = "delivered"
    PUT_OFF = "put off"
    GIVEN_UP = "given up"
    PRETENDED = "pretended"
    SERVER_DOWN = "server down"


def deliver(settings: Settings, sealer: Sealer, now: Callable[[], int]) -> int:
    """Send everything that is due, and say how many mails left. Needs an app context, and no transaction."""
    return sum(outcome is Outcome.DELIVERED for outcome in attempts(settings, sealer, now))


def deliver_until(stop: Event, settings: Settings, sealer: Sealer, now: Callable[[], int]) -> None:
    """What `idp serve` does in the background: look, send, rest; a mail under way is finished before this ends.

    Looking is one indexed read. It needs no word from the process that committed, which may run on another node.
    """
    while not stop.wait(LOOK_EVERY):
        try:
            for _ in attempts(settings, sealer, now):
                if stop.is_set():
                    break
        except Exception:  # the database may be away for a while; what was leased is due again by itself
            log.exception("looking for mails to send failed")


def forget(now: int) -> int:
    """Drop the rows of mails done with a week ago; in the caller's unit of work."""
    return outbox.forget(now - REMEMBERED_FOR)


def attempts(settings: Settings, sealer: Sealer, now: Callable[[], int]) -> Iterator[Outcome]:
    """One try of each mail that is due; ends early when the server turns out to be down."""
    carry = carrier(settings)
    try:
        while outbox.any_due(now()) and (mail := outbox.lease(now(), now() + lease_for(settings))):
            outcome = _attempt(mail, settings, sealer, carry, now)
            yield outcome
            if outcome is Outcome.SERVER_DOWN:
                return
    finally:
        carry.close()


def lease_for(settings: Settings) -> int:
    """Seconds: no mail is on its way for longer, so nobody else sends it before that."""
    return longest_way(settings.mail) + SPARE


def wait_after(tries: int, chance: float) -> int:
    """Seconds until the next try: doubled each time up to a quarter of an hour, a random half of it left out."""
    longest = min(LONGEST_WAIT, FIRST_WAIT << min(tries - 1, 16))
    return max(1, round(longest * (1 - chance / 2)))


def _attempt(mail: LeasedMail, settings: Settings, sealer: Sealer, carry: Carrier, now: Callable[[], int]) -> Outcome:
    if mail.kind == letters.NOTHING:
        outbox.deliver(mail, now())
        return Outcome.PRETENDED
    try:
        letter = letters.read(mail.sealed, sealer)
    except UnreadableLetter:
        return _given_up(mail, "no key of keys/ opens it", now())
    ends_at = mail.created_at + min(letter.useful_for, settings.mail.give_up_after)
    if now() >= ends_at:
        return _given_up(mail, "it is of no use any more", now())
    try:
        carry.carry(pack(letter, settings, mail.id, mail.created_at))
    except Undelivered as refusal:
        return _refused(mail, refusal, ends_at, now())
    except ValueError:  # a setting that makes no address, say
        return _refused(mail, Undelivered("it cannot be written", server_is_well=True), ends_at, now())
    return _delivered(mail, carry, now())


def _delivered(mail: LeasedMail, carry: Carrier, now: int) -> Outcome:
    noted = outbox.keep(mail, now) if carry.keeps else outbox.deliver(mail, now)
    log.info("mail %s (%s) delivered, try %d", mail.id, mail.kind, mail.tries)
    if not noted:
        log.warning("mail %s (%s) may arrive twice: its lease had run out", mail.id, mail.kind)
    return Outcome.DELIVERED


def _refused(mail: LeasedMail, refusal: Undelivered, ends_at: int, now: int) -> Outcome:
    wait = wait_after(mail.tries, secrets.randbelow(1000) / 1000)
    if refusal.permanent or now + wait >= ends_at:
        return _given_up(mail, refusal.reason, now)
    outbox.put_off(mail, now + wait, refusal.reason)
    log.warning("mail %s (%s) put off for %d s: %s", mail.id, mail.kind, wait, refusal.reason)
    return Outcome.PUT_OFF if refusal.server_is_well else Outcome.SERVER_DOWN


def _given_up(mail: LeasedMail, why: str, now: int) -> Outcome:
    outbox.give_up(mail, now, why)
    log.error("mail %s (%s) given up, try %d: %s", mail.id, mail.kind, mail.tries, why)
    return Outcome.GIVEN_UP
