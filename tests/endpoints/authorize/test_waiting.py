"""A request that has to wait is a row in our tables: nobody fills them from one place."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import text

from idp.store import base
from tests.clocks import Clock
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.signing_up import shown
from tests.web_browser import Browser


@pytest.fixture
def narrow(app: Flask) -> Flask:
    """One wrong password a quarter of an hour, and so ten requests that wait."""
    house = app.extensions["portico"]
    throttle = house.settings.throttle.model_copy(update={"network_tries": 1})
    app.extensions["portico"] = replace(house, settings=house.settings.model_copy(update={"throttle": throttle}))
    return app


def rows(app: Flask) -> int:
    with app.app_context():
        return int(base.db.session.execute(text("SELECT count(*) FROM pending_authorizations")).scalar_one())


def test_a_network_that_leaves_requests_waiting_without_end_waits_itself(
    narrow: Flask, shop: RelyingApp, clock: Clock
) -> None:
    for _ in range(10):
        assert shown(Browser(narrow, address="203.0.113.5").open(shop.asks().url)).heading == "Sign in"
    page = shown(Browser(narrow, address="203.0.113.5").open(shop.asks().url))
    assert page.status == 429
    assert int(page.response.headers["Retry-After"]) > 0
    assert rows(narrow) == 10
    assert shown(Browser(narrow, address="203.0.113.6").open(shop.asks().url)).heading == "Sign in"
    clock.moves(15 * 60)
    assert shown(Browser(narrow, address="203.0.113.5").open(shop.asks().url)).heading == "Sign in"


def test_what_needs_no_page_is_not_counted(narrow: Flask, shop: RelyingApp, alice: Person) -> None:
    shop.asks().seen_by(alice).signs_in().allows()
    for _ in range(12):
        assert shop.asks().seen_by(alice).code
        assert shop.asks(prompt="none", max_age="0").seen_by(alice).error == "login_required"
    assert rows(narrow) == 1
