"""Apps hear that somebody has answered (OpenID CIBA Core 1.0 §10.2), at a real server of theirs."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text

from idp import clock as clocks
from idp.issuance import ping_delivery
from idp.issuance.ping_delivery import Outcome
from idp.outside import addresses, fetch
from idp.outside.fetch import Fetcher
from idp.store import base, polled_requests
from tests import backchannels
from tests.backchannels import Asked
from tests.clocks import Clock
from tests.emulators.ping_receiver import PingReceiver
from tests.people import Person
from tests.relying_app import RelyingApp

pytestmark = pytest.mark.section("OpenID CIBA Core 1.0 §10.2")
HERE = fetch.guarded(addresses.THIS_MACHINE)
TOKEN = "8d67dc78-7faa-4d41-aabd-67707b374255"


@pytest.fixture
def receiver() -> Iterator[PingReceiver]:
    with PingReceiver.listening() as listening:
        yield listening


@pytest.fixture
def bank(app: Flask, receiver: PingReceiver) -> RelyingApp:
    return backchannels.registered(
        app,
        first_party=True,
        backchannel_token_delivery_mode="ping",
        backchannel_client_notification_endpoint=receiver.uri,
    )


@pytest.fixture
def asked(bank: RelyingApp, alice: Person) -> Asked:
    return backchannels.asks(bank, alice, client_notification_token=TOKEN)


def sends(app: Flask, fetcher: Fetcher = HERE) -> list[Outcome]:
    with app.app_context():
        return list(ping_delivery.attempts(app.extensions["portico"].sealer, fetcher, clocks.now))


def rows(app: Flask) -> int:
    with app.app_context():
        found = base.db.session.execute(text("SELECT count(*) FROM pings")).scalar_one()
        base.db.session.remove()
    return int(found)


@pytest.mark.conformance("fapi-ciba-id1-ping-backchannel-notification-endpoint-response-has-body")
def test_an_app_is_pinged_once_as_soon_as_there_is_an_answer(
    app: Flask, asked: Asked, alice: Person, receiver: PingReceiver
) -> None:
    assert sends(app) == []
    asked.seen_by(alice).signs_in().reviews()
    assert sends(app) == []
    asked.allows()
    receiver.answers, receiver.body = [200], b"{}"
    assert sends(app) == [Outcome.DELIVERED]
    assert receiver.pings == [(f"Bearer {TOKEN}", {"auth_req_id": asked.said["auth_req_id"]})]
    assert receiver.types == ["application/json"]
    assert (sends(app), rows(app)) == ([], 0)
    assert asked.fetches().claims["sub"] == alice.user_id


def test_a_no_is_told_too(app: Flask, asked: Asked, alice: Person, receiver: PingReceiver) -> None:
    asked.seen_by(alice).signs_in().reviews().declines()
    assert sends(app) == [Outcome.DELIVERED]
    assert asked.hears() == "access_denied"


@pytest.mark.parametrize("status", [500, 503, 429])
def test_who_did_not_hear_is_pinged_again(
    app: Flask, asked: Asked, alice: Person, receiver: PingReceiver, clock: Clock, status: int
) -> None:
    receiver.answers = [status]
    asked.seen_by(alice).signs_in().reviews().allows()
    assert sends(app) == [Outcome.PUT_OFF]
    assert sends(app) == []
    clock.moves(2)
    assert sends(app) == [Outcome.DELIVERED]
    assert len(receiver.pings) == 2


@pytest.mark.parametrize(
    "status",
    [
        pytest.param(
            301,
            marks=pytest.mark.conformance(
                "fapi-ciba-id1-ping-backchannel-notification-endpoint-return-redirect-request"
            ),
        ),
        pytest.param(
            401, marks=pytest.mark.conformance("fapi-ciba-id1-ping-backchannel-notification-endpoint-response-401")
        ),
        pytest.param(
            403, marks=pytest.mark.conformance("fapi-ciba-id1-ping-backchannel-notification-endpoint-response-403")
        ),
    ],
)
@pytest.mark.conformance(
    "fapi-ciba-id1-ping-with-mtls-ciba-notification-endpoint-response-401-and-require-server-does-not-retry"
)
def test_who_refuses_is_pinged_once_and_followed_nowhere(
    app: Flask, asked: Asked, alice: Person, receiver: PingReceiver, clock: Clock, status: int
) -> None:
    """The flow goes on all the same: whoever polls gets the tokens."""
    receiver.answers = [status]
    asked.seen_by(alice).signs_in().reviews().allows()
    assert len(sends(app)) == 1
    clock.moves(60)
    assert sends(app) == []
    assert len(receiver.pings) == 1
    assert asked.fetches().claims["sub"] == alice.user_id


def test_it_is_given_up_when_the_request_is_over(
    app: Flask, asked: Asked, alice: Person, receiver: PingReceiver, clock: Clock
) -> None:
    receiver.answers = [500] * 99
    asked.seen_by(alice).signs_in().reviews().allows()
    assert sends(app) == [Outcome.PUT_OFF]
    clock.moves(600)
    assert sends(app) == [Outcome.GIVEN_UP]
    assert rows(app) == 0


def test_an_address_inside_is_not_reached(app: Flask, asked: Asked, alice: Person, receiver: PingReceiver) -> None:
    """What an app registered may lead into our own network."""
    asked.seen_by(alice).signs_in().reviews().allows()
    assert sends(app, fetch.guarded(addresses.PUBLIC)) == [Outcome.GIVEN_UP]
    assert receiver.pings == []


def test_what_is_stored_tells_neither_the_token_nor_the_request(app: Flask, asked: Asked) -> None:
    with app.app_context():
        stored = base.db.session.execute(text("SELECT * FROM pings")).one()
        base.db.session.remove()
    said = " ".join(str(value) for value in stored)
    assert TOKEN not in said
    assert asked.said["auth_req_id"] not in said


@pytest.mark.section("OpenID CIBA Core 1.0 §7.1")
def test_an_app_that_is_pinged_brings_a_token_and_others_need_none(app: Flask, bank: RelyingApp, alice: Person) -> None:
    assert backchannels.tries(bank, scope="openid", login_hint=alice.email).status_code == 400
    polls = backchannels.registered(app, "polls", first_party=True)
    assert backchannels.tries(polls, scope="openid", login_hint=alice.email).status_code == 200
    assert rows(app) == 0


def test_an_app_that_left_its_address_is_not_pinged(
    app: Flask, bank: RelyingApp, asked: Asked, alice: Person, receiver: PingReceiver
) -> None:
    asked.seen_by(alice).signs_in().reviews().allows()
    bank.changed(backchannel_client_notification_endpoint="")
    assert sends(app) == [Outcome.GIVEN_UP]
    assert receiver.pings == []


def test_a_ping_goes_with_its_request(app: Flask, asked: Asked, clock: Clock) -> None:
    clock.moves(600 + polled_requests.REMEMBERED_FOR)
    with app.app_context(), base.unit_of_work():
        assert polled_requests.delete_expired(clock.now(), 10) == 1
    assert rows(app) == 0
