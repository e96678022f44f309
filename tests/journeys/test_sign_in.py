"""People sign in: how they may type, how long it lasts, and what nobody learns by trying."""

import pytest
from flask import Flask
from sqlalchemy import text

from idp.accounts.hashing import PasswordHasher, Verdict
from idp.store import base
from tests.conftest import Clock
from tests.mailbox import Mailbox
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.signing_up import fill_in_sign_up, shown, signs_in
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
            assert (page.status, page.heading) == (503, "Back shortly")
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
        assert counted == 2, "one network, one account"


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
