"""People forget their password, and nobody else gets anywhere by it."""

from urllib.parse import urlsplit

import pytest
from flask import Flask

from tests.conftest import Clock
from tests.mailbox import Mailbox
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.signing_up import shown, signs_in
from tests.web_browser import Arrival, Browser, Page

NEW = "Violet-kettle-42"


def asks_for_link(browser: Browser, email: str, at: Page | Arrival | None = None) -> Page:
    return shown(browser.submit(shown(at or browser.open("/forgot")), email=email))


def chooses(browser: Browser, link: str, password: str = NEW, again: str = "") -> Page | Arrival:
    page = shown(browser.open(link))
    return browser.submit(page, new_password=password, confirm_password=again or password)


def test_the_whole_way_from_forgotten_to_the_app(shop: RelyingApp, alice: Person, mailbox: Mailbox) -> None:
    visit = shop.asks("openid email").seen_by(alice).signs_in("Wrong-password-1")
    forgot = shown(alice.browser.open(visit.page.read.links["Forgot password?"]))
    assert forgot.form("email").fields["email"] == alice.email, "what was typed came along"
    sent = asks_for_link(alice.browser, alice.email, forgot)
    assert sent.heading == "Check your email"
    mail = mailbox.newest(alice.email)
    assert mail.kind == "choose_password"
    assert "Firefox on Linux" in str(mail.letter.paragraphs)
    visit.at = chooses(alice.browser, mail.link)
    assert visit.allows().redeems().claims["sub"] == alice.user_id
    assert mailbox.newest(alice.email).kind == "password_changed"


def test_the_old_password_is_gone_and_the_new_one_works(app: Flask, alice: Person, mailbox: Mailbox) -> None:
    asks_for_link(alice.browser, alice.email)
    assert "Your password is changed." in shown(chooses(alice.browser, mailbox.newest().link)).text
    assert signs_in(alice, Browser(app)).status == 422
    assert signs_in(alice, Browser(app), password=NEW).heading == "Hello, Alice Example"


def test_every_other_session_and_refresh_token_ends(
    app: Flask, shop: RelyingApp, alice: Person, mailbox: Mailbox
) -> None:
    tokens = shop.asks("openid offline_access").seen_by(alice).signs_in(remember=True).allows().redeems()
    library = alice.elsewhere()
    asks_for_link(library.browser, alice.email)
    chooses(library.browser, mailbox.newest().link)
    assert shown(library.browser.open("/account")).heading == "Hello, Alice Example"
    assert shown(alice.browser.open("/account")).heading == "Sign in"
    assert tokens.tries_to_refresh().status_code == 400
    assert tokens.asks_userinfo().status_code == 401


@pytest.mark.incident("CVE-2026-23511")
@pytest.mark.usefixtures("clock")
def test_an_unknown_address_gets_the_same_page_and_no_mail(app: Flask, alice: Person, mailbox: Mailbox) -> None:
    seen = []
    for email in (alice.email, "nobody@example.org"):
        browser = Browser(app)
        page = asks_for_link(browser, email)
        again = shown(browser.submit(page, "Send it again"))
        seen.append([(p.status, p.text.replace(email, "ADDRESS"), urlsplit(p.url).path) for p in (page, again)])
    assert seen[0] == seen[1]
    assert mailbox.kinds() == ["choose_password"]
    assert mailbox.rows() == 2, "the same work was done for both"


@pytest.mark.incident("opening a mailed link is not using it")
def test_opening_the_link_spends_nothing(app: Flask, alice: Person, mailbox: Mailbox) -> None:
    asks_for_link(alice.browser, alice.email)
    scanner = Browser(app, address="203.0.113.9")
    for _ in range(3):
        assert shown(scanner.open(mailbox.newest().link)).heading == "Choose a new password"
    assert signs_in(alice).heading == "Hello, Alice Example"


def test_a_refused_password_leaves_the_link_as_it_was(alice: Person, mailbox: Mailbox) -> None:
    asks_for_link(alice.browser, alice.email)
    link = mailbox.newest().link
    for password, again, said in (
        ("short", "", "This password needs"),
        ("Password1!", "", "This password turned up in a data breach elsewhere."),
        (NEW, "Violet-kettle-43", "These passwords don’t match."),
        ("", "x", "Choose a password."),
    ):
        page = shown(chooses(alice.browser, link, password, again))
        assert page.status == 422
        assert said in page.text
    assert "Your password is changed." in shown(chooses(alice.browser, link)).text


@pytest.mark.incident("CVE-2022-46145")
@pytest.mark.incident("CVE-2023-26481")
def test_a_link_works_once(app: Flask, alice: Person, mailbox: Mailbox) -> None:
    asks_for_link(alice.browser, alice.email)
    link = mailbox.newest().link
    first, second = shown(alice.browser.open(link)), shown(Browser(app).open(link))
    alice.browser.submit(first, new_password=NEW, confirm_password=NEW)
    thief = Browser(app)
    late = shown(thief.post("/reset", {**second.form("new_password").fields}))
    assert late.status == 410
    again = shown(alice.browser.open(link))
    assert (again.status, again.heading) == (410, "This link is too old or was already used")


def test_a_link_ends_after_an_hour_and_helps_to_a_new_one(alice: Person, mailbox: Mailbox, clock: Clock) -> None:
    asks_for_link(alice.browser, alice.email)
    link = mailbox.newest().link
    clock.moves(3599)
    open_in_time = shown(alice.browser.open(link))
    assert open_in_time.status == 200
    clock.moves(1)
    late = shown(alice.browser.submit(open_in_time, new_password=NEW, confirm_password=NEW))
    assert late.status == 410
    assert asks_for_link(alice.browser, alice.email, late).heading == "Check your email"
    assert (
        "Your password is changed." in shown(chooses(alice.browser, mailbox.newest(kind="choose_password").link)).text
    )


def test_only_the_newest_link_works(alice: Person, mailbox: Mailbox) -> None:
    asks_for_link(alice.browser, alice.email)
    older = mailbox.newest().link
    asks_for_link(alice.browser, alice.email)
    assert shown(alice.browser.open(older)).status == 410
    assert shown(alice.browser.open(mailbox.newest().link)).status == 200


@pytest.mark.incident("CVE-2026-18963")
@pytest.mark.incident("CVE-2026-49448")
def test_no_step_of_the_reset_is_reached_without_the_mailed_token(
    app: Flask, shop: RelyingApp, alice: Person, mailbox: Mailbox
) -> None:
    mallory = Browser(app, address="203.0.113.66")
    visit_page = shown(mallory.open(shop.asks("openid").url))
    asks_for_link(mallory, alice.email)
    fields = {**visit_page.form("password").fields, "new_password": NEW, "confirm_password": NEW}
    for token in ({}, {"token": ""}, {"token": "x" * 43}, {"token": str(alice.user_id)}):
        page = shown(mallory.post("/reset", {**fields, **token}))
        assert page.status == 410
    assert shown(mallory.open("/reset")).status == 410
    assert shown(mallory.open("/account")).heading == "Sign in"
    assert signs_in(alice).heading == "Hello, Alice Example"


@pytest.mark.incident("CVE-2022-46145")
def test_a_link_for_one_person_changes_no_other(alice: Person, bob: Person, mailbox: Mailbox) -> None:
    asks_for_link(bob.browser, bob.email)
    page = shown(bob.browser.open(mailbox.newest(bob.email).link))
    fields = {**page.form("new_password").fields, "new_password": NEW, "confirm_password": NEW}
    bob.browser.post("/reset", {**fields, "username": alice.email, "email": alice.email})
    assert signs_in(alice).heading == "Hello, Alice Example"


@pytest.mark.incident("CVE-2025-64101")
@pytest.mark.incident("GHSA-93m4-mfpg-c3xf")
def test_no_header_moves_the_link(app: Flask, alice: Person, mailbox: Mailbox) -> None:
    page = shown(alice.browser.open("/forgot"))
    forged = {
        "X_Forwarded_Host": "evil.example",
        "X_Forwarded_Proto": "ftp",
        "Forwarded": "host=evil.example;proto=ftp",
        "X_Original_URL": "https://evil.example/",
    }
    alice.browser.post("/forgot", {**page.form("email").fields, "email": alice.email}, **forged)
    assert mailbox.newest().link.startswith(alice.browser.issuer + "/reset?token=")


def test_the_mail_goes_to_the_proved_spelling_of_the_address(alice: Person, mailbox: Mailbox) -> None:
    asks_for_link(alice.browser, "ＡLICE@example.org")
    assert mailbox.newest().letter.to == alice.email


def test_five_mails_an_hour_and_not_more_whatever_browser_asks(app: Flask, alice: Person, mailbox: Mailbox) -> None:
    for number in range(7):
        page = asks_for_link(Browser(app, address=f"203.0.113.{number}"), alice.email)
        assert page.heading == "Check your email"
    assert len(mailbox.all()) == 5
    assert page.status == 429


def test_the_link_in_another_browser_signs_in_there_and_knows_no_app(
    app: Flask, shop: RelyingApp, alice: Person, mailbox: Mailbox
) -> None:
    visit = shop.asks("openid").seen_by(alice)
    asks_for_link(alice.browser, alice.email, alice.browser.open(visit.page.read.links["Forgot password?"]))
    phone = Browser(app, address="198.51.100.7")
    assert "Photo Box" not in shown(phone.open(mailbox.newest().link)).text
    assert "Your password is changed." in shown(chooses(phone, mailbox.newest().link)).text
    alice.password = NEW
    assert visit.signs_in().allows().redeems().claims["sub"] == alice.user_id


def test_an_account_on_hold_stays_on_hold(app: Flask, alice: Person, mailbox: Mailbox) -> None:
    asks_for_link(alice.browser, alice.email)
    alice.suspended()
    page = shown(chooses(alice.browser, mailbox.newest().link))
    assert page.status == 403
    assert shown(alice.browser.open("/account")).heading == "Sign in"


def test_whoever_is_signed_in_here_makes_room_for_the_owner_of_the_link(
    app: Flask, alice: Person, bob: Person, mailbox: Mailbox
) -> None:
    signs_in(bob)
    bobs = str(bob.browser.cookie("portico_session"))
    asks_for_link(bob.browser, alice.email)
    chooses(bob.browser, mailbox.newest().link)
    assert "Alice" in shown(bob.browser.open("/account")).text
    thief = Browser(app)
    thief.client.set_cookie("portico_session", bobs, domain="127.0.0.1")
    assert shown(thief.open("/account")).heading == "Sign in"


@pytest.mark.parametrize("sealed", ["", "x", "AQAB" * 20])
def test_nobody_puts_an_address_into_the_page_by_its_url(alice: Person, sealed: str) -> None:
    assert shown(alice.browser.open(f"/forgot/sent?to={sealed}")).heading == "Forgot your password?"
