"""Strangers guess at a password: they are slowed on every page alike, and the owner is not."""

import pytest
from flask import Flask
from sqlalchemy import text

from idp.accounts.hashing import PasswordHasher, Verdict
from idp.store import base
from tests.conftest import Clock
from tests.journeys.test_sign_in import WRONG, tries
from tests.mailbox import Mailbox
from tests.people import Person
from tests.signing_up import fill_in_sign_up, shown, signs_in
from tests.web_browser import Browser, Page


class CrowdedHasher(PasswordHasher):
    """Others take every seat as soon as one password was looked at."""

    def verify(self, stored: str | None, password: str) -> Verdict:
        verdict = super().verify(stored, password)
        while self._seats.acquire(blocking=False):
            pass
        return verdict


class TestGuessing:
    def guesses(self, browser: Browser, email: str, times: int) -> Page:
        page = None
        for _ in range(times):
            page = tries(browser, email, WRONG)
        assert page is not None
        return page

    def test_after_ten_tries_an_account_waits_and_an_unknown_address_does_too(self, app: Flask, alice: Person) -> None:
        pages = []
        for email in (alice.email, "nobody@example.org"):
            browser = Browser(app, address=f"203.0.113.{len(pages)}")
            assert self.guesses(browser, email, 10).status == 422
            pages.append(tries(browser, email, alice.password))
        assert [page.status for page in pages] == [429, 429]
        assert pages[0].text == pages[1].text
        assert "Too many tries." in pages[0].text
        assert "reset your password" in pages[0].read.links
        assert int(pages[0].response.headers["Retry-After"]) > 0

    def test_the_right_password_waits_too_and_works_after_a_quarter_of_an_hour(
        self, alice: Person, clock: Clock
    ) -> None:
        self.guesses(alice.browser, alice.email, 10)
        assert tries(alice.browser, alice.email, alice.password).status == 429
        clock.moves(15 * 60)
        assert tries(alice.browser, alice.email, alice.password).heading == "Hello, Alice Example"

    def test_the_owner_gets_in_on_a_device_that_remembers_them(self, app: Flask, alice: Person) -> None:
        signs_in(alice, remember="1")
        alice.signs_out()
        for host in range(3):
            self.guesses(Browser(app, address=f"203.0.113.{host}"), alice.email, 6)
        assert tries(Browser(app), alice.email, alice.password).status == 429
        assert tries(alice.browser, alice.email, alice.password).heading == "Hello, Alice Example"

    def test_the_owner_gets_in_by_the_reset_link(self, app: Flask, alice: Person, mailbox: Mailbox) -> None:
        self.guesses(Browser(app, address="203.0.113.1"), alice.email, 11)
        page = shown(alice.browser.open("/forgot"))
        alice.browser.submit(page, email=alice.email)
        page = shown(alice.browser.open(mailbox.newest().link))
        typed = {"new_password": "Violet-kettle-42", "confirm_password": "Violet-kettle-42"}
        assert "Your password is changed." in shown(alice.browser.submit(page, **typed)).text
        assert tries(Browser(app), alice.email, "Violet-kettle-42").heading == "Hello, Alice Example"

    @pytest.mark.incident("CVE-2026-9798")
    @pytest.mark.incident("CVE-2024-32868")
    def test_no_other_page_that_asks_for_the_password_gives_more_tries(self, app: Flask, alice: Person) -> None:
        signs_in(alice)
        for path in ("/signin/again", "/account/password"):
            page = shown(alice.browser.open(path))
            more = {"new_password": "Violet-kettle-42", "confirm_password": "Violet-kettle-42"}
            for _ in range(5):
                form = page.form("password")
                typed = {name: value for name, value in more.items() if name in form.names}
                page = shown(alice.browser.submit(page, form=form, password=WRONG, **typed))
                assert page.status == 422
        page = shown(alice.browser.open("/signin/again"))
        assert shown(alice.browser.submit(page, form=page.form("password"), password=alice.password)).status == 429
        assert tries(Browser(app), alice.email, alice.password).status == 429

    def test_a_network_that_tries_many_accounts_waits(self, app: Flask) -> None:
        settings = app.extensions["portico"].settings
        limits = settings.throttle.model_copy(update={"network_tries": 6})
        house = app.extensions["portico"]
        narrow = settings.model_copy(update={"throttle": limits})
        app.extensions["portico"] = type(house)(**{**vars(house), "settings": narrow})
        sprayer = Browser(app, address="2001:db8:1:2::1")
        for number in range(6):
            assert tries(sprayer, f"person{number}@example.org", WRONG).status == 422
        neighbour = Browser(app, address="2001:db8:1:2:ffff::9")
        assert tries(neighbour, "person7@example.org", WRONG).status == 429
        assert tries(Browser(app, address="2001:db8:1:3::1"), "person7@example.org", WRONG).status == 422

    def test_when_too_many_sign_in_at_once_people_are_told_when_to_come_back(self, app: Flask, alice: Person) -> None:
        hasher = app.extensions["portico"].hasher
        seats = 0
        while hasher._seats.acquire(blocking=False):
            seats += 1
        for _ in range(12):
            page = tries(alice.browser, alice.email, alice.password)
            assert (page.status, page.heading) == (503, "Sign in")
            assert "Very many people are here right now. Nothing was lost." in page.text
            assert page.form("password").fields["email"] == alice.email
            assert page.response.headers["Retry-After"] == "3"
        for _ in range(seats):
            hasher._seats.release()
        assert tries(alice.browser, alice.email, alice.password).status == 200, "nothing was counted"

    @pytest.mark.incident("CVE-2026-9798")
    def test_a_sign_up_with_somebodys_address_brings_no_more_tries_at_their_password(
        self, app: Flask, alice: Person
    ) -> None:
        """Its own password is right, whatever the account's is; that must not start the account's count again."""
        mallory = Browser(app, address="203.0.113.66")
        fill_in_sign_up(mallory, shown(mallory.open("/signup")), alice.email, "Mallorys-trap-99")
        for number in range(10):
            typed = "Mallorys-trap-99" if number % 5 == 4 else WRONG
            assert tries(Browser(app, address=f"203.0.113.{number}"), alice.email, typed).status != 429
        assert tries(Browser(app, address="203.0.113.99"), alice.email, alice.password).status == 429

    def test_a_password_that_was_looked_at_counts_though_the_next_hash_has_to_wait(
        self, app: Flask, alice: Person
    ) -> None:
        """Who fills the queue by force meets a 503, and learns no more passwords by it than others."""
        mallory = Browser(app, address="203.0.113.66")
        fill_in_sign_up(mallory, shown(mallory.open("/signup")), alice.email, "Mallorys-trap-99")
        house = app.extensions["portico"]
        for number in range(10):
            crowded = CrowdedHasher(house.settings.password)
            app.extensions["portico"] = type(house)(**{**vars(house), "hasher": crowded})
            assert tries(Browser(app, address=f"203.0.113.{number}"), alice.email, WRONG).status == 503
        app.extensions["portico"] = house
        assert tries(Browser(app, address="203.0.113.99"), alice.email, alice.password).status == 429

    @pytest.mark.incident("CVE-2024-47070")
    def test_a_forwarding_header_of_ones_own_making_is_another_network_for_nobody(
        self, app: Flask, alice: Person
    ) -> None:
        browser = Browser(app, address="203.0.113.5")
        page = shown(browser.open("/signin"))
        fields = {**page.form("password").fields, "email": alice.email, "password": WRONG}
        for number in range(11):
            forged = {"X_Forwarded_For": f"198.51.100.{number}", "X_Real_IP": f"198.51.100.{number}"}
            last = shown(browser.post("/signin", fields, **forged))
        assert last.status == 429
        with app.app_context():
            counted = base.db.session.execute(text("SELECT count(*) FROM throttles")).scalar_one()
        assert counted == 3, "one network, one account, and that its owner was told today"
