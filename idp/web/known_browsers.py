"""Whether somebody signed in with this browser before: else their mailbox hears of it (ux §8, M6).

A memory apart from "Remember": it lists nobody anywhere, spares nobody anything, and its cookie is sealed.
"""

import json
from functools import partial
from typing import cast

from flask import g

from idp.mail import alerts
from idp.signing.sealing import BadSeal
from idp.store import audit
from idp.store.pending_authorizations import Pending
from idp.store.users import Account
from idp.web import cookies, security_notice
from idp.web.house import house, now
from idp.web.page import AppIdentity

PURPOSE = "known browser"
KNOWN_FOR = 180 * 86400
MOST_PEOPLE = 8
DAY = 86400


def learn(user_id: str) -> None:
    """From now on this browser is one of theirs: the last one first, at most MOST_PEOPLE of them."""
    g.known_here = (user_id, *(known for known in _people() if known != user_id))[:MOST_PEOPLE]
    sealed = house().sealer.seal(PURPOSE, json.dumps([now(), *g.known_here]).encode(), now())
    cookies.put(cookies.KNOWN, sealed, KNOWN_FOR)


def notice(account: Account, pending: Pending | None) -> None:
    """Somebody is about to be signed in here: a mail, if this browser is new to them, with the sign-in's transaction.

    Not at sign-up, whose person is in the middle of our mails. To be called before the sign-in is recorded.
    """
    is_known = account.user_id in _people()
    learn(account.user_id)
    if is_known or _has_just_joined(account):
        return
    security_notice.post(account, partial(alerts.new_device, app=_name_of_app(pending)))


def _people() -> tuple[str, ...]:
    if "known_here" not in g:
        g.known_here = _read()
    return cast("tuple[str, ...]", g.known_here)


def _read() -> tuple[str, ...]:
    try:
        at, *people = json.loads(house().sealer.unseal(PURPOSE, cookies.read(cookies.KNOWN) or ""))
    except BadSeal:
        return ()
    return tuple(people) if now() < at + KNOWN_FOR else ()


def _has_just_joined(account: Account) -> bool:
    return now() - account.created_at < DAY and not audit.has_happened(account.user_id, "signed_in")


def _name_of_app(pending: Pending | None) -> str:
    client = house().clients.find(pending.client_id, now()) if pending else None
    return AppIdentity.of(client.metadata).name if client else ""
