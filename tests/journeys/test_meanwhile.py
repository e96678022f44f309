"""A password is reset while somebody who knows the old one is on the way in: who comes second finds a closed door."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as NotYet

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from idp import clock, sessions
from idp.accounts.hashing import PasswordHasher, Verdict
from idp.store import base
from tests.mailbox import Mailbox
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.signing_up import shown, signs_in
from tests.web_browser import Browser, Page

NEW, THIEFS = "Violet-kettle-42", "Mallorys-choice-99"
A_MOMENT = 0.5


class SlowHasher(PasswordHasher):
    """Something happens after the first password was found right and before the answer is written."""

    meanwhile: Callable[[], object] | None = None

    def verify(self, stored: str | None, password: str) -> Verdict:
        verdict = super().verify(stored, password)
        act, self.meanwhile = self.meanwhile, None
        if act is not None:
            act()
        return verdict


@pytest.fixture
def hasher(app: Flask) -> SlowHasher:
    house = app.extensions["portico"]
    slow = SlowHasher(house.settings.password)
    app.extensions["portico"] = type(house)(**{**vars(house), "hasher": slow})
    return slow


@pytest.fixture
def elsewhere() -> Iterator[ThreadPoolExecutor]:
    """Another worker: Flask would answer a request within a request with the same `g`."""
    with ThreadPoolExecutor(1) as worker:
        yield worker


@pytest.fixture
def owner_resets(app: Flask, alice: Person, mailbox: Mailbox, elsewhere: ThreadPoolExecutor) -> Callable[[], object]:
    """Alice, at home, has opened the mailed link and presses Continue when told."""
    home = Browser(app, address="198.51.100.77")
    home.submit(shown(home.open("/forgot")), email=alice.email)
    page = shown(home.open(mailbox.newest(alice.email).link))
    return lambda: elsewhere.submit(home.submit, page, new_password=NEW, confirm_password=NEW).result()


def in_by_sign_in(thief: Browser, alice: Person) -> Page:
    page = shown(thief.open("/signin"))
    return shown(thief.submit(page, form=page.form("password"), email=alice.email, password=alice.password))


def in_by_proving_again(thief: Browser, alice: Person) -> Page:
    page = shown(thief.open("/signin/again"))
    return shown(thief.submit(page, form=page.form("password"), password=alice.password))


def in_by_changing_the_password(thief: Browser, alice: Person) -> Page:
    page = shown(thief.open("/account/password"))
    chosen = {"new_password": THIEFS, "confirm_password": THIEFS}
    return shown(thief.submit(page, form=page.form("new_password"), password=alice.password, **chosen))


@pytest.mark.parametrize("way", [in_by_sign_in, in_by_proving_again, in_by_changing_the_password])
def test_the_old_password_opens_nothing_that_outlives_the_reset(
    app: Flask,
    alice: Person,
    hasher: SlowHasher,
    owner_resets: Callable[[], object],
    way: Callable[[Browser, Person], Page],
) -> None:
    thief = Browser(app, address="203.0.113.66")
    if way is not in_by_sign_in:
        signs_in(alice, thief)
    hasher.meanwhile = owner_resets
    assert way(thief, alice).status == 422
    assert hasher.meanwhile is None, "the reset came in between"
    assert shown(thief.open("/account")).heading == "Sign in"
    assert signs_in(alice, Browser(app), password=THIEFS).status == 422
    assert signs_in(alice, Browser(app), password=NEW).heading == "Hello, Alice Example"


def test_a_code_that_is_redeemed_while_its_session_ends_gives_nothing(
    app: Flask, shop: RelyingApp, alice: Person, elsewhere: ThreadPoolExecutor
) -> None:
    """What `offline_access` gives would live on for a year: no moment may lie between the end of session and grants."""
    visit = shop.asks("openid offline_access").seen_by(alice).signs_in().allows()
    assert visit.code
    with app.app_context(), base.unit_of_work():
        sessions.end_everywhere_else(str(alice.user_id), clock.now())
        answer: Future[TestResponse] = elsewhere.submit(visit.tries_to_redeem)
        try:
            answer.result(A_MOMENT)
        except NotYet:
            base.db.session.commit()
        assert answer.result().status_code == 400
