"""The panic button: an account closes at once, and its mailbox opens it again."""

import pytest
from flask import Flask

from tests.journeys.test_sign_in import WRONG, tries
from tests.mailbox import Mailbox
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.signing_up import shown, signs_in, words_of
from tests.web_browser import Browser, Page

NEW = "Violet-kettle-42"


def locks(person: Person) -> Page:
    return shown(person.browser.submit(shown(person.browser.open("/account/lock")), "Lock my account"))


def unlocks(person: Person, mailbox: Mailbox) -> Page:
    person.browser.submit(shown(person.browser.open("/forgot")), email=person.email)
    page = shown(person.browser.open(mailbox.newest(person.email, "choose_password").link))
    return shown(person.browser.submit(page, new_password=NEW, confirm_password=NEW))


def test_at_once_everybody_is_out_and_every_app(app: Flask, shop: RelyingApp, alice: Person, mailbox: Mailbox) -> None:
    thief = alice.elsewhere()
    tokens = shop.asks("openid offline_access").seen_by(thief).signs_in().allows().redeems()
    signs_in(alice)
    page = locks(alice)
    assert page.heading == "Your account is locked"
    for person in (alice, thief):
        assert shown(person.browser.open("/account")).heading == "Sign in"
    assert tokens.tries_to_refresh().status_code == 400
    assert tokens.asks_userinfo().status_code == 401
    mail = mailbox.newest(alice.email)
    assert mail.kind == "locked"
    assert mail.letter.subject == "We signed you out of Portico"
    assert mail.link.endswith("/forgot")
    assert mailbox.kinds(alice.email).count("locked") == 1


def test_no_password_opens_it_and_nobody_learns_which_is_the_right_one(app: Flask, alice: Person) -> None:
    signs_in(alice)
    locks(alice)
    right, wrong = (tries(Browser(app), alice.email, typed) for typed in (alice.password, WRONG))
    assert (right.status, words_of(right)) == (wrong.status, words_of(wrong))
    assert "That email and password don’t match." in right.text


def test_the_right_password_starts_no_count_again(app: Flask, alice: Person) -> None:
    """Else whoever has it could tell by the eleventh try."""
    signs_in(alice)
    locks(alice)
    for number in range(10):
        typed = alice.password if number % 5 == 4 else WRONG
        assert tries(Browser(app, address=f"203.0.113.{number}"), alice.email, typed).status == 422
    assert tries(Browser(app, address="203.0.113.99"), alice.email, alice.password).status == 429


def test_the_mailbox_opens_it_with_a_new_password(
    app: Flask, shop: RelyingApp, alice: Person, mailbox: Mailbox
) -> None:
    tokens = shop.asks("openid offline_access").seen_by(alice).signs_in().allows().redeems()
    locks(alice)
    page = unlocks(alice, mailbox)
    assert page.heading == "Secure your account"
    assert "Your account is unlocked." in page.text
    for step in ("Change your password", "Passkeys and second step", "Linked accounts", "Connected apps"):
        assert step in page.text
    assert signs_in(alice, Browser(app), password=NEW).heading.startswith("Hello")
    assert "don’t match" in tries(Browser(app), alice.email, alice.password).text
    assert tokens.tries_to_refresh().status_code == 400, "what ended stays ended"


def test_a_link_that_was_mailed_before_opens_nothing(alice: Person, mailbox: Mailbox) -> None:
    """Somebody who reads along may have asked for it."""
    alice.browser.submit(shown(alice.browser.open("/forgot")), email=alice.email)
    link = mailbox.newest(alice.email, "choose_password").link
    signs_in(alice)
    locks(alice)
    assert shown(alice.browser.open(link)).status == 410


def test_asking_by_get_locks_nothing(alice: Person) -> None:
    signs_in(alice)
    assert shown(alice.browser.open("/account/lock")).heading == "Lock your account"
    assert shown(alice.browser.post("/account/lock", {"csrf_token": "x"})).status == 400
    assert shown(alice.browser.open("/account")).heading.startswith("Hello")


def test_nobody_locks_the_account_of_somebody_else(alice: Person, bob: Person) -> None:
    signs_in(bob)
    signs_in(alice)
    locks(alice)
    assert shown(bob.browser.open("/account")).heading.startswith("Hello")


def test_a_suspended_account_is_not_opened_by_a_new_password(alice: Person, mailbox: Mailbox) -> None:
    """The operator's word stands."""
    alice.suspended()
    page = unlocks(alice, mailbox)
    assert (page.status, page.heading) == (403, "This account is on hold")


class TestWasntYou:
    def test_the_mails_lead_to_what_makes_the_account_safe(self, alice: Person, mailbox: Mailbox) -> None:
        signs_in(alice)
        page = shown(alice.browser.open("/account/password"))
        typed = {"password": alice.password, "new_password": NEW, "confirm_password": NEW}
        alice.browser.submit(page, form=page.form("new_password"), **typed)
        link = mailbox.newest(alice.email, "password_changed").link
        page = shown(alice.browser.open(link))
        assert page.heading == "Secure your account"
        assert "Sign out everywhere else" in page.text
        assert "Lock my account" in page.text

    def test_whoever_cannot_sign_in_any_more_gets_in_by_mail(self, app: Flask, alice: Person) -> None:
        page = shown(Browser(app).open("/account/secure"))
        assert page.heading == "Secure your account"
        assert page.read.links["Choose a new password"].endswith("/forgot")

    def test_or_signs_in_and_looks_through_everything(self, alice: Person) -> None:
        page = shown(alice.browser.open("/account/secure"))
        page = shown(alice.browser.open(page.read.links["Or sign in and look through everything"]))
        typed = {"email": alice.email, "password": alice.password}
        page = shown(alice.browser.submit(page, form=page.form("password"), **typed))
        assert page.heading == "Secure your account"

    def test_everything_else_is_signed_out_from_there(self, alice: Person) -> None:
        other = alice.elsewhere()
        signs_in(other)
        signs_in(alice)
        page = shown(alice.browser.open("/account/secure"))
        alice.browser.submit(page, "Sign out everywhere else")
        assert shown(other.browser.open("/account")).heading == "Sign in"


@pytest.mark.incident("CVE-2025-65430")
def test_a_locked_person_has_no_token_that_works(shop: RelyingApp, alice: Person) -> None:
    """A code on its way and a token in hand: nothing."""
    tokens = shop.asks("openid offline_access").seen_by(alice).signs_in().allows().redeems()
    visit = shop.asks("openid").seen_by(alice)
    assert visit.code
    locks(alice)
    assert visit.tries_to_redeem().status_code == 400
    assert tokens.asks_userinfo().status_code == 401
