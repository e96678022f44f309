"""The account: who am I, a new password, signing out."""

import pytest
from flask import Flask

from tests.mailbox import Mailbox
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.signing_up import shown, signs_in
from tests.web_browser import Browser, Page

NEW = "Violet-kettle-42"


def changes(person: Person, current: str, new: str = NEW, again: str = "") -> Page:
    page = shown(person.browser.open("/account/password"))
    typed = {"password": current, "new_password": new, "confirm_password": again or new}
    return shown(person.browser.submit(page, form=page.form("new_password"), **typed))


def test_the_account_shows_who_is_signed_in(alice: Person) -> None:
    page = signs_in(alice)
    assert page.heading == "Hello, Alice Example"
    assert alice.email in page.text


def test_nobody_is_sent_to_sign_in(alice: Person) -> None:
    assert shown(alice.browser.open("/account")).heading == "Sign in"


def test_password_managers_find_the_page_that_changes_the_password(alice: Person) -> None:
    response = alice.browser.client.get(f"{alice.browser.issuer}/.well-known/change-password")
    assert (response.status_code, response.headers["Location"]) == (303, "/account/password")
    page = shown(alice.browser.open("/.well-known/change-password"))
    assert page.heading == "Sign in"
    typed = {"email": alice.email, "password": alice.password}
    page = shown(alice.browser.submit(page, form=page.form("password"), **typed))
    assert page.heading == "Change your password", "signing in leads on to where the manager pointed"


@pytest.mark.parametrize(
    "then",
    ["https://evil.example/", "//evil.example", "/evil", "end_session.sign_out", "authorize.authorize", "x" * 5000],
)
def test_no_address_of_somebodys_making_is_gone_to_after_signing_in(alice: Person, then: str) -> None:
    page = shown(alice.browser.open(f"/signin?then={then}"))
    typed = {"email": alice.email, "password": alice.password}
    assert shown(alice.browser.submit(page, form=page.form("password"), **typed)).heading == "Hello, Alice Example"


def test_whoever_knows_the_current_password_chooses_a_new_one(
    app: Flask, shop: RelyingApp, alice: Person, mailbox: Mailbox
) -> None:
    elsewhere = alice.elsewhere()
    tokens = shop.asks("openid offline_access").seen_by(elsewhere).signs_in().allows().redeems()
    signs_in(alice)
    before = alice.browser.cookie("portico_session")
    assert "Your password is changed." in changes(alice, alice.password).text
    assert alice.browser.cookie("portico_session") != before
    assert shown(elsewhere.browser.open("/account")).heading == "Sign in"
    assert tokens.tries_to_refresh().status_code == 400
    assert mailbox.newest(alice.email).kind == "password_changed"
    assert signs_in(alice, Browser(app), password=NEW).heading == "Hello, Alice Example"


def test_a_reset_link_on_its_way_ends_with_the_change(alice: Person, mailbox: Mailbox) -> None:
    alice.browser.submit(shown(alice.browser.open("/forgot")), email=alice.email)
    signs_in(alice)
    changes(alice, alice.password)
    assert shown(alice.browser.open(mailbox.newest(kind="choose_password").link)).status == 410


@pytest.mark.parametrize(
    ("current", "new", "again", "said"),
    [
        ("Wrong-password-1", NEW, "", "That password isn’t right."),
        ("", NEW, "", "Enter your password."),
        ("Correct-horse-7-battery", "short", "", "This password needs"),
        ("Correct-horse-7-battery", NEW, "Violet-kettle-43", "These passwords don’t match."),
    ],
)
def test_a_slip_changes_nothing(alice: Person, mailbox: Mailbox, current: str, new: str, again: str, said: str) -> None:
    signs_in(alice)
    page = changes(alice, current, new, again)
    assert page.status == 422
    assert said in page.text
    assert mailbox.all() == []
    assert signs_in(alice, Browser(alice.server)).heading == "Hello, Alice Example"


def test_signing_out_ends_the_session_on_the_server(app: Flask, alice: Person) -> None:
    signs_in(alice)
    cookie = str(alice.browser.cookie("portico_session"))
    alice.signs_out()
    assert shown(alice.browser.open("/account")).heading == "Sign in"
    thief = Browser(app)
    thief.client.set_cookie("portico_session", cookie, domain="127.0.0.1")
    assert shown(thief.open("/account")).heading == "Sign in"
