"""Flaws that others had where an address is given to an account: none of them here."""

from urllib.parse import urlsplit

import pytest
from flask import Flask

from tests.conftest import Clock
from tests.mailbox import Mailbox
from tests.moving import NEW, asks, moves, presses
from tests.people import Person
from tests.signing_up import shown, signs_in, signs_up, sub_of
from tests.web_browser import Browser


@pytest.mark.incident("CVE-2026-27946")
@pytest.mark.incident("CVE-2026-54693")
def test_a_stranger_who_presses_the_link_proves_nothing(
    app: Flask, alice: Person, bob: Person, mailbox: Mailbox
) -> None:
    """Mallory gives their account Bob's other address: whatever Bob does with the mail, it stays Bob's own."""
    signs_in(alice)
    asks(alice, "bob@other.example.net")
    link = mailbox.newest("bob@other.example.net").link
    for browser in (Browser(app), bob.browser):
        if browser is bob.browser:
            signs_in(bob)
        page = shown(browser.open(link))
        assert page.heading == "Go on where you started"
        assert alice.email not in page.text
        token = urlsplit(link).query.partition("=")[2]
        fields = {**shown(browser.open("/forgot")).form("email").fields, "token": token}
        assert shown(browser.post("/account/email/confirm", fields)).heading == "Go on where you started"
    assert sub_of(app, "bob@other.example.net") is None
    assert sub_of(app, alice.email) == alice.user_id


@pytest.mark.incident("CVE-2022-23555")
@pytest.mark.incident("CVE-2023-26481")
def test_a_link_is_of_one_purpose(alice: Person, mailbox: Mailbox) -> None:
    """The token to confirm stops nothing, the token to stop confirms nothing, and neither chooses a password."""
    signs_in(alice)
    asks(alice)
    tokens = {
        kind: urlsplit(mailbox.newest(kind=kind).link).query.partition("=")[2]
        for kind in ("confirm_new_address", "address_changing")
    }
    for path, kind in (
        ("/account/email/stop", "confirm_new_address"),
        ("/account/email/confirm", "address_changing"),
        ("/reset", "confirm_new_address"),
        ("/reset", "address_changing"),
        ("/verify", "confirm_new_address"),
    ):
        assert shown(alice.browser.open(f"{path}?token={tokens[kind]}")).status == 410


@pytest.mark.incident("CVE-2026-40574")
@pytest.mark.parametrize(
    "address",
    [
        *("alice@example.org@evil.example", "alice@evil.example,bob@example.org", "<alice@evil.example>"),
        *('"a@b"@evil.example', "alice@evil.example\nBcc: x@evil.example", "alice@[127.0.0.1]", "alice@localhost"),
    ],
)
def test_what_is_not_one_address_gets_no_mail(alice: Person, mailbox: Mailbox, address: str) -> None:
    signs_in(alice)
    assert asks(alice, address).status == 422
    assert mailbox.all() == []


@pytest.mark.incident("CVE-2026-23511")
def test_nobody_learns_whether_an_address_has_an_account(
    alice: Person, bob: Person, mailbox: Mailbox, clock: Clock
) -> None:
    seen = []
    signs_in(alice)
    for address in (bob.email, NEW):
        pages = [asks(alice, address), shown(alice.browser.open("/account/profile"))]
        page = shown(alice.browser.open("/account/email/sent"))
        pages.append(shown(alice.browser.submit(page, form=page.form("code"), code="000000")))
        pages.append(shown(alice.browser.submit(page, "Send it again")))
        seen.append([(page.status, page.text.replace(address, "ADDRESS"), urlsplit(page.url).path) for page in pages])
    assert seen[0] == seen[1]
    assert mailbox.kinds(bob.email) == ["address_taken"]
    assert mailbox.kinds(NEW) == ["confirm_new_address"]
    assert "already has one" in str(mailbox.newest(bob.email).letter.paragraphs)


def test_whoever_proves_an_address_first_has_it(app: Flask, alice: Person, bob: Person, mailbox: Mailbox) -> None:
    for person in (alice, bob):
        signs_in(person)
        asks(person)
    links = [mail.link for mail in mailbox.all(NEW)]
    assert "Your email address is changed." in presses(bob.browser, links[1], "Confirm email").text
    page = presses(alice.browser, links[0], "Confirm email")
    assert (page.status, page.heading) == (409, "Another account has this address")
    assert sub_of(app, NEW) == bob.user_id
    assert sub_of(app, alice.email) == alice.user_id
    assert signs_in(alice, Browser(app)).heading == "Hello, Alice Example"


def test_a_sign_up_that_is_confirmed_first_has_it_too(
    app: Flask, alice: Person, jane: Person, mailbox: Mailbox
) -> None:
    signs_in(alice)
    page = asks(alice, jane.email)
    code = mailbox.newest(jane.email).code
    signs_up(jane)
    presses(jane.browser, mailbox.newest(jane.email).link, "Confirm email")
    page = shown(alice.browser.submit(page, form=page.form("code"), code=code))
    assert (page.status, page.heading) == (409, "Another account has this address")
    assert sub_of(app, jane.email) not in (None, alice.user_id)


def test_reset_links_to_the_old_address_end_with_the_change(alice: Person, mailbox: Mailbox) -> None:
    alice.browser.submit(shown(alice.browser.open("/forgot")), email=alice.email)
    moves(alice, mailbox)
    assert shown(alice.browser.open(mailbox.newest(kind="choose_password").link)).status == 410


def test_other_devices_stay_signed_in(alice: Person, mailbox: Mailbox) -> None:
    elsewhere = alice.elsewhere()
    signs_in(elsewhere)
    moves(alice, mailbox)
    assert NEW in shown(elsewhere.browser.open("/account")).text


@pytest.mark.incident("GHSA-93m4-mfpg-c3xf")
@pytest.mark.incident("CVE-2025-64101")
def test_no_header_moves_the_links(alice: Person, mailbox: Mailbox) -> None:
    signs_in(alice)
    page = shown(alice.browser.open("/account/email"))
    forged = {"X_Forwarded_Host": "evil.example", "Forwarded": "host=evil.example", "X_Forwarded_Proto": "ftp"}
    fields = {**page.form("email").fields, "email": NEW, "password": alice.password}
    alice.browser.post("/account/email", fields, **forged)
    assert {mail.link.partition("?")[0] for mail in mailbox.all()} == {
        f"{alice.browser.issuer}/account/email/confirm",
        f"{alice.browser.issuer}/account/email/stop",
    }


def test_mails_are_counted_whoever_asks(alice: Person, bob: Person, mailbox: Mailbox) -> None:
    signs_in(alice)
    for number in range(5):
        assert asks(alice, f"alice{number}@new.example.net").heading == "Check your email"
    page = asks(alice)
    assert page.status == 429
    assert page.form("email").fields["email"] == NEW
    assert len(mailbox.all(alice.email)) == 5
    signs_in(bob)
    assert asks(bob).heading == "Check your email"
