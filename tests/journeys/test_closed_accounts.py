"""An account that is locked or about to be deleted, by every other way in than the password alone."""

import pytest
from flask import Flask

from tests.clocks import Clock
from tests.coming import comes, linked, subs_of
from tests.emulators.other_provider import OtherProvider, furnished
from tests.mailbox import Mailbox
from tests.people import Person
from tests.phones import Phone, types
from tests.relying_app import RelyingApp
from tests.signing_up import shown, signs_in
from tests.web_browser import Browser, Page

NEW = "Violet-kettle-42"


@pytest.fixture
def other(app: Flask) -> OtherProvider:
    return furnished(app)


def locks(person: Person) -> None:
    person.browser.submit(shown(person.browser.open("/account/lock")), "Lock my account")


def asks_to_go(person: Person) -> None:
    page = shown(person.browser.open("/account/data/delete"))
    person.browser.submit(page, form=page.form("email"), email=person.email)


@pytest.mark.incident("CVE-2025-53942")
class TestByAnotherProvider:
    def arrives(self, app: Flask, alice: Person, other: OtherProvider) -> tuple[Browser, Page]:
        browser = Browser(app, address="203.0.113.7")
        return browser, shown(comes(browser, other, other.knows("1", alice.email)))

    def test_a_locked_account_stays_closed(self, app: Flask, alice: Person, other: OtherProvider) -> None:
        linked(alice, other, other.knows("1", alice.email))
        signs_in(alice)
        locks(alice)
        browser, page = self.arrives(app, alice, other)
        assert (page.status, page.heading) == (403, "This account is locked")
        assert page.read.links["Unlock my account"].endswith("/forgot")
        assert subs_of(app, browser) == []

    def test_an_account_that_is_leaving_is_asked_for_and_kept(
        self, app: Flask, alice: Person, other: OtherProvider
    ) -> None:
        linked(alice, other, other.knows("1", alice.email))
        signs_in(alice)
        asks_to_go(alice)
        browser, page = self.arrives(app, alice, other)
        assert page.heading == "Keep your account?"
        assert subs_of(app, browser) == []
        browser.submit(page, "Keep my account")
        assert subs_of(app, browser) == [alice.user_id]


class TestWithASecondProof:
    @pytest.fixture
    def phone(self, alice: Person, clock: Clock) -> Phone:
        signs_in(alice)
        return Phone.of(alice)

    def test_the_second_proof_comes_before_the_question(
        self, shop: RelyingApp, alice: Person, phone: Phone, clock: Clock
    ) -> None:
        """Whoever knows the password alone keeps nobody's account, and the tokens tell of both proofs afterwards."""
        asks_to_go(alice)
        visit = shop.asks("openid").seen_by(alice).signs_in()
        assert visit.page.heading == "Enter your code"
        clock.moves(30)
        page = shown(types(alice.browser, visit.page, phone.shows()))
        assert page.heading == "Keep your account?"
        visit.at = alice.browser.submit(page, "Keep my account")
        assert set(visit.allows().redeems().claims["amr"]) >= {"pwd", "otp"}

    def test_who_is_half_in_is_out_by_the_lock(self, app: Flask, alice: Person, phone: Phone, clock: Clock) -> None:
        thief = Browser(app, address="203.0.113.7")
        page = signs_in(alice, thief)
        assert page.heading == "Enter your code"
        locks(alice)
        clock.moves(30)
        shown(types(thief, page, phone.shows()))
        assert subs_of(app, thief) == []

    def test_unlocking_asks_for_the_second_proof_too(
        self, app: Flask, alice: Person, phone: Phone, mailbox: Mailbox, clock: Clock
    ) -> None:
        """Whoever reads the mail is not in by that alone."""
        locks(alice)
        alice.browser.submit(shown(alice.browser.open("/forgot")), email=alice.email)
        page = shown(alice.browser.open(mailbox.newest(alice.email, "choose_password").link))
        page = shown(alice.browser.submit(page, new_password=NEW, confirm_password=NEW))
        assert page.heading == "Enter your code"
        assert subs_of(app, alice.browser) == []
        clock.moves(30)
        page = shown(types(alice.browser, page, phone.shows()))
        assert page.heading == "Secure your account"
