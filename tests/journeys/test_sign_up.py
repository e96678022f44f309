"""People sign up, confirm their address, and land in the app they came from."""

from urllib.parse import urlsplit

import pytest
from flask import Flask
from sqlalchemy import text

from idp.store import base
from tests.conftest import Clock
from tests.mailbox import Mailbox
from tests.people import JANE, Person
from tests.relying_app import RelyingApp
from tests.signing_up import close_sign_ups, fill_in_sign_up, shown, signs_in, signs_up, sub_of
from tests.web_browser import Browser


def test_somebody_new_signs_up_confirms_by_the_link_and_lands_in_the_app(
    shop: RelyingApp, jane: Person, mailbox: Mailbox
) -> None:
    visit = shop.asks("openid email").seen_by(jane)
    link = visit.page.read.links["Sign up"]
    waiting = signs_up(jane, jane.browser.open(link))
    assert waiting.heading == "Check your email"
    mail = mailbox.newest(jane.email)
    assert mail.kind == "confirm_address"
    assert "Photo Box" in str(mail.letter.paragraphs)
    confirm = shown(jane.browser.open(mail.link))
    assert confirm.heading == "One click to finish"
    assert "Photo Box" in confirm.text
    visit.at = jane.browser.submit(confirm, "Confirm email")
    tokens = visit.allows().redeems()
    assert tokens.claims["email"] == jane.email
    assert tokens.claims["email_verified"] is True


def test_somebody_new_confirms_by_the_code_instead(shop: RelyingApp, jane: Person, mailbox: Mailbox) -> None:
    visit = shop.asks("openid", prompt="create").seen_by(jane)
    waiting = signs_up(jane, visit.page)
    visit.at = jane.browser.submit(waiting, code=f" {mailbox.newest().code} ")
    assert visit.allows().redeems().claims["sub"]


def test_what_was_agreed_to_is_recorded_with_its_version(app: Flask, jane: Person, mailbox: Mailbox) -> None:
    jane.browser.submit(signs_up(jane), code=mailbox.newest().code)
    with app.app_context():
        rows = base.db.session.execute(
            text("SELECT document, version, accepted, locale, network FROM agreements ORDER BY document")
        ).all()
    assert [(row[0], row[1], bool(row[2])) for row in rows] == [
        ("marketing", "2026-11", False),
        ("privacy", "2026-11", True),
        ("terms", "2026-11", True),
    ]
    assert {(row.locale, row.network) for row in rows} == {("en", jane.browser.address)}


def test_news_are_sent_to_those_who_ticked_the_box_and_it_starts_unticked(
    app: Flask, jane: Person, mailbox: Mailbox
) -> None:
    page = shown(jane.browser.open("/signup"))
    assert "marketing" not in page.form("new_password").fields
    assert "terms" not in page.form("new_password").fields
    jane.browser.submit(signs_up(jane, page, marketing="1"), code=mailbox.newest().code)
    with app.app_context():
        statement = text("SELECT accepted FROM agreements WHERE document = 'marketing'")
        assert bool(base.db.session.execute(statement).scalar_one()) is True


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"email": ""}, "Enter your email address."),
        ({"email": "jane"}, "Enter an email address like name@example.com."),
        ({"email": "jane doe@example.org"}, "Take out the space in your email address."),
        ({"new_password": "", "confirm_password": ""}, "Choose a password."),
        (
            {"new_password": "violetkettle", "confirm_password": ""},
            "This password needs an upper-case letter, a number, and a symbol.",
        ),
        (
            {"new_password": "Password1!", "confirm_password": "Password1!"},
            "This password turned up in a data breach elsewhere.",
        ),
        ({"new_password": "Jane@example.org1"}, "Don’t use your email address in your password."),
        ({"confirm_password": "Violet-kettle-43"}, "These passwords don’t match. Type the second one again."),
        ({"terms": ""}, "Tick the box to agree to the Terms of Service."),
        ({"terms": "2025-01"}, "Tick the box to agree to the Terms of Service."),
        ({"email": "jane\u202e@example.org"}, "Take out the characters that can’t be seen."),
        ({"new_password": "Aa1!" + "x" * 300}, "Use no more than 256 characters."),
    ],
)
def test_a_form_with_a_mistake_comes_back_with_a_sentence_and_without_passwords(
    app: Flask, jane: Person, mailbox: Mailbox, changed: dict[str, str], said: str
) -> None:
    page = shown(jane.browser.open("/signup"))
    again = shown(fill_in_sign_up(jane.browser, page, jane.email, jane.password, **changed))
    assert again.status == 422
    assert said in again.text
    assert again.read.title.startswith("Error:")
    fields = again.form("new_password").fields
    assert fields["new_password"] == fields["confirm_password"] == ""
    assert mailbox.rows() == 0
    if "email" not in changed:
        assert fields["email"] == jane.email


def test_what_was_typed_at_sign_in_is_there_at_sign_up(shop: RelyingApp, jane: Person) -> None:
    visit = shop.asks("openid").seen_by(jane).signs_in("Wrong-password-1")
    sign_up = shown(jane.browser.open(visit.page.read.links["Sign up"]))
    assert sign_up.form("new_password").fields["email"] == jane.email


def test_the_hint_of_the_app_is_there_already(shop: RelyingApp, jane: Person) -> None:
    visit = shop.asks("openid", prompt="create", login_hint=jane.email).seen_by(jane)
    assert visit.page.form("new_password").fields["email"] == jane.email


@pytest.mark.incident("CVE-2026-23511")
def test_an_address_with_an_account_gets_the_same_page_and_a_different_mail(
    app: Flask, alice: Person, jane: Person, mailbox: Mailbox, clock: Clock
) -> None:
    stranger = Browser(app, address="203.0.113.5")
    pages = []
    for email in (alice.email, jane.email):
        browser = Browser(app, address="203.0.113.5")
        page = shown(fill_in_sign_up(browser, shown(browser.open("/signup")), email, "Violet-kettle-42"))
        wrong = shown(browser.submit(page, code="000 000"))
        clock.moves(61)
        again = shown(browser.submit(page, "Send it again"))
        pages.append([(p.status, p.text.replace(email, "ADDRESS"), urlsplit(p.url).path) for p in (page, wrong, again)])
        clock.moves(61)
    same = [[(status, path) for status, _, path in story] for story in pages]
    assert same[0] == same[1]
    assert pages[0][0] == pages[1][0]
    assert pages[0][1] == pages[1][1]
    assert mailbox.kinds(alice.email) == ["account_exists", "account_exists"]
    assert mailbox.kinds(jane.email) == ["confirm_address", "confirm_address"]
    assert shown(stranger.open("/account")).heading == "Sign in"


def test_no_code_opens_a_sign_up_for_an_address_that_has_an_account(app: Flask, alice: Person) -> None:
    browser = Browser(app)
    fill_in_sign_up(browser, shown(browser.open("/signup")), alice.email, "Violet-kettle-42")
    with app.app_context():
        assert base.db.session.execute(text("SELECT code FROM proofs")).scalar_one() == ""


@pytest.mark.incident("CVE-2026-23511")
def test_signing_in_with_the_password_of_ones_own_sign_up_tells_nothing_about_the_address(
    app: Flask, alice: Person, jane: Person
) -> None:
    """Whoever signs up with a stranger's address and signs in with the same password must not learn who has one."""
    seen = []
    for email in (alice.email, jane.email):
        first, second = Browser(app, address="203.0.113.5"), Browser(app, address="203.0.113.6")
        fill_in_sign_up(first, shown(first.open("/signup")), email, "Violet-kettle-42")
        for browser in (first, second):
            page = shown(browser.open("/signin"))
            page = shown(browser.submit(page, form=page.form("password"), email=email, password="Violet-kettle-42"))
            seen.append((page.status, page.text.replace(email, "ADDRESS")))
    assert seen[0] == seen[2]
    assert seen[1] == seen[3]


def test_a_strangers_sign_up_leads_nowhere_once_the_owner_signed_up(app: Flask, jane: Person, mailbox: Mailbox) -> None:
    """Pre-hijacking: neither the password nor the browser of an unproved sign-up survives the owner's proof."""
    mallory = Browser(app, address="203.0.113.66")
    trap = shown(fill_in_sign_up(mallory, shown(mallory.open("/signup")), jane.email, "Mallorys-trap-99"))
    strangers_mail = mailbox.newest()
    jane.browser.submit(signs_up(jane), code=mailbox.newest().code)
    assert shown(mallory.open(trap.url)).heading == "Check your email"
    page = shown(mallory.open("/signin"))
    page = shown(mallory.submit(page, form=page.form("password"), email=jane.email, password="Mallorys-trap-99"))
    assert page.heading == "Check your email"
    assert shown(mallory.open("/account")).heading == "Sign in"
    late = shown(jane.browser.submit(shown(jane.browser.open(strangers_mail.link)), "Confirm email"))
    assert late.heading == "Already confirmed"
    assert shown(mallory.open(trap.url)).heading == "Check your email"
    assert signs_in(jane, Browser(app)).heading == "Your account"


def test_a_strangers_mail_confirms_the_sign_up_of_the_browser_in_which_it_is_read(
    app: Flask, shop: RelyingApp, jane: Person, mailbox: Mailbox
) -> None:
    """Pre-hijacking by a mail that is expected: a stranger used up the address's mails just before she signed up."""
    mallory = Browser(app, address="203.0.113.66")
    for _ in range(5):
        trap = shown(fill_in_sign_up(mallory, shown(mallory.open("/signup")), jane.email, "Mallorys-trap-99"))
    visit = shop.asks("openid", prompt="create").seen_by(jane)
    signs_up(jane, visit.page)
    assert len(mailbox.all(jane.email)) == 5, "none of them is hers"
    confirm = shown(jane.browser.open(mailbox.newest(jane.email).link))
    assert "Photo Box" in confirm.text
    visit.at = jane.browser.submit(confirm, "Confirm email")
    assert visit.allows().redeems().claims["sub"] == sub_of(app, jane.email)
    assert shown(mallory.open(trap.url)).heading == "Check your email"
    assert shown(mallory.open("/account")).heading == "Sign in"
    assert signs_in(jane, Browser(app), password="Mallorys-trap-99").heading != "Your account"
    assert signs_in(jane, Browser(app)).heading == "Your account"


def test_a_stranger_whose_sign_up_was_confirmed_by_mistake_is_out_after_a_reset(
    app: Flask, jane: Person, mailbox: Mailbox
) -> None:
    mallory = Browser(app, address="203.0.113.66")
    trap = shown(fill_in_sign_up(mallory, shown(mallory.open("/signup")), jane.email, "Mallorys-trap-99"))
    jane.browser.submit(shown(jane.browser.open(mailbox.newest().link)), "Confirm email")
    page = shown(jane.browser.open("/forgot"))
    jane.browser.submit(page, email=jane.email)
    page = shown(jane.browser.open(mailbox.newest(kind="choose_password").link))
    jane.browser.submit(page, new_password=JANE[2], confirm_password=JANE[2])
    assert shown(mallory.open(trap.url)).heading == "Sign in"
    page = shown(mallory.open("/signin"))
    page = shown(mallory.submit(page, form=page.form("password"), email=jane.email, password="Mallorys-trap-99"))
    assert page.status == 422


@pytest.mark.incident("CVE-2026-29193")
@pytest.mark.incident("CVE-2024-49757")
def test_where_signing_up_is_switched_off_there_is_no_way_to(app: Flask, jane: Person) -> None:
    page = shown(jane.browser.open("/signup"))
    close_sign_ups(app)
    assert shown(jane.browser.open("/signup")).status == 404
    assert shown(fill_in_sign_up(jane.browser, page, jane.email, jane.password)).status == 404
    assert "Sign up" not in shown(jane.browser.open("/signin")).read.links


@pytest.mark.incident("CVE-2026-29193")
def test_no_account_begins_once_signing_up_is_switched_off(app: Flask, jane: Person, mailbox: Mailbox) -> None:
    """Neither by a link nor by a code that was mailed before."""
    waiting = signs_up(jane)
    mail = mailbox.newest(jane.email)
    confirm = shown(jane.browser.open(mail.link))
    close_sign_ups(app)
    assert shown(jane.browser.submit(confirm, "Confirm email")).status == 404
    assert shown(jane.browser.submit(waiting, code=mail.code)).status == 404
    assert shown(jane.browser.open(mail.link)).status == 404
    assert sub_of(app, jane.email) is None


def test_whoever_was_confirmed_before_signing_up_was_switched_off_goes_on(
    app: Flask, jane: Person, mailbox: Mailbox
) -> None:
    waiting = signs_up(jane)
    phone = Browser(app)
    phone.submit(shown(phone.open(mailbox.newest().link)), "Confirm email")
    close_sign_ups(app)
    assert shown(phone.open(mailbox.newest().link)).heading == "Already confirmed"
    assert shown(jane.browser.open(waiting.url)).heading == "Your account"


def test_mails_link_to_the_issuer_whatever_the_request_says(app: Flask, jane: Person, mailbox: Mailbox) -> None:
    signs_up(jane)
    assert all(link.startswith(jane.browser.issuer + "/") for link in mailbox.newest().links)
