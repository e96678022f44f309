"""Another provider as a story tells it: it shows nobody a page, and is honest. It keeps what it promised in a code.

A code is for one redirect URI, one request (nonce) and one use, as providers' codes are; whoever brings anything else
is not identified. What a dishonest one does is up to its subclasses.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Flask

from idp.upstream.provider import PLAIN, Departure, Failure, Identity, NotIdentified, Wish
from idp.upstream.registry import Registered, Registry
from tests.web_browser import Arrival, Browser, Page

APP_ID = "portico-at-other"


@dataclass
class OtherProvider:
    """`origin` is where its pages would be. `revoked` lists whom it was told to forget."""

    name: str = "other"
    label: str = "Other"
    origin: str = "https://other.example"
    wishes: list[Wish] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)
    fails: Failure | None = None
    codes: dict[str, tuple[str, str, Identity]] = field(default_factory=dict)

    def start(self, redirect_uri: str, state: str, wish: Wish = PLAIN) -> Departure:
        if self.fails:
            raise NotIdentified(self.fails)
        self.wishes.append(wish)
        nonce = secrets.token_urlsafe(8)
        asked = {"redirect_uri": redirect_uri, "state": state, "nonce": nonce, "client_id": APP_ID}
        return Departure(f"{self.origin}/authorize?{urlencode(asked)}", {"nonce": nonce})

    def identify(
        self, redirect_uri: str, received: Mapping[str, str], secrets: Mapping[str, str], now: int
    ) -> Identity:
        if self.fails:
            raise NotIdentified(self.fails)
        if received.get("error"):
            raise NotIdentified(Failure.DENIED)
        kept = self.codes.pop(received.get("code", ""), None)
        if kept is None or kept[:2] != (redirect_uri, secrets["nonce"]):
            raise NotIdentified(Failure.BROKEN)
        return kept[2]

    def revoke(self, subject: str) -> bool:
        self.revoked.append(subject)
        return True

    def knows(self, subject: str, email: str = "", *, proved: bool = False, called: str = "", **more: str) -> Identity:
        """Somebody there. `proved`: the operator trusts this provider, and it says the address is theirs.

        `more` are amr, acr and sid, and claims.
        """
        session = {name: more.pop(name) for name in ("amr", "acr", "sid") if name in more}
        claims = {**({"name": called} if called else {}), **more}
        return Identity(self.origin, APP_ID, subject, email, email_verified=proved, claims=claims, **session)

    def answers(self, departed: Page | Arrival | None, identity: Identity | None) -> dict[str, str]:
        """What it sends back for whoever came (None: they pressed Cancel)."""
        assert isinstance(departed, Arrival), departed
        assert departed.url.startswith(f"{self.origin}/authorize?"), departed.url
        asked = dict(parse_qsl(urlsplit(departed.url).query))
        if identity is None:
            return {"error": "access_denied", "state": asked["state"]}
        code = secrets.token_urlsafe(12)
        self.codes[code] = (asked["redirect_uri"], asked["nonce"], identity)
        return {"code": code, "state": asked["state"]}

    def sends_back(
        self, browser: Browser, departed: Page | Arrival | None, identity: Identity | None
    ) -> Page | Arrival:
        """The browser comes back with that."""
        return browser.open(f"{self.callback(departed)}?{urlencode(self.answers(departed, identity))}")

    def callback(self, departed: Page | Arrival | None) -> str:
        assert isinstance(departed, Arrival), departed
        return dict(parse_qsl(urlsplit(departed.url).query))["redirect_uri"]


def furnished(app: Flask, provider: OtherProvider | None = None, **registered: Any) -> OtherProvider:
    """The house has one more provider, as the operator would register it; one of the same name is replaced."""
    provider = provider or OtherProvider()
    house = app.extensions["portico"]
    known = [each for each in house.upstreams if each.name != provider.name]
    one_more = Registered(provider, **{"preset": "openid", "app_id": APP_ID, **registered})
    app.extensions["portico"] = replace(house, upstreams=Registry([*known, one_more]))
    return provider


def switched_off(app: Flask) -> None:
    """The operator switches all of them off, and reloads."""
    house = app.extensions["portico"]
    app.extensions["portico"] = replace(house, upstreams=Registry())
