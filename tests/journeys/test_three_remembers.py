"""A session of thirty days, an address that is remembered, a device that is trusted: none does another's work, and each
ends without the others.
"""

import pytest
from flask import Flask

from idp.store import base, trusted_devices
from tests.clocks import Clock
from tests.mailbox import Mailbox
from tests.people import Person
from tests.phones import Phone, types
from tests.relying_app import RelyingApp
from tests.signing_up import shown, signs_in
from tests.web_browser import Browser

HELLO = "Hello, Alice Example"
SESSION, ADDRESS, TRUST = "portico_session", "portico_accounts", "portico_trusted"
DAY = 86400


@pytest.fixture
def phone(alice: Person, clock: Clock) -> Phone:
    """She ticked both boxes."""
    phone = Phone.of(alice)
    types(alice.browser, signs_in(alice, remember="1"), phone.shows(), trust=True)
    clock.moves(30)
    return phone


def loses(browser: Browser, *names: str) -> None:
    for name in names:
        browser.client.delete_cookie(name, domain="127.0.0.1")


def with_only(app: Flask, browser: Browser, *names: str) -> Browser:
    """Another browser with these cookies of the first."""
    other = Browser(app)
    for name in names:
        value = browser.cookie(name)
        assert value
        other.client.set_cookie(name, value, domain="127.0.0.1")
    return other


def test_a_trusted_device_signs_nobody_in(app: Flask, shop: RelyingApp, alice: Person, phone: Phone) -> None:
    other = with_only(app, alice.browser, TRUST)
    assert shown(other.open("/account")).heading == "Sign in"
    assert shown(other.open(shop.asks().url)).heading == "Sign in"


def test_it_leaves_out_the_code_and_not_the_password(app: Flask, alice: Person, phone: Phone) -> None:
    other = with_only(app, alice.browser, TRUST)
    assert signs_in(alice, other).heading == HELLO
    assert signs_in(alice, with_only(app, alice.browser, TRUST), password="Wrong-password-1").status == 422


def test_what_was_left_out_is_not_claimed(app: Flask, shop: RelyingApp, alice: Person, phone: Phone) -> None:
    """A trusted device is one factor."""
    alice.signs_out()
    claims = shop.asks().seen_by(alice).signs_in().allows().redeems().claims
    assert (claims["amr"], claims["acr"]) == (["pwd"], "urn:portico:acr:1")


def test_remember_does_not_leave_out_the_code(app: Flask, alice: Person, phone: Phone) -> None:
    loses(alice.browser, SESSION, TRUST)
    assert alice.browser.cookie(ADDRESS)
    assert signs_in(alice, remember="1").heading == "Enter your code"


def test_a_session_of_thirty_days_is_no_trust(app: Flask, alice: Person, phone: Phone) -> None:
    other = with_only(app, alice.browser, SESSION)
    assert shown(other.open("/account")).heading == HELLO
    page = shown(other.open("/signin/again"))
    page = shown(other.submit(page, form=page.form("password"), password=alice.password))
    assert page.heading == "Enter your code"


def test_a_remembered_address_does_neither(app: Flask, shop: RelyingApp, alice: Person, phone: Phone) -> None:
    other = with_only(app, alice.browser, ADDRESS)
    assert shown(other.open("/account")).heading == "Sign in"
    page = shown(other.open(shop.asks(prompt="select_account").url))
    assert page.heading == "Sign in"
    assert alice.email in shown(other.open("/signin/choose")).text, "it fills the chooser"
    assert signs_in(alice, other).heading == "Enter your code"


@pytest.mark.parametrize("name", [SESSION, ADDRESS, TRUST])
def test_losing_one_leaves_the_others(app: Flask, alice: Person, phone: Phone, name: str) -> None:
    loses(alice.browser, name)
    browser = alice.browser
    assert (shown(browser.open("/account")).heading == HELLO) is (name != SESSION)
    assert (alice.email in shown(browser.open("/signin/choose")).text) is (name != ADDRESS or name != SESSION)
    loses(browser, SESSION)
    assert (signs_in(alice).heading == HELLO) is (name != TRUST)


def test_forgetting_the_devices_ends_no_session_and_forgets_no_address(alice: Person, phone: Phone) -> None:
    page = shown(alice.browser.open("/account/authenticator"))
    assert "Firefox on Linux" in page.text
    page = shown(alice.browser.submit(page, "Forget all trusted devices"))
    assert "No device is trusted any more." in page.text
    assert shown(alice.browser.open("/account")).heading == HELLO
    alice.signs_out()
    assert alice.email in shown(alice.browser.open("/signin/choose")).text
    assert signs_in(alice).heading == "Enter your code"


def test_signing_out_ends_the_session_alone(alice: Person, phone: Phone) -> None:
    alice.signs_out()
    assert alice.email in shown(alice.browser.open("/signin/choose")).text
    assert signs_in(alice).heading == HELLO


def test_removing_the_address_ends_no_trust(alice: Person, phone: Phone) -> None:
    alice.signs_out()
    page = shown(alice.browser.open("/signin/choose"))
    alice.browser.submit(page, form=page.form("remove"))
    assert alice.email not in shown(alice.browser.open("/signin/choose")).text
    assert signs_in(alice).heading == HELLO


def test_trust_ends_after_thirty_days(alice: Person, phone: Phone, clock: Clock) -> None:
    alice.signs_out()
    clock.moves(30 * DAY - 31)
    assert signs_in(alice).heading == HELLO
    alice.signs_out()
    clock.moves(1)
    assert signs_in(alice).heading == "Enter your code"
    with alice.server.app_context(), base.unit_of_work():
        assert trusted_devices.delete_expired(clock.now(), 10) == 1


def test_the_box_is_there_for_whoever_ticked_remember_and_starts_unticked(alice: Person, clock: Clock) -> None:
    phone = Phone.of(alice)
    page = signs_in(alice)
    assert "trust" not in page.form("code").names
    fields = {**page.form("code").fields, "code": phone.shows(), "trust": "1"}
    assert shown(alice.browser.post("/signin/code", fields)).heading == HELLO
    assert alice.browser.cookie(TRUST) is None, "whatever is sent"
    alice.signs_out()
    page = signs_in(alice, remember="1")
    assert "Don’t ask again on this device for 30 days" in page.text
    assert "trust" not in page.form("code").fields
    clock.moves(30)
    types(alice.browser, page, phone.shows())
    assert alice.browser.cookie(TRUST) is None


def test_two_people_of_one_browser_do_not_share_their_trust(alice: Person, bob: Person, phone: Phone) -> None:
    bobs, bob.browser = Phone.of(bob), alice.browser
    alice.signs_out()
    page = signs_in(bob, remember="1")
    assert page.heading == "Enter your code"
    types(bob.browser, page, bobs.shows(), trust=True)
    bob.signs_out()
    assert signs_in(bob).heading == "Hello, Bob Example"
    bob.signs_out()
    assert signs_in(alice).heading == "Enter your code", "the browser is trusted by whoever said so last"


@pytest.mark.parametrize("by", ["reset", "change"])
def test_a_new_password_ends_all_trust(alice: Person, phone: Phone, mailbox: Mailbox, by: str) -> None:
    new = "Violet-kettle-42"
    typed = {"new_password": new, "confirm_password": new}
    if by == "change":
        page = shown(alice.browser.open("/account/password"))
        alice.browser.submit(page, form=page.form("new_password"), password=alice.password, **typed)
    else:
        page = shown(alice.browser.open("/forgot"))
        alice.browser.submit(page, form=page.form("email"), email=alice.email)
        link = mailbox.newest(kind="choose_password").link
        page = shown(alice.browser.submit(shown(alice.browser.open(link)), **typed))
        assert page.heading == "Enter your code", "the mailbox alone is one proof, too"
    loses(alice.browser, SESSION)
    assert signs_in(alice, password=new).heading == "Enter your code"
