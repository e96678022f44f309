"""Eight at once, through the doors: one code and one half sign-in make one session."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import text

from idp.store import base
from tests.clocks import Clock
from tests.people import Person
from tests.phones import Phone
from tests.signing_up import shown, signs_in
from tests.web_browser import Browser, Page

RACERS = 8


@pytest.fixture
def phone(alice: Person, clock: Clock) -> Phone:
    return Phone.of(alice)


def at_once(*acts: Callable[[], object]) -> list[object]:
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        start.wait(30)
        return act()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def sessions(app: Flask) -> int:
    with app.app_context():
        alive = text("SELECT count(*) FROM browser_sessions WHERE ended_at IS NULL")
        return int(base.db.session.execute(alive).scalar_one())


def tab_of(app: Flask, browser: Browser) -> Browser:
    """The same browser once more: it holds the secret that the half sign-in is bound to, and no session yet."""
    tab = Browser(app)
    tab.client.set_cookie("portico_browser", str(browser.cookie("portico_browser")), domain="127.0.0.1")
    return tab


def sends(browser: Browser, page: Page, path: str, field: str, code: str) -> Callable[[], object]:
    fields = {**page.form("code").fields, field: code}
    return lambda: shown(browser.post(path, fields)).status


@pytest.mark.section("RFC 6238 §5.2")
def test_eight_browsers_with_one_code(app: Flask, alice: Person, phone: Phone) -> None:
    halves = [(browser, signs_in(alice, browser)) for browser in (Browser(app) for _ in range(RACERS))]
    acts = (sends(browser, page, "/signin/code", "code", phone.shows()) for browser, page in halves)
    assert sorted(map(str, at_once(*acts))) == ["200"] + ["422"] * (RACERS - 1)
    assert sessions(app) == 1


def test_eight_browsers_with_one_recovery_code(app: Flask, alice: Person, phone: Phone) -> None:
    halves = [(browser, signs_in(alice, browser)) for browser in (Browser(app) for _ in range(RACERS))]
    acts = (sends(browser, page, "/signin/recovery", "recovery_code", phone.paper[0]) for browser, page in halves)
    assert sorted(map(str, at_once(*acts))) == ["200"] + ["422"] * (RACERS - 1)
    assert sessions(app) == 1


def test_eight_tabs_of_one_half_sign_in_with_codes_of_three_steps(app: Flask, alice: Person, phone: Phone) -> None:
    """Each code might pass by itself; the half sign-in is completed once."""
    page = signs_in(alice)
    tabs = [tab_of(app, alice.browser) for _ in range(RACERS)]
    codes = [phone.shows(number % 3 - 1) for number in range(RACERS)]
    at_once(*(sends(tab, page, "/signin/code", "code", code) for tab, code in zip(tabs, codes, strict=True)))
    assert sessions(app) == 1


@pytest.mark.parametrize("turn", range(3))
def test_a_code_and_a_new_password_at_the_same_moment_leave_no_session_of_the_old_one(
    app: Flask, alice: Person, phone: Phone, clock: Clock, turn: int
) -> None:
    """Whichever is first: either the half sign-in has ended, or the session that came of it has."""
    owner = alice.browser
    page = signs_in(alice)
    owner.submit(page, form=page.form("code"), code=phone.shows(-1))
    thief = Browser(app)
    page = signs_in(alice, thief)
    change = shown(owner.open("/account/password"))
    typed = {"password": alice.password, "new_password": "Violet-kettle-42", "confirm_password": "Violet-kettle-42"}
    at_once(
        sends(thief, page, "/signin/code", "code", phone.shows()),
        lambda: owner.submit(change, form=change.form("new_password"), **typed),
    )
    assert shown(owner.open("/account")).heading == "Hello, Alice Example"
    assert shown(thief.open("/account")).heading == "Sign in"
    assert sessions(app) == 1
