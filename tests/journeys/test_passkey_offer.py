"""A passkey is offered once, when people take one: after the proof of their address, and after a new password."""

import json

import pytest
from flask import Flask

from idp.settings.load import Settings
from tests.mailbox import Mailbox
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.signing_up import shown, signs_up
from tests.soft_authenticator import PRESENT, Lies
from tests.web_browser import Page
from tests.with_passkeys import ISSUER, at_a_domain, authenticator, creates, has_passkey, path_of

OFFER = "Sign in faster next time"
ANOTHER = "Orange-teapot-43"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return at_a_domain(settings)


def confirms(person: Person, mailbox: Mailbox, able: str = "1") -> Page:
    """By the button of the mailed link; `able`: what the script said of this device."""
    page = shown(person.browser.open(mailbox.newest(person.email).link))
    return shown(person.browser.submit(page, form=page.form("token"), passkeys=able))


def resets(person: Person, mailbox: Mailbox, able: str = "1") -> Page:
    page = shown(person.browser.open("/forgot"))
    person.browser.submit(page, form=page.form("email"), email=person.email)
    page = shown(person.browser.open(mailbox.newest(person.email).link))
    typed = {"new_password": ANOTHER, "confirm_password": ANOTHER, "passkeys": able}
    return shown(person.browser.submit(page, form=page.form("token"), **typed))


def says_not_now(person: Person, page: Page) -> Page:
    return shown(person.browser.open(page.read.links["Not now"]))


def test_after_the_address_is_confirmed(jane: Person, mailbox: Mailbox) -> None:
    signs_up(jane)
    page = confirms(jane, mailbox)
    assert page.heading == OFFER
    assert path_of(says_not_now(jane, page)) == "/account"


def test_a_browser_that_did_not_say_that_it_could_is_not_asked(jane: Person, mailbox: Mailbox) -> None:
    """Without scripts nobody says so: nobody is held up by a page they can do nothing with."""
    signs_up(jane)
    assert path_of(confirms(jane, mailbox, able="")) == "/account"


def test_the_apps_request_goes_on_from_there(shop: RelyingApp, jane: Person, mailbox: Mailbox) -> None:
    visit = shop.asks(prompt="create").seen_by(jane)
    signs_up(jane, visit.at)
    page = confirms(jane, mailbox)
    assert page.heading == OFFER
    visit.at = says_not_now(jane, page)
    assert visit.allows().redeems().claims["acr"] == "urn:portico:acr:1"


def test_a_passkey_made_there_is_kept_and_the_apps_request_goes_on(
    shop: RelyingApp, jane: Person, mailbox: Mailbox
) -> None:
    visit = shop.asks(prompt="create").seen_by(jane)
    signs_up(jane, visit.at)
    visit.at = creates(jane.browser, authenticator(), at=confirms(jane, mailbox))
    assert visit.allows().redeems().claims["sub"]
    assert "passkey_added" in mailbox.kinds(jane.email)


def test_what_went_wrong_is_told_there(jane: Person, mailbox: Mailbox) -> None:
    signs_up(jane)
    page = shown(creates(jane.browser, authenticator(), Lies(flags=PRESENT), at=confirms(jane, mailbox)))
    assert (page.status, page.heading) == (422, OFFER)
    assert "Nothing was saved." in page.text
    assert path_of(says_not_now(jane, page)) == "/account"


def test_by_the_code_and_in_the_page_that_waits(app: Flask, jane: Person, mailbox: Mailbox) -> None:
    page = signs_up(jane)
    code = mailbox.newest(jane.email).code.replace(" ", "")
    assert shown(jane.browser.submit(page, form=page.form("code"), code=code, passkeys="1")).heading == OFFER


def test_in_the_page_that_waits_for_the_link(app: Flask, jane: Person, mailbox: Mailbox) -> None:
    """Confirmed on the telephone: the page that waited goes on by itself, and its script had said what it can."""
    signs_up(jane)
    there = jane.elsewhere()
    page = shown(there.browser.open(mailbox.newest(jane.email).link))
    there.browser.submit(page, form=page.form("token"), passkeys="1")
    status = jane.browser.client.get(f"{ISSUER}/verify/status?passkeys=1")
    onward = json.loads(status.data)["next"]
    assert shown(jane.browser.open(onward)).heading == OFFER


def test_after_a_new_password(alice: Person, mailbox: Mailbox) -> None:
    page = resets(alice, mailbox)
    assert page.heading == OFFER
    assert "Your password is changed." in page.text
    assert path_of(says_not_now(alice, page)) == "/account"


def test_whoever_has_one_is_not_asked(alice: Person, mailbox: Mailbox) -> None:
    has_passkey(alice, authenticator())
    assert path_of(resets(alice, mailbox)) == "/account"
    assert path_of(shown(alice.browser.open("/signin/passkey/offer"))) == "/account"


def test_the_page_is_for_whoever_is_signed_in(alice: Person) -> None:
    assert shown(alice.browser.open("/signin/passkey/offer")).heading == "Sign in"
