"""`idp tick`: one round of background work, for any scheduler; `idp serve` does the same by itself.

Safe everywhere and at any time: each piece of work is claimed in one statement, so that nodes share it.
"""

import argparse
import logging
import signal
import threading
from collections.abc import Callable
from functools import partial
from types import FrameType
from typing import NamedTuple

from flask import Flask

from idp import clock
from idp.accounts import export, leaving, own_apps
from idp.cli.endings import leave_with
from idp.cli.opened import opened, settings_for
from idp.issuance import logout_delivery, ping_delivery
from idp.mail import delivery
from idp.signing.rotation import Policy
from idp.signing.tick import rotate
from idp.store import (
    app_invitations,
    app_requests,
    app_uses,
    audit,
    browser_sessions,
    challenges,
    data_deletions,
    email_changes,
    exports,
    grants,
    half_sign_ins,
    initial_access_tokens,
    pending_authorizations,
    polled_requests,
    proofs,
    registrations,
    revoked_tokens,
    sign_ups,
    throttles,
    trusted_devices,
    upstream_logins,
    used_once,
)
from idp.store.base import unit_of_work
from idp.web.house import House, house, outward_of

LOG = logging.getLogger("idp.tick")
EXPIRING = (
    *(grants, pending_authorizations, proofs, sign_ups, throttles, browser_sessions, upstream_logins, data_deletions),
    *(exports, email_changes),
    *(half_sign_ins, trusted_devices, challenges),
    *(revoked_tokens, used_once, initial_access_tokens),
    *(app_invitations, app_uses, app_requests, polled_requests),
)
BATCH, BATCHES = 500, 20  # rows in one transaction, transactions of one table in one round


class Chore(NamedTuple):
    """`act(home, now)` does what is due and says how much that was."""

    name: str
    act: Callable[[House, int], int]


def rotate_keys(home: House, now: int) -> int:
    home.folder.reread()
    return len(rotate(now, Policy.of(home.settings.keys), home.folder))


def deliver_mails(home: House, _now: int) -> int:
    return delivery.deliver(home.settings, home.sealer, clock.now)


def tell_apps(home: House, _now: int) -> int:
    return logout_delivery.deliver(home.mint, outward_of(home.settings), clock.now)


def ping_apps(home: House, _now: int) -> int:
    return ping_delivery.deliver(home.sealer, outward_of(home.settings), clock.now)


def make_exports(home: House, now: int) -> int:
    return export.make_waiting(home.settings, home.sealer, now)


def delete_accounts(home: House, now: int) -> int:
    return leaving.remove_due(home.settings, home.sealer, now)


def warn_of_secrets(home: House, now: int) -> int:
    return own_apps.warn_of_secrets(home.settings, home.sealer, now)


def forget_expired(home: House, now: int) -> int:
    """Small transactions, so that people who are signing in never wait behind a clean-up."""
    with unit_of_work():
        app_uses.note(now)
    forgotten = sum(_forget(table.delete_expired, now) for table in EXPIRING)
    forgotten += _forget(partial(registrations.delete_unused, home.settings.registration), now)
    forgotten += _forget(audit.delete_before, now - home.settings.account.activity_for)
    with unit_of_work():
        return forgotten + delivery.forget(now) + logout_delivery.forget(now)


def _forget(delete_expired: Callable[[int, int], int], now: int) -> int:
    forgotten = 0
    for _ in range(BATCHES):
        with unit_of_work():
            deleted = delete_expired(now, BATCH)
        forgotten += deleted
        if deleted < BATCH:
            break
    return forgotten


KEYS, MAILS, EXPIRY = Chore("keys", rotate_keys), Chore("mails", deliver_mails), Chore("expiry", forget_expired)
NOTICES, PINGS = Chore("logout notices", tell_apps), Chore("pings", ping_apps)
EXPORTS, DELETIONS = Chore("exports", make_exports), Chore("deletions", delete_accounts)
SECRETS = Chore("client secrets", warn_of_secrets)
EVERY_ROUND = (KEYS, EXPORTS, DELETIONS, SECRETS, EXPIRY)


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--every", type=int, metavar="SECONDS", help="go on, with this pause between rounds")
    parser.add_argument("--parent", type=int, help=argparse.SUPPRESS)  # idp serve: leave when it is gone


def run(arguments: argparse.Namespace) -> int:
    """Returns 1 when one of the chores failed; the others are done all the same."""
    settings = settings_for(arguments)
    with opened(settings) as app:
        if arguments.every is None:
            failed = [chore for chore in (*EVERY_ROUND, MAILS, NOTICES, PINGS) if not did(chore, house())]
            return 1 if failed else 0
        _go_on(app, arguments.every, arguments.parent)
    return 0


def did(chore: Chore, home: House) -> bool:
    """Do it, and put up with its failing: the next round tries again."""
    try:
        count = chore.act(home, clock.now())
    except Exception:
        LOG.exception("background work failed: %s", chore.name)
        return False
    if count:
        LOG.info("background work done: %s", chore.name, extra={"count": count})
    return True


def _go_on(app: Flask, every: int, parent: int | None) -> None:
    """Mails, logout notices and pings have threads of their own: they are looked for twice a second, and neither a slow
    mail server nor an app that does not answer delays anything else.
    """
    stop = _told_to_stop(parent)
    carriers = [threading.Thread(target=carry, args=(app, stop)) for carry in CARRIERS]
    for carrier in carriers:
        carrier.start()
    while not stop.is_set():
        for chore in EVERY_ROUND:
            did(chore, house())
        stop.wait(every)
    for carrier in carriers:
        carrier.join()


def _carry_mails(app: Flask, stop: threading.Event) -> None:
    with app.app_context():
        delivery.deliver_until(stop, house().settings, house().sealer, clock.now)


def _carry_notices(app: Flask, stop: threading.Event) -> None:
    with app.app_context():
        logout_delivery.deliver_until(stop, house().mint, outward_of(house().settings), clock.now)


def _carry_pings(app: Flask, stop: threading.Event) -> None:
    with app.app_context():
        ping_delivery.deliver_until(stop, house().sealer, outward_of(house().settings), clock.now)


CARRIERS = (_carry_mails, _carry_notices, _carry_pings)


def _told_to_stop(parent: int | None) -> threading.Event:
    stop = threading.Event()

    def told(_signal: int, _frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGTERM, told)
    # Ctrl-C reaches every process of the terminal: under `idp serve` the server says when to stop.
    signal.signal(signal.SIGINT, signal.SIG_IGN if parent else told)
    if parent:
        leave_with(parent)
    return stop
