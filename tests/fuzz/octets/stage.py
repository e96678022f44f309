"""A provider with people, apps and everything under way, for requests that are anything but well meant."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from shutil import copytree
from typing import TypeVar
from urllib.parse import parse_qs, urlsplit

from flask import Flask

from idp import clock
from idp.accounts import proofs
from idp.settings.load import load_settings
from idp.store import base, sign_ups
from idp.store.sign_ups import Waiting
from tests import databases, provider
from tests.fuzz.octets.wire import Request
from tests.people import ALICE, Person
from tests.relying_app import RelyingApp
from tests.signing_up import fill_in_sign_up, shown
from tests.web_browser import Browser

Value = TypeVar("Value")
STRONG = "Violet-kettle-42"
MANUAL = Path(__file__).parents[3] / "config.toml"
PATIENT = {"network_tries": 10**6, "password_tries": 10**6, "mails_per_hour": 10**6, "code_tries": 10**6}
CALLBACKS = {
    "shop-under-fuzz": "https://photobox.example/callback",
    "page-under-fuzz": "https://spa.example/callback",
}


@dataclass(frozen=True)
class Visitor:
    """A browser: its cookies, a form token that is good in it, and a request of the shop that waits in it."""

    cookies: bytes
    csrf: str
    pending: str

    def sends(self, request: Request) -> Request:
        """As this browser would: with its cookies, from our own page, unless the request says otherwise."""
        own = (("Cookie", self.cookies),)
        if request.method == "POST":
            own += (("Origin", b"http://127.0.0.1:8000"),)
        missing = tuple(header for header in own if not request.has(header[0]))
        return replace(request, headers=request.headers + missing)


@dataclass(frozen=True)
class Stage:
    """Values that are good, as ingredients: what is sent is mostly a broken form of them."""

    server: Flask
    shop: RelyingApp
    alice: Visitor
    stranger: Visitor
    good: dict[str, str]

    def __repr__(self) -> str:
        return "Stage()"

    def some(self, values: Sequence[Value]) -> Sequence[Value]:
        """All of them on PostgreSQL, which is the stricter database; every third on SQLite."""
        engine = self.server.config["SQLALCHEMY_ENGINE_OPTIONS"]["url"]
        return values if engine.get_backend_name() == "postgresql" else values[::3]

    def visitor(self, signed_in: bool) -> Visitor:
        return self.alice if signed_in else self.stranger


@contextmanager
def stage(url: str, folder: Path) -> Iterator[Stage]:
    """On that database."""
    keys = folder / "keys"
    copytree(databases.key_folder(), keys)
    settings = load_settings(
        MANUAL,
        database={"url": url},
        keys={"directory": keys},
        password={"argon2_memory_kib": 8, "argon2_time_cost": 1},
        throttle=PATIENT,
        tokens={"refresh_grace": 60},
    )
    with provider.founded(settings) as server:
        yield _set(server)


def _set(server: Flask) -> Stage:
    shop = RelyingApp.registered(server, "shop-under-fuzz", redirect_uris=[CALLBACKS["shop-under-fuzz"]])
    RelyingApp.registered(
        server, "page-under-fuzz", redirect_uris=[CALLBACKS["page-under-fuzz"]], token_endpoint_auth_method="none"
    )
    alice = Person.of(ALICE, server).with_account(name="Alice Example", nickname="al")
    visit = shop.asks("openid profile email offline_access", prompt="consent").seen_by(alice).signs_in().allows()
    code = shop.asks("openid email").seen_by(alice).code
    tokens = visit.redeems()
    good = {
        "code": code,
        "redirect_uri": shop.redirect_uri,
        "refresh_token": tokens.refresh_token,
        "access_token": tokens.access_token,
        "id_token_hint": tokens.id_token,
        "client_id": shop.client_id,
        "client_secret": shop.secret,
        "terms": server.extensions["portico"].settings.brand.terms_version,
        "person": str(alice.user_id),
        "account": str(alice.user_id),
        **_mailed(server, alice),
    }
    browsers = alice.browser, Browser(server)
    for browser in browsers:
        good |= _under_way(browser)
    return Stage(server, shop, *(_visitor(server, shop, browser, alice) for browser in browsers), good)


def _visitor(server: Flask, shop: RelyingApp, browser: Browser, alice: Person) -> Visitor:
    """Somebody with a page of ours open, on which an app's request waits."""
    at = shop.asks("openid profile address", prompt="login").seen_by(replace(alice, browser=browser)).page
    csrf = at.form("password").fields["csrf_token"]
    pending = parse_qs(urlsplit(at.url).query)["for"][0]
    kept = browser.client._cookies or {}
    cookies = "; ".join(f"{cookie.key}={cookie.value}" for cookie in kept.values())
    return Visitor(cookies.encode(), csrf, pending)


def _under_way(browser: Browser) -> dict[str, str]:
    """In this browser a sign-up waits for its proof, and a forgotten password for its mail."""
    signed_up = shown(fill_in_sign_up(browser, shown(browser.open("/signup")), "nobody@example.org", STRONG))
    page = shown(browser.open("/forgot"))
    asked = shown(browser.submit(page, form=page.form("email"), email="nobody@example.org"))
    return {
        "sign_up": parse_qs(urlsplit(signed_up.url).query)["sign_up"][0],
        "to": parse_qs(urlsplit(asked.url).query)["to"][0],
    }


def _mailed(server: Flask, alice: Person) -> dict[str, str]:
    """Tokens of links: one to choose Alice's password anew, one that proves the address of a browser far away."""
    now = clock.now()
    elsewhere = Waiting("w" * 22, "e@example.org", "e@example.org", "x", "", "1", "1", False, "en", "", now, now + 900)
    with server.app_context(), base.unit_of_work():
        sign_ups.add(elsewhere)
        reset = proofs.open_reset(alice.email, alice.user_id, None, now)
        confirm = proofs.open_confirmation(elsewhere.lookup, elsewhere.id, None, b"", now, deliverable=True)
    return {"reset_token": reset.token, "confirm_token": confirm.token}
