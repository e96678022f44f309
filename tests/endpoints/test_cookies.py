"""The cookies of a session: their names, their attributes, and when they change (RFC 6265bis, RP-Initiated Logout)."""

from collections.abc import Iterator

import pytest
from flask import Flask

from idp.settings.load import Settings, load_settings
from tests import provider
from tests.clocks import Clock
from tests.conftest import MANUAL
from tests.people import ALICE, Person
from tests.relying_app import RelyingApp

SESSION, BROWSER = "portico_session", "portico_browser"


@pytest.fixture
def secured(settings: Settings) -> Iterator[Flask]:
    """The same provider on https."""
    public = load_settings(
        MANUAL,
        database={"url": settings.database.url},
        keys={"directory": settings.keys.directory},
        password=settings.password.model_dump(),
        server={"issuer": "https://id.example.com"},
        mail={"transport": "smtp"},
    )
    with provider.founded(public) as server:
        yield server


def cookies_set(person: Person) -> dict[str, dict[str, str]]:
    """Every cookie that was ever set in this browser, by name, with its attributes in lower case."""
    found = {}
    for response in person.browser.trail:
        for header in response.headers.getlist("Set-Cookie"):
            pair, *attributes = (word.strip().partition("=") for word in header.split(";"))
            found[pair[0]] = {name.lower(): value for name, _, value in attributes}
    return found


def test_on_https_every_cookie_is_of_this_host_alone(secured: Flask) -> None:
    alice = Person.of(ALICE, secured).with_account()
    shop = RelyingApp.registered(secured, "shop")
    tokens = shop.asks("openid email").seen_by(alice).signs_in(remember=True).allows().redeems()
    assert tokens.claims["iss"] == "https://id.example.com"
    found = cookies_set(alice)
    assert {f"__Host-{SESSION}", f"__Host-{BROWSER}"} <= set(found)
    for name, attributes in found.items():
        assert name.startswith("__Host-"), name
        assert {"secure", "httponly"} <= set(attributes), name
        assert attributes["samesite"] == "Lax"
        assert attributes["path"] == "/"
        assert "domain" not in attributes


def test_on_plain_loopback_they_do_without_what_would_fail_there(shop: RelyingApp, alice: Person) -> None:
    shop.asks().seen_by(alice).signs_in()
    for name, attributes in cookies_set(alice).items():
        assert not name.startswith("__Host-")
        assert "secure" not in attributes
        assert "httponly" in attributes
        assert attributes["samesite"] == "Lax"


def test_a_session_that_is_not_remembered_ends_with_the_browser(shop: RelyingApp, alice: Person) -> None:
    shop.asks().seen_by(alice).signs_in().allows()
    assert not {"max-age", "expires"} & set(cookies_set(alice)[SESSION])
    alice.browser.closes()
    assert shop.asks(prompt="none").seen_by(alice).error == "login_required"


def test_a_remembered_session_lasts_thirty_days(shop: RelyingApp, alice: Person, clock: Clock) -> None:
    shop.asks().seen_by(alice).signs_in(remember=True).allows()
    assert cookies_set(alice)[SESSION]["max-age"] == str(30 * 86400)
    alice.browser.closes()
    clock.moves(30 * 86400 - 1)
    assert shop.asks(prompt="none").seen_by(alice).code
    clock.moves(1)
    assert shop.asks(prompt="none").seen_by(alice).error == "login_required"


def test_a_session_that_is_not_remembered_ends_after_twelve_idle_hours(
    shop: RelyingApp, alice: Person, clock: Clock
) -> None:
    shop.asks().seen_by(alice).signs_in().allows()
    clock.moves(12 * 3600 - 1)
    assert shop.asks(prompt="none").seen_by(alice).code
    clock.moves(12 * 3600 - 1)
    assert shop.asks(prompt="none").seen_by(alice).code, "being used keeps it alive"
    clock.moves(12 * 3600)
    assert shop.asks(prompt="none").seen_by(alice).error == "login_required"


def test_a_session_ends_after_a_week_however_much_it_is_used(shop: RelyingApp, alice: Person, clock: Clock) -> None:
    shop.asks().seen_by(alice).signs_in().allows()
    for _ in range(27):
        clock.moves(6 * 3600)
        assert shop.asks(prompt="none").seen_by(alice).code
    clock.moves(6 * 3600)
    assert shop.asks(prompt="none").seen_by(alice).error == "login_required"


@pytest.mark.incident("CVE-2025-12390")
def test_the_value_changes_at_every_sign_in(shop: RelyingApp, alice: Person) -> None:
    shop.asks().seen_by(alice).signs_in().allows()
    first = alice.browser.cookie(SESSION)
    shop.asks(prompt="login").seen_by(alice).signs_in()
    second = alice.browser.cookie(SESSION)
    assert first
    assert second
    assert first != second
    alice.browser.client.set_cookie(SESSION, first, domain="127.0.0.1")
    assert shop.asks(prompt="none").seen_by(alice).error == "login_required", "the old value opens nothing"


@pytest.mark.incident("CVE-2024-28197")
def test_a_cookie_somebody_else_planted_is_never_taken_over(shop: RelyingApp, alice: Person) -> None:
    planted = "A" * 43
    alice.browser.client.set_cookie(SESSION, planted, domain="127.0.0.1")
    shop.asks().seen_by(alice).signs_in().allows()
    assert alice.browser.cookie(SESSION) != planted


@pytest.mark.parametrize("value", ["", "x", "A" * 43, "A" * 5000, "\x00", "%00", "ä", '"', "a=b; c", "' OR 1=1"])
def test_any_value_of_a_cookie_is_nobody(shop: RelyingApp, alice: Person, value: str) -> None:
    for name in (SESSION, BROWSER, "portico_accounts", "portico_language"):
        response = alice.server.test_client().get(
            shop.asks(prompt="none").url, headers={"Cookie": f"{name}={value}".encode().decode("latin-1")}
        )
        assert response.status_code in (302, 303)
        assert "error=login_required" in response.headers["Location"]
