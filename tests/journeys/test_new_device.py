"""What the mailbox hears unasked: a sign-in somewhere new, and guesses at the password."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from idp.outside.geoip import Atlas
from tests.clocks import Clock
from tests.emulators import mmdb
from tests.journeys.test_sign_in import WRONG, tries
from tests.mailbox import Mailbox
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.signing_up import shown, signs_in, signs_up
from tests.web_browser import Browser

DAY = 86400


@pytest.fixture
def settled(alice: Person, clock: Clock) -> Person:
    """Her account is older than a day, and her browser is known."""
    signs_in(alice)
    alice.signs_out()
    clock.moves(2 * DAY)
    return alice


class TestANewDevice:
    def test_a_browser_that_was_never_used_is_told_of_with_its_place_and_the_app(
        self, app: Flask, shop: RelyingApp, settled: Person, mailbox: Mailbox, tmp_path: Path
    ) -> None:
        house = app.extensions["portico"]
        atlas = Atlas.opened(str(mmdb.write(tmp_path / "city.mmdb")))
        app.extensions["portico"] = replace(house, atlas=atlas)
        shop.asks().seen_by(settled.elsewhere()).signs_in()
        mail = mailbox.newest(settled.email)
        assert mail.kind == "new_device"
        assert mail.letter.subject == "New sign-in to Portico: Firefox on Linux"
        first = mail.letter.paragraphs[0][0]
        words = first.text % {name: part.text for name, part in first.parts.items()}
        assert words.startswith("Firefox on Linux, near Berlin, Germany, on ")
        assert words.endswith(", for Photo Box.")
        assert mail.link.endswith("/account/secure")

    def test_a_browser_they_used_before_is_not(self, settled: Person, mailbox: Mailbox, clock: Clock) -> None:
        """Whether or not they ticked "Remember", and though the browser was closed."""
        settled.browser.closes()
        signs_in(settled)
        clock.moves(100 * DAY)
        signs_in(settled)
        clock.moves(100 * DAY)
        signs_in(settled)
        assert mailbox.kinds() == []

    def test_once_for_one_browser(self, app: Flask, settled: Person, mailbox: Mailbox) -> None:
        new = Browser(app)
        for _ in range(3):
            new.closes()
            signs_in(settled, new)
        assert mailbox.kinds() == ["new_device"]

    def test_the_browser_of_somebody_else_is_new_to_me(self, settled: Person, bob: Person, mailbox: Mailbox) -> None:
        signs_in(bob)
        bob.signs_out()
        signs_in(settled, bob.browser)
        assert [mail.letter.to for mail in mailbox.all()] == [settled.email]

    def test_signing_up_is_no_news(self, app: Flask, jane: Person, mailbox: Mailbox, clock: Clock) -> None:
        signs_up(jane)
        jane.browser.submit(shown(jane.browser.open(mailbox.newest().link)), "Confirm email")
        assert shown(jane.browser.open("/account")).heading.startswith(("Hello", "Your account"))
        assert "new_device" not in mailbox.kinds()
        signs_in(jane, Browser(app))
        assert mailbox.newest().kind == "new_device", "the next browser is"

    def test_an_account_that_slept_for_long_hears_of_it(
        self, app: Flask, alice: Person, mailbox: Mailbox, clock: Clock
    ) -> None:
        """What we remember of it is gone by then; that must not keep us quiet."""
        clock.moves(400 * DAY)
        signs_in(alice, Browser(app))
        assert mailbox.kinds() == ["new_device"]

    def test_a_new_password_by_mail_is_one_mail(self, app: Flask, settled: Person, mailbox: Mailbox) -> None:
        """It names the browser already."""
        new = Browser(app)
        new.submit(shown(new.open("/forgot")), email=settled.email)
        page = shown(new.open(mailbox.newest().link))
        new.submit(page, new_password="Violet-kettle-42", confirm_password="Violet-kettle-42")
        assert Counter(mailbox.kinds()) == {"choose_password": 1, "password_changed": 1}

    def test_the_cookie_tells_nobody_who_was_here(self, settled: Person) -> None:
        cookie = str(settled.browser.cookie("portico_known"))
        assert str(settled.user_id) not in cookie

    def test_a_forged_cookie_keeps_nothing_quiet(self, app: Flask, settled: Person, mailbox: Mailbox) -> None:
        new = Browser(app)
        new.client.set_cookie("portico_known", f'[1, "{settled.user_id}"]', domain="127.0.0.1")
        signs_in(settled, new)
        assert mailbox.kinds() == ["new_device"]


class TestGuesses:
    def guesses(self, app: Flask, email: str, times: int, network: int = 1) -> int:
        browser = Browser(app, address=f"203.0.113.{network}")
        return [tries(browser, email, WRONG).status for _ in range(times)][-1]

    def test_the_owner_hears_of_them_when_we_slow_down_and_once_a_day(
        self, app: Flask, alice: Person, mailbox: Mailbox, clock: Clock
    ) -> None:
        assert self.guesses(app, alice.email, 10) == 422
        assert mailbox.kinds() == []
        assert self.guesses(app, alice.email, 3) == 429
        mail = mailbox.newest(alice.email)
        assert mail.kind == "guessed_at"
        assert mail.letter.subject == "Someone is trying to sign in to Portico"
        for _ in range(4):
            clock.moves(3600)
            self.guesses(app, alice.email, 12, network=2)
        assert mailbox.kinds() == ["guessed_at"]
        clock.moves(DAY)
        self.guesses(app, alice.email, 11, network=3)
        assert mailbox.kinds() == ["guessed_at", "guessed_at"]

    def test_the_page_is_the_same_for_an_address_without_account(
        self, app: Flask, alice: Person, mailbox: Mailbox
    ) -> None:
        pages = []
        for number, email in enumerate((alice.email, "nobody@example.org")):
            self.guesses(app, email, 10, network=number)
            pages.append(tries(Browser(app, address=f"203.0.113.{number}"), email, WRONG))
        assert pages[0].text == pages[1].text
        assert mailbox.kinds() == ["guessed_at"], "and nobody gets a mail there"
        assert mailbox.rows() == 2, "though the same work was done"

    def test_a_network_that_sprays_many_accounts_mails_nobody(
        self, app: Flask, alice: Person, mailbox: Mailbox
    ) -> None:
        house = app.extensions["portico"]
        limits = house.settings.throttle.model_copy(update={"network_tries": 3})
        app.extensions["portico"] = replace(house, settings=house.settings.model_copy(update={"throttle": limits}))
        assert self.guesses(app, alice.email, 5) == 429
        assert mailbox.kinds() == []

    def test_whoever_sits_in_a_session_of_theirs_is_told_of_too(self, alice: Person, mailbox: Mailbox) -> None:
        signs_in(alice)
        page = shown(alice.browser.open("/account/password"))
        new = {"new_password": "Violet-kettle-42", "confirm_password": "Violet-kettle-42"}
        for _ in range(11):
            page = shown(alice.browser.submit(page, form=page.form("new_password"), password=WRONG, **new))
        assert page.status == 429
        assert mailbox.kinds() == ["guessed_at"]
