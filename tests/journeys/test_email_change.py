"""Another e-mail address: it proves itself to the person of the account, and until then everything stays."""

import re
from urllib.parse import urlsplit

import pytest
from flask import Flask

from tests.conftest import Clock
from tests.mailbox import Mailbox
from tests.moving import NEW, THIRD, asks, moves, presses, stop_link
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.signing_up import shown, signs_in
from tests.web_browser import Browser


def test_the_whole_way_by_the_link(shop: RelyingApp, alice: Person, mailbox: Mailbox, clock: Clock) -> None:
    signs_in(alice)
    tokens = shop.asks("openid email profile").seen_by(alice).allows().redeems()
    old = alice.email
    clock.moves(60)
    page = asks(alice)
    assert page.heading == "Check your email"
    assert mailbox.kinds(NEW) == ["confirm_new_address"]
    assert mailbox.kinds(old)[-1] == "address_changing"
    assert tokens.userinfo()["email"] == old, "nothing changes before the proof"
    clock.moves(60)
    page = presses(alice.browser, mailbox.newest(NEW).link, "Confirm email")
    assert "Your email address is changed." in page.text
    told = tokens.userinfo()
    assert (told["email"], told["email_verified"], told["updated_at"]) == (NEW, True, clock.now())
    assert told["sub"] == alice.user_id
    assert signs_in(alice, Browser(alice.server)).status == 422, "the old address opens nothing any more"
    alice.email = NEW
    assert signs_in(alice, Browser(alice.server)).heading == "Hello, Alice Example"


def test_the_whole_way_by_the_code(alice: Person, mailbox: Mailbox) -> None:
    signs_in(alice)
    page = asks(alice)
    page = shown(alice.browser.submit(page, form=page.form("code"), code=mailbox.newest(NEW).code))
    assert "Your email address is changed." in page.text
    assert NEW in page.text


def test_until_it_is_proved_the_profile_says_so_and_the_old_one_works(alice: Person, mailbox: Mailbox) -> None:
    signs_in(alice)
    asks(alice)
    page = shown(alice.browser.open("/account/profile"))
    assert NEW in page.text
    assert "Not confirmed yet" in page.text
    assert signs_in(alice, Browser(alice.server)).heading == "Hello, Alice Example"
    page = shown(alice.browser.open("/account/email/sent"))
    alice.browser.submit(page, "Keep the present address")
    assert NEW not in shown(alice.browser.open("/account/profile")).text
    assert shown(alice.browser.open(mailbox.newest(NEW).link)).status == 410


@pytest.mark.parametrize(
    ("address", "password", "said"),
    [
        ("", None, "Enter your email address."),
        ("alice", None, "Enter an email address like name@example.com."),
        ("al ice@example.org", None, "Take out the space in your email address."),
        ("ALICE@example.org", None, "This is your address already."),
        (NEW, "", "Enter your password."),
        (NEW, "Wrong-password-1", "That password isn’t right."),
    ],
)
def test_a_slip_sends_no_mail(alice: Person, mailbox: Mailbox, address: str, password: str | None, said: str) -> None:
    signs_in(alice)
    page = asks(alice, address, password)
    assert page.status == 422
    assert said in page.text
    assert page.form("email").fields["email"] == address
    assert mailbox.all() == []


def test_whoever_signed_in_long_ago_does_so_again_first(alice: Person, clock: Clock) -> None:
    signs_in(alice)
    clock.moves(901)
    assert shown(alice.browser.open("/account/email")).heading == "Confirm it’s you"


def test_it_is_said_why_one_has_to_sign_in_again(alice: Person, clock: Clock) -> None:
    signs_in(alice)
    clock.moves(901)
    page = shown(alice.browser.open("/account/email"))
    assert "Because you’re about to change your email address." in page.text
    page = shown(alice.browser.submit(page, form=page.form("password"), password=alice.password))
    assert page.heading == "Change your email address"


def test_opening_either_link_spends_nothing(alice: Person, mailbox: Mailbox) -> None:
    signs_in(alice)
    asks(alice)
    scanner = Browser(alice.server, address="203.0.113.9")
    for link in (mailbox.newest(NEW).link, stop_link(mailbox, alice.email)):
        for browser in (scanner, alice.browser, alice.browser):
            assert shown(browser.open(link)).status == 200
    assert "Your email address is changed." in presses(alice.browser, mailbox.newest(NEW).link, "Confirm email").text


def test_both_links_can_be_loaded_again_without_the_token_in_sight(alice: Person, mailbox: Mailbox) -> None:
    signs_in(alice)
    asks(alice)
    for link, button in (
        (mailbox.newest(NEW).link, "Confirm email"),
        (stop_link(mailbox, alice.email), "Stop the change"),
    ):
        page = shown(alice.browser.open(link))
        reload = re.search(r'data-reload="([^"]+)"', page.html)
        assert reload is not None
        again = shown(alice.browser.open(reload[1].replace("&amp;", "&")))
        assert again.form("token", press=button)
        assert urlsplit(link).query.partition("=")[2] not in reload[1]


def test_a_link_works_once_and_its_person_reads_that_it_is_done(alice: Person, mailbox: Mailbox) -> None:
    moves(alice, mailbox)
    link = mailbox.newest(NEW).link
    assert "Your email address is changed." in shown(alice.browser.open(link)).text
    assert shown(Browser(alice.server).open(link)).status == 410


def test_only_the_newest_change_waits_and_only_its_newest_mail_works(
    alice: Person, mailbox: Mailbox, clock: Clock
) -> None:
    signs_in(alice)
    asks(alice)
    first = mailbox.newest(NEW).link
    asks(alice, THIRD)
    assert shown(alice.browser.open(first)).status == 410
    older = mailbox.newest(THIRD)
    clock.moves(61)
    page = shown(alice.browser.open("/account/email/sent"))
    page = shown(alice.browser.submit(page, "Send it again"))
    assert "Use the newest message." in page.text
    assert shown(alice.browser.open(older.link)).status == 410
    page = shown(alice.browser.submit(page, form=page.form("code"), code=older.code))
    assert "That code isn’t right." in page.text or mailbox.newest(THIRD).code == older.code
    page = shown(alice.browser.submit(page, form=page.form("code"), code=mailbox.newest(THIRD).code))
    assert "Your email address is changed." in page.text


def test_link_and_code_end_after_a_day_and_the_way_to_stop_after_seven(
    alice: Person, mailbox: Mailbox, clock: Clock
) -> None:
    signs_in(alice)
    asks(alice)
    confirm, stop = mailbox.newest(NEW).link, stop_link(mailbox, alice.email)
    clock.moves(86_400)
    signs_in(alice)
    assert shown(alice.browser.open(confirm)).status == 410
    assert shown(alice.browser.open("/account/email/sent")).heading == "Profile"
    clock.moves(6 * 86_400 - 1)
    assert shown(alice.browser.open(stop)).status == 200
    clock.moves(1)
    assert shown(alice.browser.open(stop)).status == 410


def test_five_guesses_at_the_code_and_not_more(alice: Person, mailbox: Mailbox, clock: Clock) -> None:
    signs_in(alice)
    page = asks(alice)
    right = mailbox.newest(NEW).code.replace(" ", "")
    wrong = f"{(int(right) + 1) % 1_000_000:06}"
    for _ in range(5):
        page = shown(alice.browser.submit(page, form=page.form("code"), code=wrong))
        assert "That code isn’t right." in page.text
    page = shown(alice.browser.submit(page, form=page.form("code"), code=right))
    assert "That code no longer works." in page.text
    clock.moves(61)
    page = shown(alice.browser.submit(page, "Send it again"))
    page = shown(alice.browser.submit(page, form=page.form("code"), code=mailbox.newest(NEW).code))
    assert "Your email address is changed." in page.text


def test_what_is_no_code_is_no_guess(alice: Person) -> None:
    signs_in(alice)
    page = asks(alice)
    for _ in range(9):
        page = shown(alice.browser.submit(page, form=page.form("code"), code="12345"))
        assert "Type the six digits" in page.text


@pytest.mark.parametrize("path", ["code", "resend", "cancel"])
def test_without_a_change_there_is_nothing_to_do(alice: Person, path: str) -> None:
    signs_in(alice)
    fields = shown(alice.browser.open("/account/email")).form("email").fields
    page = shown(alice.browser.post(f"/account/email/{path}", {**fields, "code": "123456"}))
    assert page.heading == "Profile"


def test_the_form_of_another_site_begins_and_ends_nothing(app: Flask, alice: Person, mailbox: Mailbox) -> None:
    signs_in(alice)
    asks(alice)
    token = urlsplit(stop_link(mailbox, alice.email)).query.partition("=")[2]
    evil = {"Origin": "https://evil.example"}
    for path, fields in (
        ("", {"email": THIRD, "password": alice.password}),
        ("/cancel", {}),
        ("/confirm", {"token": urlsplit(mailbox.newest(NEW).link).query.partition("=")[2]}),
        ("/stop", {"token": token}),
    ):
        alice.browser.post(f"/account/email{path}", fields, **evil)
    assert mailbox.kinds(THIRD) == []
    assert NEW in shown(alice.browser.open("/account/profile")).text
    assert shown(alice.browser.open(stop_link(mailbox, alice.email))).status == 200
