"""Strangers who know the password guess at the code: they are slowed however they begin, and the owner is not."""

import pytest
from flask import Flask

from tests.clocks import Clock
from tests.journeys.test_second_step import HELLO, WRONG, stranger
from tests.people import Person
from tests.phones import Phone, types, types_recovery
from tests.signing_up import shown, signs_in
from tests.web_browser import Browser, Page

QUARTER = 15 * 60


@pytest.fixture
def phone(alice: Person, clock: Clock) -> Phone:
    return Phone.of(alice)


def guesses(browser: Browser, page: Page, phone: Phone, times: int) -> Page:
    for _ in range(times):
        page = shown(types(browser, page, phone.wrong()))
    return page


class TestGuessing:
    @pytest.mark.incident("CVE-2025-64102")
    def test_five_wrong_codes_end_the_sign_in(self, app: Flask, alice: Person, phone: Phone) -> None:
        thief, page = stranger(app, alice, 66)
        page = guesses(thief, page, phone, 5)
        page = shown(types(thief, page, phone.shows()))
        assert (page.status, "Too many tries." in page.text) == (429, True)
        assert thief.cookie("portico_session") is None
        assert "sign in again" in page.read.links

    @pytest.mark.incident("CVE-2025-64102")
    @pytest.mark.incident("CVE-2024-32868")
    @pytest.mark.incident("CVE-2026-9798")
    @pytest.mark.incident("GHSA-85v8-vx4w-q684")
    def test_beginning_anew_elsewhere_gives_no_more_tries(
        self, app: Flask, alice: Person, phone: Phone, clock: Clock
    ) -> None:
        for number in range(2):
            guesses(*stranger(app, alice, number), phone, 5)
        thief, page = stranger(app, alice, 3)
        page = shown(types(thief, page, phone.shows()))
        assert (page.status, "Too many tries. Try again in 15 minutes." in page.text) == (429, True)
        assert page.response.headers["Retry-After"] == str(QUARTER)
        clock.moves(QUARTER)
        thief, page = stranger(app, alice, 4)
        assert shown(types(thief, page, phone.shows())).heading == HELLO

    @pytest.mark.incident("GHSA-85v8-vx4w-q684")
    def test_the_right_password_starts_no_count_of_codes_again(self, app: Flask, alice: Person, phone: Phone) -> None:
        for number in range(5):
            guesses(*stranger(app, alice, number), phone, 2)
        assert shown(types(*stranger(app, alice, 9), phone.shows())).status == 429

    def test_in_a_day_nobody_tries_more_than_twenty(
        self, app: Flask, alice: Person, phone: Phone, clock: Clock
    ) -> None:
        for number in range(4):
            guesses(*stranger(app, alice, number), phone, 5)
            clock.moves(QUARTER)
        assert shown(types(*stranger(app, alice, 9), phone.shows())).status == 429
        clock.moves(86400 - 4 * QUARTER)
        assert shown(types(*stranger(app, alice, 10), phone.shows())).heading == HELLO

    def test_the_owner_gets_in_where_they_are_remembered(
        self, app: Flask, alice: Person, phone: Phone, clock: Clock
    ) -> None:
        types(alice.browser, signs_in(alice, remember="1"), phone.shows())
        alice.signs_out()
        for number in range(2):
            guesses(*stranger(app, alice, number), phone, 5)
        clock.moves(30)
        assert shown(types(alice.browser, signs_in(alice), phone.shows())).heading == HELLO

    def test_the_owner_gets_in_by_a_recovery_code(self, app: Flask, alice: Person, phone: Phone) -> None:
        for number in range(2):
            guesses(*stranger(app, alice, number), phone, 5)
        page = types_recovery(alice.browser, signs_in(alice), phone.paper[0])
        assert shown(page).heading == "You used a recovery code"

    def test_recovery_codes_are_counted_likewise(self, app: Flask, alice: Person, phone: Phone) -> None:
        for number in range(10):
            thief, page = stranger(app, alice, number)
            assert WRONG in shown(types_recovery(thief, page, "00000-00000")).text
        thief, page = stranger(app, alice, 99)
        assert shown(types_recovery(thief, page, phone.paper[0])).status == 429

    def test_the_right_code_gives_its_try_back(self, alice: Person, phone: Phone, clock: Clock) -> None:
        for _ in range(25):
            alice.browser.client.delete_cookie("portico_session", domain="127.0.0.1")
            assert shown(types(alice.browser, signs_in(alice), phone.shows())).heading == HELLO
            clock.moves(30)
