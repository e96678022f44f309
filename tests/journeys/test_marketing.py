"""News and offers: only for those who said so, with the day they did, and ended by one click from any mail."""

import csv
import io
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient

from idp.accounts import agreements
from idp.cli.users import ACTIONS
from tests.clocks import Clock
from tests.mailbox import Mailbox
from tests.people import Person
from tests.signing_up import shown, signs_in, signs_up
from tests.terms import ledger
from tests.web_browser import Browser

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


def token_of(app: Flask, user_id: str | None, now: int) -> str:
    with app.app_context():
        return agreements.stop_token(str(user_id), app.extensions["portico"].sealer, now)


def listed(app: Flask, capsys: pytest.CaptureFixture[str], now: int) -> list[dict[str, str]]:
    """What `idp users marketing` prints."""
    with app.app_context():
        ACTIONS["marketing"](None, now)  # type: ignore[arg-type]
    return list(csv.DictReader(io.StringIO(capsys.readouterr().out)))


def switches(person: Person, press: str) -> str:
    page = shown(person.browser.open("/account/profile"))
    return shown(person.browser.submit(page, press)).text


def test_the_switch_in_the_account_says_since_when(app: Flask, alice: Person, clock: Clock) -> None:
    signs_in(alice)
    assert "News, offers and surveys by email Off" in shown(alice.browser.open("/account/profile")).text
    on = switches(alice, "Turn on news and offers")
    assert "News, offers and surveys by email On since" in on
    off = switches(alice, "Turn off news and offers")
    assert "News, offers and surveys by email Off since" in off
    assert [row[:2] for row in ledger(app, "marketing")] == [("2026-11", True), ("2026-11", False)]


def test_nobody_is_listed_before_their_address_is_proved(
    app: Flask, jane: Person, mailbox: Mailbox, capsys: pytest.CaptureFixture[str], clock: Clock
) -> None:
    waiting = signs_up(jane, marketing="1")
    assert listed(app, capsys, clock.now()) == []
    jane.browser.submit(waiting, code=mailbox.newest().code)
    assert [row["address"] for row in listed(app, capsys, clock.now())] == [jane.email]


def test_the_list_has_those_who_want_news_and_a_link_that_ends_them(
    app: Flask, alice: Person, bob: Person, capsys: pytest.CaptureFixture[str], clock: Clock
) -> None:
    signs_in(alice)
    switches(alice, "Turn on news and offers")
    (row,) = listed(app, capsys, clock.now())
    assert (row["address"], row["name"], row["locale"]) == (alice.email, alice.name, "en")
    elsewhere = Browser(app)
    page = shown(elsewhere.open(row["unsubscribe"]))
    assert page.heading == "No more news and offers?"
    assert [row[:2] for row in ledger(app, "marketing")] == [("2026-11", True)], "looking ends nothing"
    assert shown(elsewhere.submit(page, "Stop them")).heading == "You won’t get any more"
    assert listed(app, capsys, clock.now()) == []


def test_a_name_is_no_formula_for_whoever_opens_the_list(
    app: Flask, alice: Person, capsys: pytest.CaptureFixture[str], clock: Clock
) -> None:
    """CWE-1236."""
    alice.fills_in(name='=HYPERLINK("https://evil.example")')
    signs_in(alice)
    switches(alice, "Turn on news and offers")
    (row,) = listed(app, capsys, clock.now())
    assert row["name"] == 'HYPERLINK("https://evil.example")'


@pytest.mark.section("RFC 8058 §3.2")
@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data"])
def test_a_mail_program_ends_them_by_itself(
    app: Flask, client: FlaskClient, alice: Person, clock: Clock, kind: str
) -> None:
    """No cookie, no redirect, no question, whatever the program says of itself; a year later as well."""
    signs_in(alice)
    switches(alice, "Turn on news and offers")
    url = "/marketing/stop?" + urlencode({"token": token_of(app, alice.user_id, clock.now())})
    clock.moves(400 * 86400)
    for _ in range(2):
        answer = client.post(url, data=ONE_CLICK, content_type=kind, headers={"Origin": "https://mail.example"})
        assert answer.status_code == 200
        assert "Set-Cookie" not in answer.headers
    assert [row[:2] for row in ledger(app, "marketing")] == [("2026-11", True), ("2026-11", False)]


def test_a_post_that_does_not_say_one_click_ends_nothing(
    app: Flask, client: FlaskClient, alice: Person, clock: Clock
) -> None:
    signs_in(alice)
    switches(alice, "Turn on news and offers")
    url = "/marketing/stop?" + urlencode({"token": token_of(app, alice.user_id, clock.now())})
    for data in ({}, {"List-Unsubscribe": "x"}):
        assert b"Stop them" in client.post(url, data=data).data
    assert [row[:2] for row in ledger(app, "marketing")] == [("2026-11", True)]


def test_a_link_that_is_not_ours_ends_nothing(app: Flask, client: FlaskClient, alice: Person, clock: Clock) -> None:
    good = token_of(app, alice.user_id, clock.now())
    for token in ("", "x", good[:-1], good + "A", "A" * 5000, "\x00", "é"):
        answer = client.post("/marketing/stop?" + urlencode({"token": token}), data=ONE_CLICK)
        assert answer.status_code == 410
        assert client.get("/marketing/stop?" + urlencode({"token": token})).status_code == 410


def test_the_link_of_somebody_who_is_gone_says_the_same(app: Flask, client: FlaskClient, clock: Clock) -> None:
    url = "/marketing/stop?" + urlencode({"token": token_of(app, "A" * 22, clock.now())})
    assert client.post(url, data=ONE_CLICK).status_code == 200
    assert ledger(app, "marketing") == []


def test_the_link_opens_nothing_else(app: Flask, alice: Person, clock: Clock) -> None:
    browser = Browser(app)
    browser.open("/marketing/stop?" + urlencode({"token": token_of(app, alice.user_id, clock.now())}))
    assert shown(browser.open("/account")).heading == "Sign in"


def test_nobody_switches_it_for_another(app: Flask, client: FlaskClient, alice: Person) -> None:
    """Neither without a session, nor from another site's form."""
    assert client.post("/account/marketing", data={"wanted": "yes"}).status_code == 303
    signs_in(alice)
    alice.browser.post("/account/marketing", {"wanted": "yes"}, Origin="https://evil.example")
    assert ledger(app, "marketing") == []
