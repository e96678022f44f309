"""Nobody learns by the clock whether an address has an account.

The two paths are walked in turns, and the CPU time of this process (its hashing thread included) is compared pair
by pair: a busy machine slows both alike, and a median does not mind the rest. Hashes are quick here, so that what
the doors and the store do differently cannot hide behind Argon2id; that Argon2id itself runs for nobody too is shown
at OWASP's parameters in tests/accounts/test_hashing.py.
"""

from collections.abc import Callable
from statistics import median
from time import process_time

import pytest
from flask import Flask

from idp.settings.sections import Throttle
from tests.people import Person
from tests.signing_up import fill_in_sign_up, shown, signs_up
from tests.web_browser import Browser

PAIRS = 25
ALIKE = 0.12
UNLIMITED = Throttle(password_tries=10**6, network_tries=10**6, mails_per_hour=10**6, mail_every=0)


@pytest.fixture
def patient(app: Flask) -> Flask:
    """The same house, without a limit on tries."""
    house = app.extensions["portico"]
    settings = house.settings.model_copy(update={"throttle": UNLIMITED})
    app.extensions["portico"] = type(house)(**{**vars(house), "settings": settings})
    return app


def difference(first: Callable[[], object], second: Callable[[], object]) -> float:
    """How much dearer the first is, as a share of the second: the median over pairs."""
    for warm_up in (first, second):
        warm_up()
    pairs = [(cost(first), cost(second)) if turn % 2 else (cost(second), cost(first))[::-1] for turn in range(PAIRS)]
    return median(one - other for one, other in pairs) / median(other for _, other in pairs)


def are_alike(first: Callable[[], object], second: Callable[[], object]) -> bool:
    """Measured up to three times: what a busy machine adds does not come again, what the code adds does."""
    return any(abs(difference(first, second)) < ALIKE for _ in range(3))


def cost(act: Callable[[], object]) -> float:
    began = process_time()
    act()
    return process_time() - began


def signing_in(app: Flask, email: str, typed: str = "Wrong-password-1") -> Callable[[], object]:
    browser = Browser(app)
    form = shown(browser.open("/signin")).form("password")
    fields = {**form.fields, "email": email, "password": typed}
    return lambda: browser.post("/signin", fields)


def signing_up(app: Flask, email: str) -> Callable[[], object]:
    browser = Browser(app)
    page = shown(browser.open("/signup"))
    return lambda: fill_in_sign_up(browser, page, email, "Violet-kettle-42")


def forgetting(app: Flask, email: str) -> Callable[[], object]:
    browser = Browser(app)
    form = shown(browser.open("/forgot")).form("email")
    return lambda: browser.post("/forgot", {**form.fields, "email": email})


def asking_again(app: Flask, email: str) -> Callable[[], object]:
    browser = Browser(app)
    form = shown(browser.open("/verify?token=x")).form("email")
    return lambda: browser.post("/verify/resend", {**form.fields, "email": email})


def test_an_address_that_waits_for_a_mail_takes_the_same_time_as_others(patient: Flask, jane: Person) -> None:
    signs_up(jane)
    assert are_alike(asking_again(patient, jane.email), asking_again(patient, "nobody@example.org"))


@pytest.mark.incident("django-allauth 0.54")
@pytest.mark.incident("django-allauth 65.3.0")
@pytest.mark.incident("CVE-2026-23511")
@pytest.mark.parametrize("way", [signing_in, signing_up, forgetting])
def test_an_unknown_address_takes_the_same_time(
    patient: Flask, alice: Person, way: Callable[[Flask, str], Callable[[], object]]
) -> None:
    assert are_alike(way(patient, alice.email), way(patient, "nobody@example.org"))


def test_the_measure_sees_a_hash_that_was_left_out(patient: Flask, alice: Person) -> None:
    """The test above could fail: a page that stops before the check is far off."""
    unchecked = signing_in(patient, alice.email, typed="")
    assert difference(signing_in(patient, alice.email), unchecked) > ALIKE
