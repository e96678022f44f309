"""An app asks somebody who is not in front of it: they confirm in a browser of their own (OpenID CIBA Core 1.0)."""

import pytest
from flask import Flask

from tests import backchannels
from tests.backchannels import Asked
from tests.clocks import Clock
from tests.mailbox import Mailbox
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.web_browser import Page

pytestmark = pytest.mark.section("OpenID CIBA Core 1.0 §8")


@pytest.fixture
def bank(app: Flask, alice: Person) -> RelyingApp:
    """Alice uses it already."""
    found = backchannels.registered(app)
    found.asks("openid email").seen_by(alice).signs_in().allows().redeems()
    return found


@pytest.fixture
def asked(bank: RelyingApp, alice: Person) -> Asked:
    return backchannels.asks(bank, alice, "openid email", binding_message="Transfer 12.50 EUR (W4SCT)")


def test_what_is_asked_is_told_by_mail_and_confirmed_on_a_page(asked: Asked, alice: Person, mailbox: Mailbox) -> None:
    mail = mailbox.newest(alice.email, "asked_to_confirm")
    assert mail.letter.subject == "Example Bank asks you to confirm with Portico"
    assert mail.link.endswith("/confirm")
    assert "W4SCT" not in repr(mail.letter.paragraphs)
    assert asked.hears() == "authorization_pending"
    asked.seen_by(alice)
    assert "Transfer 12.50 EUR (W4SCT)" in asked.page.text
    asked.reviews()
    assert asked.page.heading.endswith("would like to use your account")
    assert "Transfer 12.50 EUR (W4SCT)" in asked.page.text
    assert "for this just now" in asked.page.text
    asked.allows()
    assert asked.page.heading == "Confirmed"
    tokens = asked.fetches()
    assert tokens.claims["sub"] == alice.user_id
    assert "urn:openid:params:jwt:claim:auth_req_id" not in tokens.claims
    assert tokens.userinfo()["email"] == alice.email


def test_who_says_no_is_believed(asked: Asked, alice: Person) -> None:
    asked.seen_by(alice).reviews().declines()
    assert asked.page.heading == "Not allowed"
    assert asked.hears() == "access_denied"
    assert "Nothing waits for you here" in asked.seen_by(alice).page.text


def test_nobody_else_sees_what_is_asked_of_one_person(asked: Asked, alice: Person, bob: Person) -> None:
    asked.seen_by(bob).signs_in()
    assert "Nothing waits for you here" in asked.page.text
    assert "W4SCT" not in asked.page.text
    theirs = asked.seen_by(alice).page.form("request").fields["request"]
    asked.seen_by(bob)
    posted = bob.browser.post("/confirm", {"request": theirs})
    assert isinstance(posted, Page)
    assert "W4SCT" not in posted.text
    assert asked.hears() == "authorization_pending"


def test_whoever_is_signed_out_signs_in_and_comes_back(asked: Asked, alice: Person) -> None:
    alice.signs_out()
    asked.seen_by(alice)
    assert asked.page.heading == "Sign in"
    asked.signs_in()
    assert "W4SCT" in asked.page.text


def test_a_sign_in_of_long_ago_does_not_confirm(bank: RelyingApp, alice: Person, clock: Clock) -> None:
    """Whoever finds an open browser is not its owner."""
    clock.moves(3600)
    asked = backchannels.asks(bank, alice).seen_by(alice).reviews()
    assert asked.page.heading == "Confirm it’s you"
    tokens = asked.signs_in().allows().fetches()
    assert tokens.claims["auth_time"] == clock.now()


def test_another_account_cannot_answer_and_spoils_nothing(asked: Asked, alice: Person, bob: Person) -> None:
    asked.seen_by(alice).reviews()
    bob.browser = alice.browser
    other = alice.browser.open(asked.page.read.links["Use another account"])
    assert isinstance(other, Page)
    at = alice.browser.submit(other, "Use another account") if "Use another account" not in other.read.links else None
    at = at or alice.browser.open(other.read.links["Use another account"])
    assert isinstance(at, Page)
    answered = alice.browser.submit(at, None, form=None, email=bob.email, password=bob.password)
    assert isinstance(answered, Page)
    assert answered.heading == "This is for another account"
    assert asked.hears() == "authorization_pending"


def test_what_ran_out_cannot_be_confirmed(asked: Asked, alice: Person, clock: Clock) -> None:
    asked.seen_by(alice).reviews()
    clock.moves(600)
    asked.allows()
    assert asked.page.heading == "That request is over"
    assert asked.hears() == "expired_token"


def test_the_account_says_that_something_waits(asked: Asked, alice: Person) -> None:
    page = alice.browser.open("/account")
    assert isinstance(page, Page)
    assert page.read.links["See what waits for you"] == "/confirm"
    asked.seen_by(alice).reviews().allows()
    after = alice.browser.open("/account")
    assert isinstance(after, Page)
    assert "See what waits for you" not in after.read.links


def test_a_stopped_app_asks_nothing_any_more(asked: Asked, alice: Person, clock: Clock) -> None:
    asked.app.suspended()
    clock.moves(6)
    assert "Nothing waits for you here" in asked.seen_by(alice).page.text


def test_who_confirmed_and_signs_out_before_the_app_comes_gave_nothing(asked: Asked, alice: Person) -> None:
    asked.seen_by(alice).reviews().allows()
    alice.signs_out()
    assert asked.hears() == "invalid_grant"


@pytest.mark.section("OpenID Connect Core §5.5.1.1")
def test_an_app_that_asks_for_two_proofs_gets_no_less(app: Flask, alice: Person) -> None:
    bank = backchannels.registered(app, "vault", require_second_factor=True, first_party=True)
    asked = backchannels.asks(bank, alice).seen_by(alice).signs_in().reviews()
    assert "second" in asked.page.text
    assert asked.hears() == "authorization_pending"
