"""A television has no keyboard: its code is typed into a phone, and the person sees what they let in (RFC 8628)."""

from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask import Flask

from idp.outside.geoip import Atlas
from tests import devices
from tests.clocks import Clock
from tests.devices import Waiting
from tests.emulators import mmdb
from tests.mailbox import Mailbox
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.web_browser import Page

pytestmark = pytest.mark.section("RFC 8628 §3.3")


@pytest.fixture
def tv(app: Flask) -> RelyingApp:
    return devices.registered(app)


@pytest.fixture
def waiting(tv: RelyingApp) -> Waiting:
    return devices.asks(tv, "openid email")


@pytest.mark.section("RFC 8628 §3.5")
def test_a_code_is_typed_elsewhere_and_the_television_is_let_in(waiting: Waiting, alice: Person, clock: Clock) -> None:
    assert waiting.hears() == "authorization_pending"
    waiting.typed_by(alice).signs_in()
    assert waiting.page.heading.endswith("would like to use your account")
    assert "Only continue if this code is on a screen in front of you." in waiting.page.text
    assert waiting.code in waiting.page.text
    assert "Firefox on Linux" in waiting.page.text
    assert "Next stop" not in waiting.page.text
    waiting.allows()
    assert (waiting.page.heading, waiting.page.status) == ("All set", 200)
    tokens = waiting.fetches()
    assert tokens.userinfo()["email"] == alice.email
    assert tokens.claims["sub"] == alice.user_id
    assert tokens.scope == {"openid", "email"}
    clock.moves(10)
    assert waiting.hears() == "invalid_grant"


@pytest.mark.parametrize("typed", ["  {} ", "{}!", "bcdf"])
def test_a_code_is_read_as_people_type_it(waiting: Waiting, alice: Person, typed: str) -> None:
    is_it = "{} " in typed
    waiting.typed_by(alice, typed.format(waiting.code.lower().replace("-", " ")))
    assert (waiting.page.heading == "Sign in") is is_it
    if not is_it:
        assert waiting.page.status == 422
        assert "Type the eight letters" in waiting.page.text


def test_a_code_that_nobody_shows_leads_nowhere(waiting: Waiting, alice: Person) -> None:
    other = "BBBB-BBBB" if waiting.code != "BBBB-BBBB" else "CCCC-CCCC"
    waiting.typed_by(alice, other)
    assert waiting.page.status == 422
    assert "That code isn’t right, or it is too old." in waiting.page.text


@pytest.mark.section("RFC 8628 §3.3.1")
@pytest.mark.section("RFC 8628 §5.4")
def test_an_address_with_the_code_in_it_fills_in_the_field_and_no_more(waiting: Waiting, alice: Person) -> None:
    """Whoever sends that address to somebody else must still talk them into it."""
    complete = urlsplit(waiting.said["verification_uri_complete"])
    page = alice.browser.open(f"{complete.path}?{complete.query}")
    assert isinstance(page, Page)
    assert page.heading == "Connect a device"
    assert page.form("user_code").fields["user_code"] == waiting.code
    assert "Never enter a code that somebody sent you" in page.text
    assert waiting.hears() == "authorization_pending"
    waiting.person, waiting.at = alice, alice.browser.submit(page, "Continue")
    waiting.signs_in().allows()
    assert waiting.page.heading == "All set"


def test_an_address_with_anything_else_in_it_fills_in_nothing(alice: Person) -> None:
    page = alice.browser.open("/device?user_code=%3Cscript%3E")
    assert isinstance(page, Page)
    assert page.form("user_code").fields["user_code"] == ""


@pytest.mark.section("RFC 8628 §3.5")
def test_who_says_no_shares_nothing(waiting: Waiting, alice: Person) -> None:
    waiting.typed_by(alice).signs_in().declines()
    assert waiting.page.heading == "Not connected"
    assert waiting.hears() == "access_denied"


@pytest.mark.section("RFC 8628 §5.4")
@pytest.mark.incident("CVE-2024-38371")
@pytest.mark.parametrize("app_of", ["the operator", "others"])
def test_whoever_comes_is_asked_each_time_whatever_was_agreed_before(app: Flask, alice: Person, app_of: str) -> None:
    """Somebody else may have sent the code: neither a session nor an agreement nor the operator's name answers."""
    tv = devices.registered(app, first_party=app_of == "the operator")
    devices.asks(tv).typed_by(alice).signs_in().allows().fetches()
    again = devices.asks(tv).typed_by(alice)
    assert again.page.heading.endswith("would like to use your account")
    assert again.hears() == "authorization_pending"


@pytest.mark.section("RFC 8628 §5.4")
def test_the_place_of_a_device_is_named_and_that_of_a_server_is_not(
    app: Flask, tv: RelyingApp, alice: Person, tmp_path: Path
) -> None:
    """A service that asks for its users' televisions has an address that tells nobody anything."""
    atlas = Atlas.opened(str(mmdb.write(tmp_path / "city.mmdb")))
    app.extensions["portico"] = replace(app.extensions["portico"], atlas=atlas)
    service = devices.registered(app, "service", token_endpoint_auth_method="client_secret_basic")
    seen = devices.asks(tv, address="198.51.100.7").typed_by(alice).signs_in().page.text
    assert "Firefox on Linux" in seen
    assert "Berlin, Germany" in seen
    unseen = devices.asks(service, address="198.51.100.7").typed_by(alice).page.text
    assert "Berlin" not in unseen
    assert "Asked 1 minute ago" in unseen


@pytest.mark.section("RFC 8628 §3.5")
def test_a_code_is_over_after_ten_minutes_also_for_who_was_signing_in(
    waiting: Waiting, alice: Person, clock: Clock
) -> None:
    waiting.typed_by(alice)
    clock.moves(600)
    assert waiting.hears() == "expired_token"
    waiting.signs_in().allows()
    assert waiting.page.heading == "That code is over"
    assert waiting.hears() == "expired_token"
    assert devices.asks(waiting.app).typed_by(alice, waiting.code).page.status == 422


def test_the_first_of_two_people_with_one_code_decides(waiting: Waiting, alice: Person, bob: Person) -> None:
    first, second = replace(waiting), replace(waiting)
    first.typed_by(alice).signs_in()
    second.typed_by(bob).signs_in().declines()
    first.allows()
    assert first.page.heading == "That code is over"
    assert waiting.hears() == "access_denied"


def test_back_and_a_second_press_allow_once(waiting: Waiting, alice: Person) -> None:
    waiting.typed_by(alice).signs_in()
    consent = waiting.page
    waiting.allows()
    waiting.at = consent
    waiting.allows()
    assert waiting.page.status == 400
    assert waiting.fetches().claims["sub"] == alice.user_id


@pytest.mark.section("OpenID Connect Core §3.1.2.1")
def test_a_device_may_ask_for_a_fresh_sign_in(tv: RelyingApp, alice: Person, shop: RelyingApp, clock: Clock) -> None:
    shop.asks().seen_by(alice).signs_in().allows()
    clock.moves(400)
    assert devices.asks(tv, max_age="300").typed_by(alice).page.heading == "Confirm it’s you"
    asked = devices.asks(tv, prompt="login").typed_by(alice)
    assert asked.page.heading == "Confirm it’s you"
    tokens = asked.signs_in().allows().fetches()
    assert tokens.claims["auth_time"] == clock.now()


@pytest.mark.section("OpenID Connect Core §5.5.1.1")
def test_an_app_that_asks_for_two_proofs_asks_for_them_on_devices_too(app: Flask, alice: Person) -> None:
    tv = devices.registered(app, require_second_factor=True)
    assert "second" in devices.asks(tv).typed_by(alice).signs_in().page.text
    assert devices.asks(tv).hears() == "authorization_pending"


def test_what_a_device_was_given_is_listed_and_ends_with_the_app(waiting: Waiting, alice: Person, clock: Clock) -> None:
    tokens = waiting.typed_by(alice).signs_in().allows().fetches()
    page = alice.browser.open("/account/apps/tv")
    assert isinstance(page, Page)
    alice.browser.submit(page, "Disconnect")
    assert tokens.asks_userinfo().status_code == 401
    assert tokens.tries_to_refresh().status_code == 400


def test_who_disconnects_before_the_device_fetches_its_tokens_gives_it_none(
    waiting: Waiting, alice: Person, clock: Clock
) -> None:
    waiting.typed_by(alice).signs_in().allows()
    clock.moves(5)
    page = alice.browser.open("/account/apps/tv")
    assert isinstance(page, Page)
    alice.browser.submit(page, "Disconnect")
    assert waiting.hears() == "invalid_grant"


@pytest.mark.section("OpenID Connect Core §11")
@pytest.mark.parametrize(("scope", "stays"), [("openid", False), ("openid offline_access", True)])
def test_signing_out_ends_what_was_not_asked_for_the_time_after(
    tv: RelyingApp, alice: Person, scope: str, stays: bool
) -> None:
    tokens = devices.asks(tv, scope).typed_by(alice).signs_in().allows().fetches()
    alice.signs_out()
    assert (tokens.tries_to_refresh().status_code == 200) is stays


def test_signing_out_before_the_device_comes_gives_it_nothing(waiting: Waiting, alice: Person) -> None:
    waiting.typed_by(alice).signs_in().allows()
    alice.signs_out()
    assert waiting.hears() == "invalid_grant"


def test_a_device_that_keeps_access_is_told_of_by_mail(tv: RelyingApp, alice: Person, mailbox: Mailbox) -> None:
    devices.asks(tv, "openid offline_access").typed_by(alice).signs_in().allows()
    assert "Living Room TV can now use your" in mailbox.newest(kind="keeps_access").letter.subject


def test_an_app_that_is_stopped_meanwhile_is_let_in_nowhere(waiting: Waiting, alice: Person, clock: Clock) -> None:
    waiting.app.suspended()
    clock.moves(6)
    waiting.typed_by(alice)
    assert waiting.page.status == 422


def test_many_wrong_codes_are_too_many(waiting: Waiting, alice: Person, clock: Clock) -> None:
    """RFC 8628 §5.1: per person, and per network."""
    waiting.typed_by(alice).signs_in()
    statuses = [waiting.typed_by(alice, "BBBB-BBBB").page.status for _ in range(11)]
    assert statuses == [422] * 10 + [429]
    assert waiting.typed_by(alice).page.status == 429
    clock.moves(900)
    assert waiting.typed_by(alice, "BBBB-BBBB").page.status == 422


def test_a_new_person_signs_up_on_the_way(waiting: Waiting, jane: Person) -> None:
    waiting.typed_by(jane)
    assert "Sign up" in waiting.page.text
    assert "to continue to Living Room TV" in waiting.page.text
