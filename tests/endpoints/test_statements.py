"""How many SQL statements a request costs is pinned: what creeps in here is paid for at every sign-in."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import backchannels, devices
from tests.clocks import Clock
from tests.people import Person
from tests.relying_app import RelyingApp, Visit
from tests.statements import Log, watched
from tests.web_browser import Page

Count = Callable[[], AbstractContextManager[Log]]


@pytest.fixture
def counting(app: Flask) -> Count:
    return partial(watched, app)


@pytest.fixture
def trips_to_open(database: str) -> int:
    """A grant is opened by one statement; PostgreSQL looks once more, lest it slip past a disconnection."""
    return 2 if database.startswith("postgresql") else 1


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


def test_a_token_costs_one_round_trip(visit: Visit, alice: Person, counting: Count, trips_to_open: int) -> None:
    visit.seen_by(alice)
    assert visit.code
    with counting() as log:
        response = visit.tries_to_redeem()
    assert response.status_code == 200
    assert len(log.writes) == len(log.trips) == trips_to_open, log.trips


def test_a_refresh_costs_two_round_trips(visit: Visit, alice: Person, counting: Count) -> None:
    tokens = visit.seen_by(alice).redeems()
    with counting() as log:
        response = tokens.tries_to_refresh()
    assert response.status_code == 200
    assert len(log.trips) <= 2, log.trips


def test_a_poll_costs_two_round_trips_and_the_one_that_succeeds_three(
    app: Flask, alice: Person, counting: Count, trips_to_open: int
) -> None:
    tv = devices.registered(app)
    devices.asks(tv).typed_by(alice).signs_in().allows().fetches()
    waiting = devices.asks(tv)
    with counting() as log:
        assert waiting.hears() == "authorization_pending"
    assert len(log.trips) <= 2, log.trips
    waiting.typed_by(alice).allows()
    with counting() as log:
        assert waiting.polls().status_code == 200
    assert len(log.trips) <= 2 + trips_to_open, log.trips


def test_a_device_that_begins_costs_a_count_and_a_row(app: Flask, counting: Count) -> None:
    tv = devices.registered(app)
    devices.asks(tv)
    with counting() as log:
        devices.asks(tv)
    assert len(log.trips) <= 3, log.trips


def test_asking_somebody_who_is_elsewhere_counts_twice_and_leaves_two_rows(
    app: Flask, alice: Person, counting: Count
) -> None:
    """The request, and the mail about it."""
    bank = backchannels.registered(app, first_party=True)
    backchannels.asks(bank, alice)
    with counting() as log:
        backchannels.asks(bank, alice)
    assert len(log.writes) <= 5, log.trips  # with the commit
    assert len(log.reads) <= 3, log.trips


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


def test_a_request_that_has_to_wait_costs_a_count_and_a_row(shop: RelyingApp, alice: Person, counting: Count) -> None:
    """With the page that it leads to. The count is what keeps one network from filling the table."""
    with counting() as log:
        shop.asks("openid email").seen_by(alice)
    assert len(log.reads) <= 2, log.trips
    assert len(statements(log)) <= 2, log.trips


def test_a_password_sign_in_and_what_it_leads_to(shop: RelyingApp, alice: Person, counting: Count) -> None:
    """The form, /authorize/ID and the page of consent: three requests, in a browser that is new to its person. A wrong
    password costs what it must: two counts, what was typed, and a line for the owner; and the right one not much more.
    """
    visit = shop.asks("openid email").seen_by(alice)
    with counting() as wrong:
        visit.signs_in("Wrong-horse-7-battery")
    assert len(wrong.reads) <= 3, wrong.trips
    assert len(statements(wrong)) <= 4, wrong.trips
    with counting() as right:
        visit.signs_in()
    assert len(right.reads) <= 10, right.trips
    assert len(statements(right)) <= 9, right.trips


def test_an_agreement_and_the_code_it_leads_to(shop: RelyingApp, alice: Person, counting: Count) -> None:
    """The form and /authorize/ID: two requests."""
    visit = shop.asks("openid email").seen_by(alice).signs_in()
    with counting() as log:
        visit.allows()
    assert visit.code
    assert len(log.reads) <= 6, log.trips
    assert len(statements(log)) <= 4, log.trips


def test_signing_out_writes_four_times(visit: Visit, alice: Person, counting: Count) -> None:
    """The session, word to the apps it let in (one statement, however many), their grants, and what happened; read are
    the session and which of its apps are shown in frames.
    """
    visit.seen_by(alice).redeems()
    page = alice.browser.open("/signout")
    assert isinstance(page, Page)
    with counting() as log:
        alice.browser.submit(page, "Sign out")
    assert len(log.reads) <= 2, log.trips
    assert len(statements(log)) <= 4, log.trips


def statements(log: Log) -> list[str]:
    """The writes without the ends of their transactions: one of those for each request, written or not."""
    return [write for write in log.writes if write != "COMMIT"]


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


@pytest.mark.parametrize(
    "path", ["/", "/signin", "/signup", "/forgot", "/device", "/help", "/terms", "/privacy", "/nowhere"]
)
def test_looking_at_a_page_writes_nothing(client: FlaskClient, counting: Count, path: str) -> None:
    with counting() as log:
        client.get(path)
    assert log.trips == []
