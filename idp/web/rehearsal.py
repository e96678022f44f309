"""Test sign-ins: a real sign-in to an app, begun by one of its owners and ending at this server instead of at the app.

What stands for the app's proof is an object in the WSGI environment. A request that came over the network brings text
alone, so only this process can put one there (docs/decisions/0104-a-test-sign-in.md).
"""

import json
from dataclasses import asdict, dataclass, field
from hmac import compare_digest
from typing import Final
from urllib.parse import quote

from flask import request

from idp.signing.sealing import BadSeal
from idp.store.clients import Client
from idp.web import cookies
from idp.web.house import house, now

KEY: Final = "portico.vouched"
PURPOSE: Final = "rehearsal"
GOOD_FOR: Final = 3600
"""Seconds until it has to be over, reading a mail included."""


@dataclass(frozen=True, slots=True)
class Vouched:
    """This server asks in the name of the app; its answer comes back to us."""

    client: Client


@dataclass(frozen=True, slots=True)
class Begun:
    """What the app would have kept in its own session: who began, and what must fit when the answer comes."""

    client_id: str
    user_id: str
    verifier: str = field(repr=False)
    nonce: str = field(repr=False)


def vouched() -> Client | None:
    """The app in whose name this server itself makes this request; None for every request from outside."""
    found = request.environ.get(KEY)
    return found.client if isinstance(found, Vouched) else None


def callback_of(client_id: str) -> str:
    """The one address where tests of this app end. Nobody may ask for it but whoever is vouched for."""
    return f"{house().settings.server.issuer}/developers/{quote(client_id, safe='')}/test/callback"


def may_return(client: Client, redirect_uri: str) -> bool:
    """Whether a request that was checked before may still be answered there."""
    return client.metadata.accepts_redirect(redirect_uri) or redirect_uri == callback_of(client.client_id)


def sealed(begun: Begun) -> str:
    """The `state` that stands for it, good in this browser alone."""
    text = json.dumps([now(), cookies.browser_hash(), asdict(begun)])
    return house().sealer.seal(PURPOSE, text.encode(), now())


def unsealed(state: str) -> Begun | None:
    """None when it was begun in another browser, is too old, or is none of ours."""
    try:
        at, browser, begun = json.loads(house().sealer.unseal(PURPOSE, state))
    except BadSeal:
        return None
    if now() >= at + GOOD_FOR or not compare_digest(browser, cookies.browser_hash()):
        return None
    return Begun(**begun)
