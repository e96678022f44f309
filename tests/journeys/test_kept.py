"""What a person typed or opened is not lost: on reloading, in another language, when the house is full."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from html import unescape

import pytest
from flask import Flask

from tests.mailbox import Mailbox
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.signing_up import fill_in_sign_up, shown, signs_in, signs_up
from tests.web_browser import Browser, Page

NEW = "Violet-kettle-43"


def reload_address(page: Page) -> str:
    """Where the page can be loaded again; its script puts this into the address bar."""
    found = re.search(r'data-reload="([^"]+)"', page.html)
    assert found
    return unescape(found[1])


def forgets(person: Person) -> None:
    browser = person.browser
    browser.submit(shown(browser.open("/forgot")), email=person.email)


@contextmanager
def crowded(app: Flask) -> Iterator[None]:
    """Every seat at the hashing of passwords is taken."""
    hasher = app.extensions["portico"].hasher
    seats = 0
    while hasher._seats.acquire(blocking=False):
        seats += 1
    yield
    for _ in range(seats):
        hasher._seats.release()


@pytest.fixture
def strict(app: Flask) -> None:
    """One form of a kind for each network."""
    house = app.extensions["portico"]
    few = house.settings.throttle.model_copy(update={"network_tries": 1})
    app.extensions["portico"] = replace(house, settings=house.settings.model_copy(update={"throttle": few}))


@pytest.mark.parametrize("path", ["/verify", "/reset"])
def test_the_page_of_a_mailed_link_can_be_loaded_again_without_its_token(
    app: Flask, jane: Person, alice: Person, mailbox: Mailbox, path: str
) -> None:
    person = jane if path == "/verify" else alice
    signs_up(jane)
    forgets(alice)
    mail = mailbox.newest(person.email)
    page = shown(person.browser.open(mail.link))
    again = reload_address(page)
    assert again.startswith(f"{path}?link=")
    assert mail.link.partition("token=")[2] not in again
    reloaded = shown(person.browser.open(again))
    assert (reloaded.status, reloaded.heading) == (200, page.heading)
    assert shown(person.browser.open(reload_address(reloaded))).status == 200


def test_what_one_browser_keeps_opens_nothing_in_another(app: Flask, alice: Person, mailbox: Mailbox) -> None:
    forgets(alice)
    again = reload_address(shown(alice.browser.open(mailbox.newest().link)))
    assert shown(Browser(app, address="203.0.113.66").open(again)).status == 410


def test_a_password_can_be_chosen_after_reloading(alice: Person, mailbox: Mailbox) -> None:
    forgets(alice)
    page = shown(alice.browser.open(mailbox.newest().link))
    page = shown(alice.browser.open(reload_address(page)))
    page = shown(alice.browser.submit(page, new_password=NEW, confirm_password=NEW))
    assert "Your password is changed." in page.text


def test_changing_the_language_after_a_slip_leads_back_to_the_form(alice: Person, mailbox: Mailbox) -> None:
    forgets(alice)
    page = shown(alice.browser.open(mailbox.newest().link))
    page = shown(alice.browser.submit(page, new_password="short", confirm_password="short"))
    assert page.status == 422
    language_form = next(form for form in page.read.forms if form.method == "get")
    german = shown(alice.browser.submit(page, form=language_form, ui_locales="de"))
    assert (german.status, german.heading) == (200, "Neues Passwort wählen")
    assert "token=" not in german.url


def test_a_dead_link_keeps_the_apps_request(shop: RelyingApp, alice: Person, mailbox: Mailbox) -> None:
    visit = shop.asks("openid").seen_by(alice)
    page = shown(alice.browser.open(visit.page.read.links["Forgot password?"]))
    alice.browser.submit(page, email=alice.email)
    older = mailbox.newest().link
    alice.browser.submit(page, email=alice.email)
    dead = shown(alice.browser.open(older))
    assert dead.status == 410
    alice.browser.submit(dead, email=alice.email)
    page = shown(alice.browser.open(mailbox.newest().link))
    visit.at = alice.browser.submit(page, new_password=NEW, confirm_password=NEW)
    assert visit.allows().redeems().claims["sub"] == alice.user_id


def test_what_was_typed_on_a_direct_visit_comes_along(app: Flask, jane: Person) -> None:
    page = signs_in(jane, password="Wrong-password-1")
    for link, field in (("Sign up", "new_password"), ("Forgot password?", "email")):
        address = page.read.links[link]
        assert jane.email not in address
        assert shown(jane.browser.open(address)).form(field).fields["email"] == jane.email
        assert shown(Browser(app).open(address)).form(field).fields["email"] == ""


def test_what_was_typed_without_a_password_comes_along_too(shop: RelyingApp, jane: Person) -> None:
    visit = shop.asks("openid").seen_by(jane)
    page = shown(jane.browser.submit(visit.page, form=visit.page.form("password"), email=jane.email, password=""))
    forgot = shown(jane.browser.open(page.read.links["Forgot password?"]))
    assert forgot.form("email").fields["email"] == jane.email


def test_another_address_starts_from_the_one_that_was_typed(jane: Person) -> None:
    page = signs_up(jane)
    again = shown(jane.browser.open(page.read.links["Use a different address"]))
    assert again.form("new_password").fields["email"] == jane.email


def test_when_the_house_is_full_a_sign_up_keeps_what_was_typed(app: Flask, jane: Person, mailbox: Mailbox) -> None:
    page = shown(jane.browser.open("/signup"))
    with crowded(app):
        page = shown(fill_in_sign_up(jane.browser, page, jane.email, jane.password, marketing="1"))
    assert (page.status, page.heading) == (503, "Create your account")
    assert page.response.headers["Retry-After"] == "3"
    fields = page.form("new_password").fields
    assert fields["email"] == jane.email
    assert {"terms", "marketing"} <= fields.keys()
    assert fields["new_password"] == ""
    assert mailbox.rows() == 0
    assert shown(fill_in_sign_up(jane.browser, page, jane.email, jane.password)).heading == "Check your email"


def test_when_the_house_is_full_a_link_is_not_spent(app: Flask, alice: Person, mailbox: Mailbox) -> None:
    forgets(alice)
    page = shown(alice.browser.open(mailbox.newest().link))
    with crowded(app):
        page = shown(alice.browser.submit(page, new_password=NEW, confirm_password=NEW))
    assert (page.status, page.heading) == (503, "Choose a new password")
    page = shown(alice.browser.submit(page, new_password=NEW, confirm_password=NEW))
    assert "Your password is changed." in page.text


def test_when_the_house_is_full_a_password_is_changed_later(app: Flask, alice: Person) -> None:
    signs_in(alice)
    page = shown(alice.browser.open("/account/password"))
    typed = {"password": alice.password, "new_password": NEW, "confirm_password": NEW}
    with crowded(app):
        page = shown(alice.browser.submit(page, **typed))
    assert (page.status, page.heading) == (503, "Change your password")
    assert "Your password is changed." in shown(alice.browser.submit(page, **typed)).text


@pytest.mark.usefixtures("strict")
def test_a_network_that_waits_keeps_the_form(jane: Person) -> None:
    signs_up(jane)
    page = signs_up(jane)
    assert (page.status, page.heading) == (429, "Create your account")
    assert "Slow down a moment." in page.text
    assert int(page.response.headers["Retry-After"]) > 0
    assert page.form("new_password").fields["email"] == jane.email
    forgets(jane)
    page = shown(jane.browser.submit(shown(jane.browser.open("/forgot")), email=jane.email))
    assert (page.status, page.heading) == (429, "Forgot your password?")
    assert page.form("email").fields["email"] == jane.email
