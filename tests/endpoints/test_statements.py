"""How many SQL statements a request costs is pinned: what creeps in here is paid for at every sign-in."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event

from idp.store import base
from tests.clocks import Clock
from tests.people import Person
from tests.relying_app import RelyingApp, Visit

READS = ("SELECT", "WITH")


class Log:
    """Each statement and each end of a transaction is one round trip to the database."""

    def __init__(self) -> None:
        self.trips: list[str] = []

    @property
    def writes(self) -> list[str]:
        return [trip for trip in self.trips if not trip.lstrip().upper().startswith(READS)]

    @property
    def reads(self) -> list[str]:
        return [trip for trip in self.trips if trip.lstrip().upper().startswith(READS)]


Count = Callable[[], Any]


@pytest.fixture
def counting(app: Flask) -> Callable[[], Any]:
    @contextmanager
    def counted() -> Iterator[Log]:
        log = Log()

        def executed(_c: Any, _cursor: Any, statement: str, *_: Any) -> None:
            log.trips.append(statement)

        def ended(_connection: Any) -> None:
            log.trips.append("COMMIT")

        with app.app_context():
            engines = list(base.db.engines.values())
        for engine in engines:
            event.listen(engine, "before_cursor_execute", executed)
            event.listen(engine, "commit", ended)
        yield log
        for engine in engines:
            event.remove(engine, "before_cursor_execute", executed)
            event.remove(engine, "commit", ended)

    return counted


@pytest.fixture
def visit(shop: RelyingApp, alice: Person) -> Visit:
    """Somebody who is signed in and agreed before; the app and the keys are known to this process."""
    shop.asks("openid email").seen_by(alice).signs_in().allows().redeems()
    return shop.asks("openid email")


def test_a_silent_authorize_reads_three_times_at_most_and_writes_nothing(
    visit: Visit, alice: Person, counting: Count
) -> None:
    with counting() as log:
        visit.seen_by(alice)
    assert visit.code
    assert len(log.reads) <= 3, log.trips
    assert log.writes == []


def test_it_still_writes_nothing_when_the_process_forgot_the_app(
    visit: Visit, alice: Person, counting: Count, clock: Clock
) -> None:
    clock.moves(30)
    with counting() as log:
        visit.seen_by(alice)
    assert len(log.reads) <= 3, log.trips
    assert log.writes == []


def test_a_token_costs_two_round_trips(visit: Visit, alice: Person, counting: Count) -> None:
    visit.seen_by(alice)
    assert visit.code
    with counting() as log:
        response = visit.tries_to_redeem()
    assert response.status_code == 200
    assert len(log.trips) <= 2, log.trips
    assert len(log.writes) == 1


def test_a_refresh_costs_two_round_trips(visit: Visit, alice: Person, counting: Count) -> None:
    tokens = visit.seen_by(alice).redeems()
    with counting() as log:
        response = tokens.tries_to_refresh()
    assert response.status_code == 200
    assert len(log.trips) <= 2, log.trips


def test_userinfo_reads_once(visit: Visit, alice: Person, counting: Count) -> None:
    tokens = visit.seen_by(alice).redeems()
    with counting() as log:
        response = tokens.asks_userinfo()
    assert response.status_code == 200
    assert len(log.trips) <= 1, log.trips


def test_keys_and_discovery_ask_nothing(visit: Visit, client: FlaskClient, counting: Count) -> None:
    client.get("/jwks.json")
    with counting() as log:
        for path in ("/jwks.json", "/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"):
            assert client.get(path).status_code == 200
    assert log.trips == []


@pytest.mark.parametrize(
    "asked",
    [{"client_id": "nobody"}, {"redirect_uri": "https://evil.example/"}, {"scope": '"'}, {"prompt": "none login"}],
    ids=str,
)
def test_a_wrong_request_writes_nothing(
    shop: RelyingApp, alice: Person, counting: Count, asked: dict[str, str]
) -> None:
    """Nobody fills our tables by sending nonsense."""
    visit = shop.asks(**asked)
    with counting() as log:
        visit.seen_by(alice)
    assert log.writes == []


@pytest.mark.parametrize("grant", ["authorization_code", "refresh_token"])
def test_a_wrong_code_or_token_writes_nothing(shop: RelyingApp, counting: Count, grant: str) -> None:
    with counting() as log:
        fields = {"grant_type": grant, "code": "x", "refresh_token": "x", "redirect_uri": shop.redirect_uri}
        response = shop.posts_token(fields)
    assert response.status_code == 400
    assert log.writes == []


@pytest.mark.section("RFC 6749 §2.3.1")
def test_an_unknown_client_and_a_wrong_secret_cost_the_same(shop: RelyingApp, counting: Count) -> None:
    """RFC 6749 §2.3.1: the time an answer takes tells nobody which clients there are."""
    costs = []
    for wrong in (shop, replace(shop, client_id="nobody")):
        with counting() as log:
            response = wrong.posts_token({"grant_type": "x"}, {"Authorization": wrong.basic("wrong")})
        assert response.status_code == 401
        costs.append(len(log.trips))
    assert costs[0] == costs[1]


@pytest.mark.parametrize("path", ["/", "/signin", "/signup", "/forgot", "/help", "/terms", "/privacy", "/nowhere"])
def test_looking_at_a_page_writes_nothing(client: FlaskClient, counting: Count, path: str) -> None:
    with counting() as log:
        client.get(path)
    assert log.trips == []
