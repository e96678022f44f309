"""People prove their address: by link or code, in this browser or another one, late, twice, or not at all."""

import re
from dataclasses import replace

import pytest
from flask import Flask

from tests.conftest import Clock
from tests.mailbox import Mailbox
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.signing_up import fill_in_sign_up, shown, signs_in, signs_up, sub_of
from tests.web_browser import Browser


@pytest.mark.incident("opening a mailed link is not using it")
def test_opening_the_link_confirms_nothing(app: Flask, jane: Person, mailbox: Mailbox) -> None:
    signs_up(jane)
    scanner = Browser(app, address="203.0.113.9")
    for _ in range(3):
        assert shown(scanner.open(mailbox.newest().link)).heading == "One click to finish"
    assert sub_of(app, jane.email) is None


def test_confirming_in_another_browser_tells_so_and_the_first_browser_goes_on(
    app: Flask, shop: RelyingApp, jane: Person, mailbox: Mailbox
) -> None:
    visit = shop.asks("openid", prompt="create").seen_by(jane)
    waiting = signs_up(jane, visit.page)
    phone = Browser(app, address="198.51.100.7")
    page = shown(phone.open(mailbox.newest().link))
    assert "Photo Box" not in page.text, "another browser learns nothing of the app"
    confirmed = shown(phone.submit(page, "Confirm email"))
    assert confirmed.heading == "Email confirmed"
    assert shown(phone.open("/account")).heading == "Sign in", "the other browser is not signed in"
    visit.at = jane.browser.open(waiting.url)
    assert visit.allows().redeems().claims["sub"] == sub_of(app, jane.email)


def test_the_waiting_page_learns_by_its_poll_where_to_go_on(app: Flask, jane: Person, mailbox: Mailbox) -> None:
    waiting = signs_up(jane)
    path = waiting.html.partition('data-poll="')[2].partition('"')[0].replace("&amp;", "&")
    poll = jane.browser.issuer + path
    assert jane.browser.client.get(poll).json == {"next": None}
    phone = Browser(app)
    phone.submit(shown(phone.open(mailbox.newest().link)), "Confirm email")
    assert phone.client.get(poll).json == {"next": None}, "another browser learns nothing"
    onward = jane.browser.client.get(poll).json["next"]
    assert shown(jane.browser.open(onward)).heading == "Your account"


def test_the_first_browser_goes_on_once_only(app: Flask, jane: Person, mailbox: Mailbox) -> None:
    waiting = signs_up(jane)
    phone = Browser(app)
    phone.submit(shown(phone.open(mailbox.newest().link)), "Confirm email")
    assert shown(jane.browser.open(waiting.url)).heading == "Your account"
    jane.signs_out()
    assert shown(jane.browser.open(waiting.url)).heading == "Sign in"


@pytest.mark.incident("CVE-2025-64102")
def test_five_wrong_codes_are_all_there_are(jane: Person, mailbox: Mailbox, clock: Clock) -> None:
    page = signs_up(jane)
    wrong = f"{(int(mailbox.newest().code.replace(' ', '')) + 1) % 10**6:06}"
    for _ in range(5):
        page = shown(jane.browser.submit(page, code=wrong))
        assert page.status == 422
        assert "That code isn’t right. Use the newest message." in page.text
    page = shown(jane.browser.submit(page, code=mailbox.newest().code))
    assert "That code no longer works. Send a new one." in page.text
    clock.moves(61)
    page = shown(jane.browser.submit(page, "Send it again"))
    assert re.search(r"Sent again at \d+:\d\d [AP]M UTC ?\. Use the newest message\.", page.text)
    assert shown(jane.browser.submit(page, code=mailbox.newest().code)).heading == "Your account"


def test_another_mail_comes_once_a_minute_and_five_times_an_hour(jane: Person, mailbox: Mailbox, clock: Clock) -> None:
    page = signs_up(jane)
    page = shown(jane.browser.submit(page, "Send it again"))
    assert page.status == 429
    assert page.response.headers["Retry-After"] == "60"
    assert "You asked for one a moment ago. Try again in 1 minute." in page.text
    for _ in range(4):
        clock.moves(61)
        page = shown(jane.browser.submit(page, "Send it again"))
        assert page.status == 200
    clock.moves(61)
    page = shown(jane.browser.submit(page, "Send it again"))
    assert page.status == 429
    assert re.search(r"We’ve sent a few already\. Try again in \d+ minutes\.", page.text)
    assert len(mailbox.all()) == 5


def test_the_right_password_before_the_proof_leads_to_the_mail_that_is_missing(
    app: Flask, jane: Person, mailbox: Mailbox, clock: Clock
) -> None:
    signs_up(jane)
    laptop = Browser(app, address="198.51.100.7")
    assert signs_in(jane, laptop).heading == "Check your email"
    assert len(mailbox.all()) == 1, "the mail of a moment ago will do"
    clock.moves(121)
    waiting = signs_in(jane, laptop)
    assert len(mailbox.all()) == 2
    assert shown(laptop.submit(waiting, code=mailbox.newest().code)).heading == "Your account"


def test_a_link_used_twice_says_that_the_address_is_confirmed(app: Flask, jane: Person, mailbox: Mailbox) -> None:
    signs_up(jane)
    phone = Browser(app)
    page = shown(phone.open(mailbox.newest().link))
    phone.submit(page, "Confirm email")
    assert shown(phone.submit(page, "Confirm email")).heading == "Already confirmed"
    assert shown(phone.open(mailbox.newest().link)).heading == "Already confirmed"


def test_a_double_click_on_confirm_goes_on_as_one_does(shop: RelyingApp, jane: Person, mailbox: Mailbox) -> None:
    visit = shop.asks("openid", prompt="create").seen_by(jane)
    signs_up(jane, visit.page)
    page = shown(jane.browser.open(mailbox.newest().link))
    jane.browser.submit(page, "Confirm email")
    visit.at = jane.browser.submit(page, "Confirm email")
    assert visit.allows().redeems().claims["sub"]


def test_an_old_link_says_so_and_helps_to_a_new_one(app: Flask, jane: Person, mailbox: Mailbox, clock: Clock) -> None:
    signs_up(jane)
    first = mailbox.newest()
    clock.moves(20 * 3600)
    assert signs_in(jane).heading == "Check your email"
    page = shown(Browser(app).open(first.link))
    assert page.status == 410
    assert page.heading == "This link is too old or was already used"
    clock.moves(61)
    visitor = Browser(app)
    page = shown(visitor.submit(shown(visitor.open(first.link)), "Send a new one", email=jane.email))
    assert page.heading == "Check your email"
    assert len(mailbox.all()) == 3


def test_asking_for_a_new_link_says_the_same_for_every_address(
    app: Flask, jane: Person, alice: Person, mailbox: Mailbox
) -> None:
    signs_up(jane)
    texts = set()
    for email in (jane.email, alice.email, "nobody@example.org"):
        browser = Browser(app)
        page = shown(browser.submit(shown(browser.open("/verify?token=x")), "Send a new one", email=email))
        texts.add((page.status, page.text.replace(email, "ADDRESS")))
    assert len(texts) == 1


def test_a_network_that_asks_for_mails_without_end_waits(app: Flask) -> None:
    """Each of them is written down: nobody fills our tables with addresses of their own making."""
    house = app.extensions["portico"]
    few = house.settings.throttle.model_copy(update={"network_tries": 3})
    app.extensions["portico"] = replace(house, settings=house.settings.model_copy(update={"throttle": few}))
    browser = Browser(app, address="203.0.113.5")
    form = shown(browser.open("/verify?token=x")).form("email")
    asked = [browser.post("/verify/resend", {**form.fields, "email": f"person{n}@example.org"}) for n in range(4)]
    assert [shown(page).status for page in asked] == [200, 200, 200, 429]
    assert shown(asked[-1]).form("email").fields["email"] == "person3@example.org", "what was typed is still there"


@pytest.mark.parametrize("token", ["", "x", "x" * 43, "x" * 5000, "\0", "é", "' OR 1=1 --"])
@pytest.mark.parametrize("path", ["/verify", "/reset"])
def test_no_token_of_somebodys_making_opens_anything(app: Flask, jane: Person, path: str, token: str) -> None:
    signs_up(jane)
    page = shown(Browser(app).client and jane.browser._go("GET", jane.browser.issuer + path + "?token=" + token, None))
    assert page.status == 410


def test_two_tabs_with_two_addresses_keep_their_own_codes(app: Flask, jane: Person, mailbox: Mailbox) -> None:
    first = signs_up(jane)
    code = mailbox.newest(jane.email).code
    second = shown(jane.browser.open("/signup"))
    fill_in_sign_up(jane.browser, second, "other@example.org", "Violet-kettle-42")
    jane.browser.submit(first, code=code)
    assert sub_of(app, jane.email)
    assert sub_of(app, "other@example.org") is None


def test_a_code_typed_after_the_app_stopped_waiting_still_confirms(
    app: Flask, shop: RelyingApp, jane: Person, mailbox: Mailbox, clock: Clock
) -> None:
    visit = shop.asks("openid", prompt="create").seen_by(jane)
    waiting = signs_up(jane, visit.page)
    clock.moves(3 * 3600)
    assert shown(jane.browser.submit(waiting, code=mailbox.newest().code)).heading == "Your account"
    visit = shop.asks("openid").seen_by(jane)
    assert visit.allows().redeems().claims["sub"] == sub_of(app, jane.email)


@pytest.mark.incident("CVE-2026-27946")
@pytest.mark.incident("CVE-2026-54693")
def test_nobody_declares_an_address_proved_by_themselves(app: Flask, jane: Person) -> None:
    more = {"email_verified": "true", "verified": "1", "proved_at": "1", "code": "000000"}
    page = shown(jane.browser.open("/signup"))
    form = page.form("new_password")
    fields = {**form.fields, "email": jane.email, "new_password": jane.password, "confirm_password": jane.password}
    jane.browser.post("/signup", {**fields, "terms": form.boxes["terms"][0], **more})
    assert sub_of(app, jane.email) is None
    assert shown(jane.browser.open("/account")).heading == "Sign in"
