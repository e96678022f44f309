"""People sign in: how they may type, how long it lasts, and what nobody learns by trying."""

import pytest
from flask import Flask
from sqlalchemy import text

from idp.store import base
from tests.conftest import Clock
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.signing_up import shown, signs_in
from tests.web_browser import Browser, Page

HOUR, DAY = 3600, 86400
WRONG = "Wrong-password-1"
NO_MATCH = "That email and password don’t match."


def tries(browser: Browser, email: str, password: str) -> Page:
    page = shown(browser.open("/signin"))
    return shown(browser.submit(page, form=page.form("password"), email=email, password=password))


def over_whatever_session(browser: Browser, person: Person) -> Page:
    """Sign in although somebody is signed in: the form is sent from a page that was opened before."""
    session = browser.client.get_cookie("portico_session", "127.0.0.1")
    assert session is not None
    browser.client.delete_cookie("portico_session", domain="127.0.0.1")
    page = shown(browser.open("/signin"))
    browser.client.set_cookie("portico_session", session.value, domain="127.0.0.1")
    return shown(browser.submit(page, form=page.form("password"), email=person.email, password=person.password))


@pytest.mark.parametrize(
    "typed", [" alice@example.org ", "ALICE@Example.ORG", "\u200balice@example.org", "ａlice@example.org"]
)
def test_spaces_around_the_address_and_its_capitals_do_not_matter(alice: Person, typed: str) -> None:
    assert tries(alice.browser, typed, alice.password).heading == "Hello, Alice Example"


@pytest.mark.parametrize("change", [str.lower, str.upper, lambda p: f" {p}", lambda p: f"{p} ", lambda p: p[:-1]])
def test_every_character_of_the_password_matters(alice: Person, change: type[str]) -> None:
    page = tries(alice.browser, alice.email, change(alice.password))
    assert page.status == 422
    assert NO_MATCH in page.text


def test_a_password_is_the_same_in_both_unicode_spellings(app: Flask, alice: Person) -> None:
    page = signs_in(alice)
    page = shown(alice.browser.open("/account/password"))
    typed = {"new_password": "Pâté-für-2é!", "confirm_password": "Pâté-für-2é!"}
    alice.browser.submit(page, form=page.form("new_password"), password=alice.password, **typed)
    decomposed = "Pa\u0302te\u0301-fu\u0308r-2e\u0301!"
    assert tries(Browser(app), alice.email, decomposed).heading == "Hello, Alice Example"


@pytest.mark.parametrize(
    ("email", "password", "said"),
    [
        ("", "x", "Enter your email address."),
        ("alice@example.org", "", "Enter your password."),
        ("alice", "x", "Enter an email address like name@example.com."),
        ("alice @example.org", "x", "Take out the space in your email address."),
        ("alice\u202e@example.org", "x", "Take out the characters that can’t be seen."),
        ("alice@example.org", "x" * 257, "Use no more than 256 characters."),
    ],
)
def test_a_slip_is_named_at_its_field(alice: Person, email: str, password: str, said: str) -> None:
    page = tries(alice.browser, email, password)
    assert page.status == 422
    assert said in page.text
    assert page.form("password").fields["password"] == ""


@pytest.mark.incident("CVE-2026-23511")
@pytest.mark.incident("CVE-2024-41952")
def test_nothing_on_the_page_tells_an_unknown_address_from_a_wrong_password(app: Flask, alice: Person) -> None:
    pages = [tries(Browser(app), email, WRONG) for email in (alice.email, "nobody@example.org")]
    assert pages[0].status == pages[1].status == 422
    assert pages[0].text == pages[1].text
    headers = [set(page.response.headers.keys()) for page in pages]
    assert headers[0] == headers[1]


def test_a_sign_in_that_was_not_remembered_ends_with_the_browser(alice: Person) -> None:
    signs_in(alice)
    alice.browser.closes()
    assert shown(alice.browser.open("/account")).heading == "Sign in"


def test_a_sign_in_that_was_not_remembered_ends_after_twelve_idle_hours(alice: Person, clock: Clock) -> None:
    signs_in(alice)
    for _ in range(3):
        clock.moves(12 * HOUR - 1)
        assert shown(alice.browser.open("/account")).heading == "Hello, Alice Example"
    clock.moves(12 * HOUR)
    assert shown(alice.browser.open("/account")).heading == "Sign in"


def test_a_remembered_sign_in_survives_the_browser_for_thirty_days(alice: Person, clock: Clock) -> None:
    signs_in(alice, remember="1")
    alice.browser.closes()
    clock.moves(30 * DAY - 1)
    assert shown(alice.browser.open("/account")).heading == "Hello, Alice Example"
    clock.moves(1)
    assert shown(alice.browser.open("/account")).heading == "Sign in"


def test_remember_starts_unticked(alice: Person) -> None:
    assert "remember" not in shown(alice.browser.open("/signin")).form("password").fields


@pytest.mark.incident("CVE-2024-28197")
@pytest.mark.incident("CVE-2026-7507")
def test_a_session_that_somebody_planted_is_not_taken_over(app: Flask, alice: Person, bob: Person) -> None:
    """Whatever session cookie was there before signing in, the one after it is new, and the planter's is over."""
    for planted in (signs_in(bob) and str(bob.browser.cookie("portico_session")), "x" * 43):
        browser = Browser(app)
        browser.client.set_cookie("portico_session", planted, domain="127.0.0.1")
        page = over_whatever_session(browser, alice)
        assert page.heading == "Hello, Alice Example"
        assert browser.cookie("portico_session") not in (None, planted)
    assert shown(bob.browser.open("/account")).heading == "Sign in"


def test_signing_in_again_changes_the_cookie_and_the_old_one_is_worthless(app: Flask, alice: Person) -> None:
    signs_in(alice)
    before = str(alice.browser.cookie("portico_session"))
    page = shown(alice.browser.open("/signin/again"))
    alice.browser.submit(page, form=page.form("password"), password=alice.password)
    assert alice.browser.cookie("portico_session") != before
    thief = Browser(app)
    thief.client.set_cookie("portico_session", before, domain="127.0.0.1")
    assert shown(thief.open("/account")).heading == "Sign in"


def test_another_person_signing_in_ends_the_session_of_the_first(
    app: Flask, shop: RelyingApp, alice: Person, bob: Person
) -> None:
    tokens = shop.asks("openid").seen_by(alice).signs_in().allows().redeems()
    cookie = str(alice.browser.cookie("portico_session"))
    bob.browser = alice.browser
    visit = shop.asks("openid", prompt="login").seen_by(bob)
    visit.uses_another_account()
    assert visit.signs_in().allows().redeems().claims["sub"] == bob.user_id
    thief = Browser(app)
    thief.client.set_cookie("portico_session", cookie, domain="127.0.0.1")
    assert shown(thief.open("/account")).heading == "Sign in"
    assert tokens.asks_userinfo().status_code == 401


def test_an_account_on_hold_is_told_so_after_the_right_password_only(app: Flask, alice: Person) -> None:
    alice.suspended()
    wrong = tries(Browser(app), alice.email, WRONG)
    assert (wrong.status, NO_MATCH in wrong.text) == (422, True)
    right = tries(alice.browser, alice.email, alice.password)
    assert right.status == 403
    assert right.heading == "This account is on hold"
    assert shown(alice.browser.open("/account")).heading == "Sign in"


@pytest.mark.incident("CVE-2025-53942")
@pytest.mark.incident("CVE-2025-65430")
def test_a_suspension_ends_what_is_going_on(shop: RelyingApp, alice: Person) -> None:
    tokens = shop.asks("openid offline_access").seen_by(alice).signs_in().allows().redeems()
    alice.suspended()
    assert shown(alice.browser.open("/account")).heading == "Sign in"
    assert tokens.asks_userinfo().status_code == 401


def test_whoever_is_signed_in_already_has_nothing_to_do_at_sign_in(alice: Person) -> None:
    signs_in(alice)
    assert shown(alice.browser.open("/signin")).heading == "Hello, Alice Example"


def test_a_remembered_device_signs_nobody_in(app: Flask, alice: Person) -> None:
    signs_in(alice, remember="1")
    thief = Browser(app)
    thief.client.set_cookie("portico_accounts", str(alice.browser.cookie("portico_accounts")), domain="127.0.0.1")
    assert shown(thief.open("/account")).heading == "Sign in"


def test_passwords_hashed_long_ago_are_hashed_anew_at_sign_in(app: Flask, alice: Person) -> None:
    old = "$argon2id$v=19$m=16,t=1,p=1$"
    with app.app_context(), base.unit_of_work():
        stored = base.db.session.execute(text("SELECT value FROM credentials")).scalar_one()
    assert stored.startswith("$argon2id$v=19$m=8,t=1,p=1$")
    house = app.extensions["portico"]
    stronger = house.settings.password.model_copy(update={"argon2_memory_kib": 16})
    app.extensions["portico"] = type(house)(**{**vars(house), "hasher": type(house.hasher)(stronger)})
    signs_in(alice)
    with app.app_context():
        assert base.db.session.execute(text("SELECT value FROM credentials")).scalar_one().startswith(old)
    assert signs_in(alice, Browser(app)).heading == "Hello, Alice Example"
