"""Who asks, and where the answer may go, is settled before anything else (RFC 6749 §4.1.2.1, RFC 9700 §4.1.3)."""

import pytest
from flask import Flask

from tests.clocks import Clock
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.web_browser import Arrival, Page

pytestmark = [pytest.mark.section("RFC 6749 §4.1.2.1"), pytest.mark.section("RFC 9700 §4.1.3")]

CALLBACK = "https://photobox.example/callback"


def shows_a_page(at: Page | Arrival | None) -> Page:
    """400, with a reference, and nobody is sent anywhere."""
    assert isinstance(at, Page), f"redirected to {at}"
    assert at.status == 400
    assert "Location" not in at.response.headers
    assert at.response.headers["Cache-Control"] == "no-store"
    return at


def test_a_client_that_is_not_registered_gets_no_redirect(shop: RelyingApp, alice: Person) -> None:
    page = shows_a_page(shop.asks(client_id="nobody").seen_by(alice).at)
    assert "nobody" not in page.text


def test_a_missing_client_id_gets_no_redirect(shop: RelyingApp, alice: Person) -> None:
    shows_a_page(shop.asks(client_id=None).seen_by(alice).at)


def test_a_suspended_client_gets_no_redirect(app: Flask, shop: RelyingApp, alice: Person) -> None:
    shop.suspended()
    shows_a_page(shop.asks().seen_by(alice).at)


@pytest.mark.incident("disabled but still accepted")
@pytest.mark.parametrize("change", [{"redirect_uris": ("https://new.example/callback",)}, {"state": "suspended"}])
def test_an_address_the_client_left_meanwhile_gets_no_redirect(
    app: Flask, shop: RelyingApp, alice: Person, clock: Clock, change: dict[str, str]
) -> None:
    """A request may wait for an hour; what was registered when it came is not what counts when it is answered."""
    visit = shop.asks().seen_by(alice).signs_in()
    if "state" in change:
        shop.suspended()
    else:
        shop.changed(**change)
    clock.moves(6)
    visit.allows()
    assert visit.page.heading == "Let’s start again"


@pytest.mark.section("OpenID Connect Core §3.1.2.1")
def test_a_missing_redirect_uri_gets_no_redirect(shop: RelyingApp, alice: Person) -> None:
    """OpenID Connect Core §3.1.2.1: required, also where only one is registered."""
    shows_a_page(shop.asks(redirect_uri=None).seen_by(alice).at)


@pytest.mark.conformance("oidcc-ensure-registered-redirect-uri")
@pytest.mark.parametrize(
    "presented",
    [
        "https://evil.example/callback",
        "http://photobox.example/callback",
        CALLBACK + "/",
        CALLBACK + "/../callback",
        CALLBACK + "?x=1",
        CALLBACK + "#",
        CALLBACK + "#fragment",
        CALLBACK + "%20",
        CALLBACK + " ",
        CALLBACK.replace("callback", "Callback"),
        CALLBACK.replace("callback", "%63allback"),
        CALLBACK.replace("callback", "%2563allback"),
        CALLBACK.replace("photobox", "PHOTOBOX"),
        CALLBACK.replace(".example", ".example:443"),
        CALLBACK.replace(".example", ".example."),
        CALLBACK.replace("https://", "https://user@"),
        CALLBACK.replace("https://", "https://evil.example@"),
        CALLBACK.replace("https://", "https://evil.example\\@"),
        CALLBACK.replace("https://", "https://evil.example#@"),
        CALLBACK.replace("https://", "https:"),
        CALLBACK.replace("https://", "https:///"),
        CALLBACK.replace("https://", "//"),
        CALLBACK + "\\..\\evil",
        CALLBACK + ".evil.example",
        "https://evil.example/?" + CALLBACK,
        "javascript:alert(1)",
        "data:text/html,x",
        "/callback",
        "*",
    ],
)
def test_only_the_very_string_that_is_registered_is_a_place_to_go(
    shop: RelyingApp, alice: Person, presented: str
) -> None:
    page = shows_a_page(shop.asks(redirect_uri=presented).seen_by(alice).at)
    assert not any(presented == link for link in page.read.links.values()), "what was received is not a link"


def test_a_second_redirect_uri_in_the_request_gets_no_redirect(shop: RelyingApp, alice: Person) -> None:
    url = shop.asks().url
    shows_a_page(alice.browser.open(f"{url}&redirect_uri=https://evil.example/"))
    shows_a_page(alice.browser.open(url.replace("redirect_uri=", "redirect_uri=https://evil.example/&redirect_uri=")))


def test_a_second_client_id_in_the_request_gets_no_redirect(shop: RelyingApp, alice: Person) -> None:
    shows_a_page(alice.browser.open(f"{shop.asks().url}&client_id=other"))


@pytest.mark.incident("CVE-2026-41479")
@pytest.mark.incident("CVE-2026-44681")
def test_every_other_fault_comes_after(shop: RelyingApp, alice: Person) -> None:
    """A request that is wrong in all ways shows a page: the order is the protection."""
    wrong = {"response_type": "token", "scope": '"', "prompt": "none login", "max_age": "x", "request": "y"}
    shows_a_page(shop.asks(redirect_uri="https://evil.example/", **wrong).seen_by(alice).at)


@pytest.mark.section("RFC 8252 §7.3")
def test_a_web_app_may_not_vary_the_port_of_a_loopback_address(app: Flask, alice: Person) -> None:
    """RFC 8252 §7.3 is for native apps."""
    local = RelyingApp.registered(app, "local", redirect_uris=["http://127.0.0.1/callback"])
    shows_a_page(local.asks(redirect_uri="http://127.0.0.1:5000/callback").seen_by(alice).at)


@pytest.mark.section("RFC 8252 §7.3")
@pytest.mark.parametrize("uri", ["http://127.0.0.1:5000/callback", "http://[::1]:65535/callback"])
def test_a_native_app_may_listen_on_any_port_of_the_loopback_address(
    phone: RelyingApp, alice: Person, uri: str
) -> None:
    visit = phone.asks(redirect_uri=uri).seen_by(alice).signs_in().allows()
    assert visit.at is not None
    assert visit.at.url.startswith(uri)
    assert visit.redeems().claims["sub"] == alice.user_id


@pytest.mark.section("RFC 8252 §7.3")
@pytest.mark.parametrize(
    "uri",
    [
        "http://localhost:5000/callback",
        "http://127.0.0.2:5000/callback",
        "http://127.0.0.1:5000/other",
        "http://127.0.0.1:5000@evil.example/callback",
        "http://127.0.0.1:99999/callback",
        "http://127.0.0.1:/callback",
        "https://127.0.0.1:5000/callback",
    ],
)
def test_nothing_but_the_port_may_vary(phone: RelyingApp, alice: Person, uri: str) -> None:
    shows_a_page(phone.asks(redirect_uri=uri).seen_by(alice).at)


@pytest.mark.section("RFC 8252 §7.1")
def test_a_native_app_has_a_scheme_of_its_own(phone: RelyingApp, alice: Person) -> None:
    visit = phone.asks().seen_by(alice).signs_in().allows()
    assert visit.at is not None
    assert visit.at.url.startswith("com.example.phone:/callback?code=")


@pytest.mark.section("RFC 6749 §3.1.2")
def test_a_query_that_belongs_to_the_registered_address_stays(app: Flask, alice: Person) -> None:
    """RFC 6749 §3.1.2: it must be retained when the answer is added."""
    uri = "https://photobox.example/callback?tenant=blue"
    visit = RelyingApp.registered(app, "tenant", redirect_uris=[uri]).asks().seen_by(alice).signs_in().allows()
    assert visit.answer["tenant"] == "blue"
    assert visit.redeems().claims["sub"] == alice.user_id
