"""Another e-mail address: it proves itself to the person of the account, and the old one may stop it for a week."""

import re
from urllib.parse import urlsplit

import pytest
from flask import Flask

from tests.conftest import Clock
from tests.mailbox import Mailbox
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.signing_up import shown, signs_in, signs_up, sub_of
from tests.web_browser import Browser, Page

NEW = "alice@new.example.net"
THIRD = "alice@third.example.net"


def asks(person: Person, address: str = NEW, password: str | None = None) -> Page:
    """From the profile to "Check your email"."""
    page = shown(person.browser.open("/account/email"))
    typed = {"email": address, "password": person.password if password is None else password}
    return shown(person.browser.submit(page, form=page.form("email"), **typed))


def presses(browser: Browser, link: str, button: str) -> Page:
    return shown(browser.submit(shown(browser.open(link)), button))


def moves(person: Person, mailbox: Mailbox, address: str = NEW) -> None:
    """The whole change, by the link."""
    if person.browser.cookie("portico_session") is None:
        signs_in(person)
    asks(person, address)
    page = presses(person.browser, mailbox.newest(address, "confirm_new_address").link, "Confirm email")
    assert "Your email address is changed." in page.text


def stop_link(mailbox: Mailbox, address: str) -> str:
    return mailbox.newest(address, "address_changing").link


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


def test_the_old_address_stops_it_before_it_happens(app: Flask, alice: Person, mailbox: Mailbox) -> None:
    signs_in(alice)
    asks(alice)
    mail = mailbox.newest(alice.email)
    assert "a•••@new.example.net" in str(mail.letter.paragraphs)
    assert NEW not in str(mail.letter)
    owner = Browser(app, address="203.0.113.9")
    page = presses(owner, mail.link, "Stop the change")
    assert page.heading == "The change is stopped"
    assert shown(alice.browser.open(mailbox.newest(NEW).link)).status == 410
    assert shown(owner.open(mail.link)).status == 410
    assert sub_of(app, alice.email) == alice.user_id
    assert NEW not in shown(alice.browser.open("/account/profile")).text


def test_afterwards_the_old_address_takes_the_account_back_and_nobody_else_stays(
    app: Flask, shop: RelyingApp, alice: Person, mailbox: Mailbox
) -> None:
    """A thief at an open browser moved the account to a mailbox of theirs."""
    thief, owner = alice, Browser(app, address="203.0.113.9")
    old = alice.email
    tokens = shop.asks("openid offline_access").seen_by(thief).signs_in(remember=True).allows().redeems()
    moves(thief, mailbox)
    page = shown(owner.open(stop_link(mailbox, old)))
    assert "take it back" in page.text
    page = shown(owner.submit(page, "Stop the change"))
    assert page.heading == "Choose a new password"
    assert sub_of(app, NEW) is None
    assert sub_of(app, old) == alice.user_id
    assert shown(thief.browser.open("/account")).heading == "Sign in"
    assert tokens.tries_to_refresh().status_code == 400
    assert tokens.asks_userinfo().status_code == 401
    assert signs_in(alice, Browser(app)).status == 422, "the password that the thief knew is gone already"
    page = shown(owner.submit(page, new_password="Violet-kettle-42", confirm_password="Violet-kettle-42"))
    assert "Your password is changed." in page.text
    assert old in page.text


def test_a_chain_of_changes_leads_back_to_the_first_address_and_not_to_the_thiefs(
    app: Flask, alice: Person, mailbox: Mailbox
) -> None:
    old = alice.email
    moves(alice, mailbox)
    asks(alice, THIRD)
    presses(alice.browser, mailbox.newest(THIRD).link, "Confirm email")
    thiefs = stop_link(mailbox, NEW)
    owner = Browser(app, address="203.0.113.9")
    presses(owner, stop_link(mailbox, old), "Stop the change")
    assert (sub_of(app, old), sub_of(app, NEW), sub_of(app, THIRD)) == (alice.user_id, None, None)
    assert shown(Browser(app).open(thiefs)).status == 410, "what was done meanwhile cannot be brought back"


def test_an_address_that_was_given_up_is_nobody_elses_while_it_may_be_taken_back(
    app: Flask, alice: Person, jane: Person, mailbox: Mailbox, clock: Clock
) -> None:
    old = alice.email
    moves(alice, mailbox)
    jane.email = old
    signs_up(jane)
    page = presses(jane.browser, mailbox.newest(old, "confirm_address").link, "Confirm email")
    assert page.heading == "Already confirmed"
    assert sub_of(app, old) is None
    clock.moves(7 * 86_400)
    signs_up(jane)
    presses(jane.browser, mailbox.newest(old, "confirm_address").link, "Confirm email")
    assert sub_of(app, old) not in (None, alice.user_id)


def test_one_may_go_back_to_an_address_one_gave_up(app: Flask, alice: Person, mailbox: Mailbox) -> None:
    old = alice.email
    moves(alice, mailbox)
    asks(alice, old)
    presses(alice.browser, mailbox.newest(old, "confirm_new_address").link, "Confirm email")
    assert (sub_of(app, old), sub_of(app, NEW)) == (alice.user_id, None)


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
