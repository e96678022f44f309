"""Signing out of apps in frames (OpenID Connect Front-Channel Logout 1.0), in a real browser, with apps beside it."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from threading import Event
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser.chromium import Looks, page_is_accessible
from tests.browser.server import free_port, serving
from tests.parts import needs
from tests.people import JANE, Person
from tests.relying_app import RelyingApp

pytestmark = [
    pytest.mark.browser,
    pytest.mark.section("OpenID Connect Front-Channel Logout 1.0 §3"),
    needs("Chromium"),
]
_, EMAIL, PASSWORD = JANE


@dataclass
class Shop:
    """An app with a session in a cookie of its own; `heard` is what its sign-out page was asked with. While `open` is
    not set, that page does not come.
    """

    name: str
    script: str = ""
    heard: list[dict[str, Any]] = field(default_factory=list)
    open: Event = field(default_factory=Event)
    home: str = ""

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
        headers = [("Content-Type", "text/html; charset=utf-8")]
        script = ""
        if environ["PATH_INFO"] == "/callback":
            headers.append(("Set-Cookie", f"{self.name}=in; Path=/; HttpOnly; SameSite=Lax"))
        elif environ["PATH_INFO"] == "/out":
            asked = parse_qs(environ["QUERY_STRING"])
            self.heard.append({**asked, "cookie": f"{self.name}=in" in environ.get("HTTP_COOKIE", "")})
            assert "HTTP_REFERER" not in environ
            self.open.wait(20)
            headers.append(("Set-Cookie", f"{self.name}=; Path=/; Max-Age=0"))
            script = f"<script>{self.script}</script>"
        start_response("200 OK", headers)
        return [f'<!doctype html><title>{self.name}</title><link rel="icon" href="data:,">{script}<h1>Hi</h1>'.encode()]

    def known_to(self, app: Flask) -> RelyingApp:
        addresses = {"redirect_uris": [f"{self.home}/callback"], "post_logout_redirect_uris": [f"{self.home}/bye"]}
        return RelyingApp.registered(
            app,
            self.name,
            client_name=self.name,
            first_party=True,
            frontchannel_logout_uri=f"{self.home}/out",
            **addresses,
        )


@pytest.fixture
def shops() -> Iterator[tuple[Shop, Shop]]:
    both = Shop("box"), Shop("calendar")
    with ExitStack() as running:
        for shop in both:
            shop.open.set()
            shop.home = running.enter_context(serving(shop, free_port()))
        yield both
        for shop in both:
            shop.open.set()


def is_let_into(page: Page, shops: tuple[Shop, Shop], app: Flask) -> None:
    """Jane signs in once, and uses both apps."""
    Person.of(JANE, app).with_account()
    for shop in shops:
        visit = shop.known_to(app).asks()
        page.goto(visit.url)
        if "/signin" in page.url:
            page.locator("input[name=email]").fill(EMAIL)
            page.locator("input[name=password]").fill(PASSWORD)
            page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()
        page.wait_for_url(f"{shop.home}/callback?*")
        (code,) = parse_qs(urlsplit(page.url).query)["code"]
        assert visit.tries_to_redeem(code=code).status_code == 200


def presses_sign_out(page: Page, issuer: str, shop: Shop) -> None:
    """The app sent them here."""
    asked = {"client_id": shop.name, "post_logout_redirect_uri": f"{shop.home}/bye", "state": "s 1"}
    page.goto(f"{issuer}/end_session?{urlencode(asked)}")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()


def test_every_app_hears_and_a_slow_one_holds_nobody_up(provider: Looks, app: Flask, shops: tuple[Shop, Shop]) -> None:
    box, calendar = shops
    with provider.window() as page:
        is_let_into(page, shops, app)
        calendar.open.clear()
        began = time.monotonic()
        presses_sign_out(page, provider.home, box)
        page.wait_for_url(f"{box.home}/bye?state=s+1")
        assert time.monotonic() - began < 8
        (sid,) = box.heard[0]["sid"]
        for shop in shops:
            assert shop.heard == [{"iss": [provider.home], "sid": [sid], "cookie": True}]


def test_without_scripts_they_hear_too_and_a_button_leads_on(
    provider: Looks, app: Flask, shops: tuple[Shop, Shop]
) -> None:
    box, calendar = shops
    with provider.window(scripts=False) as page:
        is_let_into(page, shops, app)
        presses_sign_out(page, provider.home, box)
        expect(page.get_by_role("heading", level=1)).to_have_text("You’re signed out")
        expect(page.get_by_role("listitem").filter(has_text="calendar")).to_be_visible()
        assert len(box.heard) == len(calendar.heard) == 1
        page.get_by_role("link", name="Continue").click()
        page.wait_for_url(f"{box.home}/bye?state=s+1")


def test_no_frame_takes_the_page_away(provider: Looks, app: Flask, shops: tuple[Shop, Shop]) -> None:
    """A page that leaves its frame stays in it; what the policy does not name is not fetched."""
    box, calendar = shops
    calendar.script = f"top.location = '{box.home}/stolen'; location = '{provider.home}/help';"
    with provider.window() as page:
        is_let_into(page, shops, app)
        page.goto("/signout")
        page.get_by_role("main").get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("You’re signed out")
        page.wait_for_load_state("networkidle")
        assert page.url == f"{provider.home}/signout"
        assert calendar.heard
        page_is_accessible(page)
        assert any("sandbox" in complaint for complaint in provider.complaints)
        provider.complaints.clear()
