"""The account's home page: how it stands, what could be better, and the first rows of what has pages of its own."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import text

from idp.settings.load import Settings
from idp.store import base, credentials, passkeys, recovery_codes
from idp.store.passkeys import Registered
from tests.conftest import Clock
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.signing_up import shown, signs_in
from tests.statements import watched
from tests.web_browser import Browser, Page
from tests.with_passkeys import at_a_domain

MONTH = 30 * 86400
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """At an address nobody is offered a passkey."""
    return at_a_domain(settings)


def home(person: Person) -> Page:
    return shown(person.browser.open("/account"))


def writes(app: Flask, statement: str, **values: object) -> None:
    with app.app_context(), base.unit_of_work():
        base.db.session.execute(text(statement), values)


def has_passkey(person: Person, now: int) -> None:
    registered = Registered(
        id=base.new_id(),
        user_id=str(person.user_id),
        credential=base.new_id(),
        public_key="x",
        sign_count=0,
        name="Phone",
        aaguid="",
        transports="",
        backup_eligible=False,
        backed_up=False,
        user_verified=True,
        created_at=now,
    )
    with person.server.app_context(), base.unit_of_work():
        assert passkeys.add(registered, 10)


def has_authenticator(person: Person, now: int, codes: int = 10) -> None:
    writes(
        person.server,
        "INSERT INTO authenticators (user_id, key, last_step, created_at, confirmed_at) VALUES (:id, 'x', 0, :at, :at)",
        id=person.user_id,
        at=now,
    )
    with person.server.app_context(), base.unit_of_work():
        recovery_codes.replace(str(person.user_id), [f"hash {n}" for n in range(codes)], now)


def changes_settings(app: Flask, section: str, **values: object) -> None:
    """The operator decides otherwise, and reloads."""
    house = app.extensions["portico"]
    changed = getattr(house.settings, section).model_copy(update=values)
    app.extensions["portico"] = replace(house, settings=house.settings.model_copy(update={section: changed}))


def test_it_greets_its_person_and_says_that_the_address_is_proved(alice: Person) -> None:
    page = signs_in(alice)
    assert page.heading == "Hello, Alice Example"
    assert f"{alice.email} Confirmed" in page.text
    assert ">AE</span>" in page.html, "initials, as long as there is no picture"


@pytest.mark.parametrize(
    ("name", "initials"),
    [("Alice van Example", "AE"), ("Madonna", "M"), ("", "A"), ("عليّ حسن", "عح"), ("42 (x)", "A"), ("ß", "SS")],
)
def test_initials_of_any_name(alice: Person, name: str, initials: str) -> None:
    alice.name = name
    alice.fills_in()
    assert f">{initials}</span>" in signs_in(alice).html


def test_a_new_account_is_told_what_would_make_it_safer(alice: Person) -> None:
    page = signs_in(alice)
    assert "2 suggestions" in page.text
    assert page.read.links["Create a passkey"] == "/account/passkeys/new"
    assert "Add a second step" in page.text


def test_where_all_is_well_it_says_so_and_asks_for_nothing(alice: Person, clock: Clock) -> None:
    signs_in(alice)
    has_passkey(alice, clock.now())
    has_authenticator(alice, clock.now())
    page = home(alice)
    assert "All good" in page.text
    assert "suggestion" not in page.text
    assert "10 recovery codes left" in page.text


@pytest.mark.parametrize(("codes", "asks"), [(10, False), (4, False), (3, True), (1, True), (0, True)])
def test_few_recovery_codes_are_worth_a_word(alice: Person, clock: Clock, codes: int, asks: bool) -> None:
    signs_in(alice)
    has_passkey(alice, clock.now())
    has_authenticator(alice, clock.now(), codes)
    page = home(alice)
    assert ("1 suggestion" in page.text) is asks
    assert ("Make new ones recovery codes" in page.text) is asks


def test_what_this_house_does_not_offer_is_not_suggested(app: Flask, alice: Person) -> None:
    changes_settings(app, "passkeys", enabled=False)
    changes_settings(app, "second_factor", authenticator=False)
    page = signs_in(alice)
    assert "All good" in page.text
    assert "passkey" not in page.text.replace("Password and passkeys", "")


def test_nobody_is_told_to_set_a_password_who_needs_none(app: Flask, alice: Person, clock: Clock) -> None:
    signs_in(alice)
    writes(app, "DELETE FROM credentials")
    assert "Set a password" in home(alice).text
    assert "Add a second step" not in home(alice).text, "there is no password that could be stolen"
    has_passkey(alice, clock.now())
    page = home(alice)
    assert "Set a password" not in page.text
    assert "All good" in page.text


def test_an_app_that_keeps_access_and_is_not_used_is_asked_about(shop: RelyingApp, alice: Person, clock: Clock) -> None:
    shop.asks("openid offline_access").seen_by(alice).signs_in().allows().redeems()
    assert "Do you still use" not in home(alice).text
    writes(alice.server, "UPDATE grants SET expires_at = expires_at + :more", more=365 * 86400)
    clock.moves(6 * MONTH + 1)
    page = signs_in(alice)
    assert "Do you still use Photo Box?" in page.text
    assert page.read.links["Review"].startswith("/account/apps/shop")


def test_an_app_that_keeps_no_access_is_not(shop: RelyingApp, alice: Person, clock: Clock) -> None:
    shop.asks("openid").seen_by(alice).signs_in().allows().redeems()
    clock.moves(7 * MONTH)
    page = signs_in(alice)
    assert "Photo Box" in page.text
    assert "Do you still use" not in page.text


def test_the_first_three_devices_and_apps_and_the_way_to_all_others(app: Flask, alice: Person) -> None:
    for number in range(4):
        there = replace(alice, browser=Browser(app, CHROME, address=f"198.51.100.{number}"))
        other = RelyingApp.registered(app, f"app-{number}", client_name=f"App {number}")
        other.asks("openid email").seen_by(there).signs_in().allows().redeems()
    page = signs_in(alice)
    assert page.html.count("Chrome on") == 4, "two more devices, each with its name and its button"
    assert page.read.links["See all devices"] == "/account/devices"
    assert page.read.links["See all 4 apps"] == "/account/apps"
    assert page.html.count("/account/apps/app-") == 3


def test_a_device_is_signed_out_from_here_too(alice: Person) -> None:
    elsewhere = alice.elsewhere()
    signs_in(elsewhere)
    page = signs_in(alice)
    page = shown(alice.browser.submit(page, form=page.form("session")))
    assert page.heading == "Devices"
    assert shown(elsewhere.browser.open("/account")).heading == "Sign in"


def test_without_any_app_it_says_what_will_be_here(alice: Person) -> None:
    assert "No apps yet. When you use Portico to sign in somewhere, it shows up here." in signs_in(alice).text


def test_every_page_of_the_side_list_opens(alice: Person) -> None:
    page = signs_in(alice)
    names = (
        "Home",
        "Profile",
        "Password and passkeys",
        "Devices",
        "Connected apps",
        "Linked accounts",
        "Data and privacy",
    )
    for name in names:
        opened = shown(alice.browser.open(page.read.links[name]))
        assert opened.status == 200, name
        assert opened.html.count('aria-current="page"') == 1, name


def test_what_the_home_page_costs(shop: RelyingApp, alice: Person) -> None:
    """With one app and two devices: the session, the account, what was agreed to, the apps, that one, the devices."""
    shop.asks("openid email").seen_by(alice).signs_in().allows().redeems()
    signs_in(alice.elsewhere())
    home(alice)
    with watched(alice.server) as log:
        home(alice)
    assert len(log.reads) <= 6, log.trips
    assert [trip for trip in log.writes if trip != "COMMIT"] == [], log.trips


def test_what_the_profile_costs(shop: RelyingApp, alice: Person) -> None:
    shop.asks("openid email").seen_by(alice).signs_in().allows().redeems()
    page = shown(alice.browser.open("/account/profile"))
    with watched(alice.server) as log:
        alice.browser.open("/account/profile")
    assert len(log.reads) <= 7, log.trips
    assert [trip for trip in log.writes if trip != "COMMIT"] == [], log.trips
    with watched(alice.server) as log:
        alice.browser.submit(page, form=page.form("name"), nickname="Al")
    updates = [trip for trip in log.writes if "UPDATE" in trip and "users" in trip]
    assert len(updates) == 1, log.trips


@pytest.fixture
def passwordless(app: Flask, alice: Person) -> Person:
    """Who came by another provider, or does with passkeys."""
    signs_in(alice)
    writes(app, "DELETE FROM credentials")
    return alice


def sets_first(person: Person, new: str = "Violet-kettle-42") -> Page:
    page = shown(person.browser.open("/account/password"))
    assert page.heading == "Set a password"
    assert "password" not in page.form("new_password").names
    return shown(person.browser.submit(page, form=page.form("new_password"), new_password=new, confirm_password=new))


def test_whoever_has_no_password_sets_one_by_a_recent_sign_in(app: Flask, passwordless: Person) -> None:
    assert "Your password is changed." in sets_first(passwordless).text
    assert signs_in(passwordless, Browser(app), password="Violet-kettle-42").heading == "Hello, Alice Example"


def test_not_by_one_of_long_ago(passwordless: Person, clock: Clock) -> None:
    clock.moves(901)
    page = shown(passwordless.browser.open("/account/password"))
    assert page.heading == "Confirm it’s you"
    assert "Because you’re about to set a password." in page.text


def test_not_by_an_old_form_either(passwordless: Person, clock: Clock) -> None:
    page = shown(passwordless.browser.open("/account/password"))
    clock.moves(901)
    new = {"new_password": "Violet-kettle-42", "confirm_password": "Violet-kettle-42"}
    page = shown(passwordless.browser.submit(page, form=page.form("new_password"), **new))
    assert page.heading == "Confirm it’s you"


def test_a_password_that_was_set_meanwhile_has_to_be_known(app: Flask, passwordless: Person) -> None:
    """The owner chose one by mail while somebody at an open browser was about to."""
    page = shown(passwordless.browser.open("/account/password"))
    with app.app_context(), base.unit_of_work():
        hashed = app.extensions["portico"].hasher.hash("Owner-kettle-42")
        credentials.set_password(str(passwordless.user_id), hashed, 1)
    new = {"new_password": "Violet-kettle-42", "confirm_password": "Violet-kettle-42"}
    page = shown(passwordless.browser.submit(page, form=page.form("new_password"), **new))
    assert page.status == 422
    assert "Enter your password." in page.text
