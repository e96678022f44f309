"""People sign in by a mailed code or link, where that is on; nobody else does."""

import pytest
from flask import Flask
from sqlalchemy import text

from idp.settings.load import Settings
from idp.store import base
from tests.clocks import Clock
from tests.journeys.test_enumeration import UNLIMITED, are_alike
from tests.mailbox import Mailbox
from tests.people import Person
from tests.phones import Phone, types
from tests.relying_app import RelyingApp
from tests.signing_up import shown, signs_in, words_of
from tests.web_browser import Browser, Page

HELLO = "Hello, Alice Example"
WRONG = "That code isn’t right."


@pytest.fixture
def settings(settings: Settings) -> Settings:
    on = settings.sign_in.model_copy(update={"mailed_code": True})
    return settings.model_copy(update={"sign_in": on})


def asks_for_code(browser: Browser, email: str, page: Page | None = None) -> Page:
    page = shown(browser.open((page or shown(browser.open("/signin"))).read.links["Email me a code instead"]))
    return shown(browser.submit(page, form=page.form("email"), email=email))


def code_in(mailbox: Mailbox) -> str:
    return mailbox.newest(kind="sign_in_code").code.replace(" ", "")


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


class TestTheCode:
    def test_from_the_app_by_mail_and_back(
        self, shop: RelyingApp, alice: Person, mailbox: Mailbox, clock: Clock
    ) -> None:
        visit = shop.asks().seen_by(alice)
        page = asks_for_code(alice.browser, alice.email, visit.page)
        assert page.heading == "Check your email"
        mail = mailbox.newest(alice.email)
        assert mail.letter.subject == f"{mail.code} is your Portico sign-in code"
        assert "Photo Box" in str(mail.letter.paragraphs)
        assert "Firefox on Linux" in str(mail.letter.paragraphs)
        visit.at = types(alice.browser, page, mail.code)
        claims = visit.allows().redeems().claims
        assert (claims["amr"], claims["acr"]) == (["otp"], "urn:portico:acr:1")

    def test_it_works_once(self, app: Flask, alice: Person, mailbox: Mailbox) -> None:
        page = asks_for_code(alice.browser, alice.email)
        assert shown(types(alice.browser, page, code_in(mailbox))).heading == HELLO
        alice.signs_out()
        assert shown(types(alice.browser, page, code_in(mailbox))).heading == "Sign in by email"

    def test_it_works_in_the_browser_that_asked_alone(self, app: Flask, alice: Person, mailbox: Mailbox) -> None:
        page = asks_for_code(alice.browser, alice.email)
        thief = Browser(app, address="203.0.113.66")
        fields = {**shown(thief.open("/signin/mail")).form("email").fields, "code": code_in(mailbox)}
        proof = page.form("code").fields["proof"]
        assert shown(thief.post("/signin/mail/sent", {**fields, "proof": proof})).heading == "Sign in by email"
        assert thief.cookie("portico_session") is None

    def test_a_stranger_who_asks_ends_nobody_elses(self, app: Flask, alice: Person, mailbox: Mailbox) -> None:
        page, code = asks_for_code(alice.browser, alice.email), code_in(mailbox)
        asks_for_code(Browser(app), alice.email)
        assert shown(types(alice.browser, page, code)).heading == HELLO

    def test_only_the_newest_works(self, alice: Person, mailbox: Mailbox, clock: Clock) -> None:
        page, old = asks_for_code(alice.browser, alice.email), code_in(mailbox)
        clock.moves(60)
        page = shown(alice.browser.submit(page, "Send it again"))
        assert "Sent again at" in page.text
        new = code_in(mailbox)
        assert WRONG in shown(types(alice.browser, page, old if old != new else wrong(new))).text
        assert shown(types(alice.browser, page, new)).heading == HELLO

    def test_it_ends_after_a_quarter_of_an_hour(self, alice: Person, mailbox: Mailbox, clock: Clock) -> None:
        page = asks_for_code(alice.browser, alice.email)
        clock.moves(900)
        assert shown(types(alice.browser, page, code_in(mailbox))).heading == "Sign in by email"

    def test_it_ends_with_a_new_password(self, alice: Person, mailbox: Mailbox) -> None:
        thief = alice.elsewhere()
        page = asks_for_code(thief.browser, alice.email)
        signs_in(alice)
        change = shown(alice.browser.open("/account/password"))
        typed = {"password": alice.password, "new_password": "Violet-kettle-42", "confirm_password": "Violet-kettle-42"}
        alice.browser.submit(change, form=change.form("new_password"), **typed)
        assert shown(types(thief.browser, page, code_in(mailbox))).heading == "Sign in by email"

    def test_an_address_given_up_meanwhile_signs_nobody_in(self, app: Flask, alice: Person, mailbox: Mailbox) -> None:
        page = asks_for_code(alice.browser, alice.email)
        with app.app_context(), base.unit_of_work():
            base.db.session.execute(text("UPDATE emails SET lookup = 'new@example.org', address = 'new@example.org'"))
        assert WRONG in shown(types(alice.browser, page, code_in(mailbox))).text

    def test_an_address_that_is_somebody_elses_by_now_opens_neither_account(
        self, app: Flask, alice: Person, bob: Person, mailbox: Mailbox
    ) -> None:
        page = asks_for_code(alice.browser, alice.email)
        moves = text("UPDATE emails SET lookup = :new, address = :new WHERE lookup = :old")
        with app.app_context(), base.unit_of_work():
            for old, new in ((alice.email, "alice@new.example.org"), (bob.email, alice.email)):
                base.db.session.execute(moves, {"old": old, "new": new})
        assert WRONG in shown(types(alice.browser, page, code_in(mailbox))).text
        assert alice.browser.cookie("portico_session") is None

    def test_five_guesses_end_it(self, alice: Person, mailbox: Mailbox) -> None:
        page = asks_for_code(alice.browser, alice.email)
        for _ in range(5):
            page = shown(types(alice.browser, page, wrong(code_in(mailbox))))
            assert WRONG in page.text
        page = shown(types(alice.browser, page, code_in(mailbox)))
        assert "That code no longer works." in page.text

    @pytest.mark.incident("CVE-2025-64102")
    def test_twenty_guesses_a_day_and_no_more(self, app: Flask, alice: Person, mailbox: Mailbox, clock: Clock) -> None:
        for number in range(4):
            browser = Browser(app, address=f"203.0.113.{number}")
            page = asks_for_code(browser, alice.email)
            for _ in range(5):
                page = shown(types(browser, page, wrong(code_in(mailbox))))
            clock.moves(3600)
        page = asks_for_code(alice.browser, alice.email)
        assert shown(types(alice.browser, page, code_in(mailbox))).status == 429
        page = shown(alice.browser.open(mailbox.newest().link))
        assert shown(alice.browser.submit(page, "Sign in")).heading == HELLO, "the link works still"

    @pytest.mark.parametrize("typed", ["", "12345", "abcdef"])
    def test_what_is_no_code_is_said_so(self, alice: Person, typed: str) -> None:
        page = shown(types(alice.browser, asks_for_code(alice.browser, alice.email), typed))
        assert (page.status, "Type the six digits" in page.text) == (422, True)


class TestTheLink:
    def test_opening_it_spends_nothing_and_the_button_signs_in(self, alice: Person, mailbox: Mailbox) -> None:
        asks_for_code(alice.browser, alice.email)
        for _ in range(2):
            page = shown(alice.browser.open(mailbox.newest().link))
            assert page.heading == "Sign in"
        assert shown(alice.browser.submit(page, "Sign in")).heading == HELLO
        assert shown(alice.browser.open(mailbox.newest().link)).status == 410

    def test_it_goes_on_to_the_app_that_waits(self, shop: RelyingApp, alice: Person, mailbox: Mailbox) -> None:
        visit = shop.asks().seen_by(alice)
        asks_for_code(alice.browser, alice.email, visit.page)
        visit.at = alice.browser.submit(shown(alice.browser.open(mailbox.newest().link)), "Sign in")
        assert visit.allows().redeems().claims["amr"] == ["otp"]

    def test_another_browser_is_not_signed_in_by_it(self, app: Flask, alice: Person, mailbox: Mailbox) -> None:
        """Neither a scanner's, nor that of whoever a stranger sent the mail to."""
        asks_for_code(alice.browser, alice.email)
        token = mailbox.newest().link
        other = Browser(app)
        page = shown(other.open(token))
        assert page.heading == "Go back to where you asked"
        assert "token" not in page.html.partition("<main")[2]
        fields = {**shown(other.open("/signin/mail")).form("email").fields, "token": token.partition("token=")[2]}
        assert shown(other.post("/signin/mail/link", fields)).heading == "Go back to where you asked"
        assert other.cookie("portico_session") is None
        page = shown(alice.browser.open(token))
        assert shown(alice.browser.submit(page, "Sign in")).heading == HELLO, "it is not spent by that"

    def test_it_remembers_whoever_ticks_that(self, alice: Person, mailbox: Mailbox) -> None:
        asks_for_code(alice.browser, alice.email)
        page = shown(alice.browser.open(mailbox.newest().link))
        alice.browser.submit(page, "Sign in", remember="1")
        alice.browser.closes()
        assert shown(alice.browser.open("/account")).heading == HELLO

    @pytest.mark.parametrize("token", ["", "x", "x" * 43, "\x00"])
    def test_what_is_no_link_of_ours_says_so(self, alice: Person, token: str) -> None:
        assert shown(alice.browser.open(f"/signin/mail/link?token={token}")).status == 410


def test_the_second_step_is_still_owed(alice: Person, mailbox: Mailbox, clock: Clock) -> None:
    phone = Phone.of(alice)
    page = shown(types(alice.browser, asks_for_code(alice.browser, alice.email), code_in(mailbox)))
    assert page.heading == "Enter your code"
    assert alice.browser.cookie("portico_session") is None
    assert shown(types(alice.browser, page, phone.shows())).heading == HELLO


def test_an_account_on_hold_stays_on_hold(alice: Person, mailbox: Mailbox) -> None:
    page = asks_for_code(alice.browser, alice.email)
    alice.suspended()
    assert shown(types(alice.browser, page, code_in(mailbox))).status == 403


@pytest.mark.incident("CVE-2026-23511")
def test_an_unknown_address_gets_the_same_pages_and_no_mail(app: Flask, alice: Person, mailbox: Mailbox) -> None:
    seen = []
    for email in (alice.email, "nobody@example.org"):
        browser = Browser(app)
        page = asks_for_code(browser, email)
        again = shown(types(browser, page, "000000"))
        seen.append([(p.status, words_of(p)) for p in (page, again)])
    assert seen[0] == seen[1]
    assert mailbox.kinds() == ["sign_in_code"]
    assert mailbox.rows() == 2, "the same work was done for both"
    with app.app_context():
        assert base.db.session.execute(text("SELECT count(*) FROM users")).scalar_one() == 1


@pytest.mark.incident("CVE-2026-23511")
def test_an_unknown_address_takes_the_same_time(app: Flask, alice: Person) -> None:
    house = app.extensions["portico"]
    patient = house.settings.model_copy(update={"throttle": UNLIMITED})
    app.extensions["portico"] = type(house)(**{**vars(house), "settings": patient})

    def asking(email: str):  # type: ignore[no-untyped-def]
        browser = Browser(app)
        form = shown(browser.open("/signin/mail")).form("email")
        return lambda: browser.post("/signin/mail", {**form.fields, "email": email})

    assert are_alike(asking(alice.email), asking("nobody@example.org"))


def test_five_mails_an_hour_and_not_more(app: Flask, alice: Person, mailbox: Mailbox) -> None:
    for number in range(6):
        page = asks_for_code(Browser(app, address=f"203.0.113.{number}"), alice.email)
    assert page.status == 429
    assert len(mailbox.all()) == 5


def test_whoever_is_signed_in_may_show_by_it_that_it_is_them(
    shop: RelyingApp, alice: Person, mailbox: Mailbox, clock: Clock
) -> None:
    signs_in(alice)
    clock.moves(100)
    visit = shop.asks(prompt="login").seen_by(alice)
    page = asks_for_code(alice.browser, alice.email, visit.page)
    visit.at = types(alice.browser, page, code_in(mailbox))
    claims = visit.allows().redeems().claims
    assert (claims["amr"], claims["auth_time"]) == (["otp"], clock.now())


class TestSwitchedOff:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        off = settings.sign_in.model_copy(update={"mailed_code": False})
        return settings.model_copy(update={"sign_in": off})

    def test_it_is_not_there(self, alice: Person) -> None:
        assert "Email me a code instead" not in shown(alice.browser.open("/signin")).read.links
        for path in ("/signin/mail", "/signin/mail/sent?proof=x", "/signin/mail/link?token=x"):
            assert shown(alice.browser.open(path)).status == 404
