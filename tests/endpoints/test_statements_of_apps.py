"""What the requests of apps themselves cost in SQL statements is pinned, as what their people do is."""

import json
from functools import partial

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests import backchannels
from tests.dpop import Holder
from tests.endpoints.authorize.test_signed import brought, request_of
from tests.endpoints.registration.conftest import Opens
from tests.endpoints.registration.conftest import opens as opens
from tests.endpoints.test_statements import Count
from tests.endpoints.test_statements import trips_to_open as trips_to_open
from tests.endpoints.token.test_jwt_bearer import GRANT, Builds, deploying
from tests.endpoints.token.test_private_key_jwt import TYPE, Signer
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.statements import watched


@pytest.fixture
def counting(app: Flask) -> Count:
    return partial(watched, app)


@pytest.fixture
def shop(app: Flask, alice: Person) -> RelyingApp:
    """Nobody is asked for consent, and alice is signed in; the app and the keys are known to this process."""
    shop = RelyingApp.registered(app, "shop", first_party=True)
    shop.asks().seen_by(alice).signs_in().redeems()
    return shop


def test_a_pushed_request_costs_a_row_and_what_a_browser_makes_of_it_two_writes(
    shop: RelyingApp, alice: Person, counting: Count
) -> None:
    """It is taken by one browser, and answered once: each in a statement that says whether it was."""
    visit = shop.asks()
    with counting() as log:
        visit.pushes()
    assert len(log.trips) <= 2, log.trips
    with counting() as log:
        visit.seen_by(alice)
    assert visit.code
    assert len(log.writes) <= 3, log.trips  # with the commit
    assert len(log.reads) <= 4, log.trips


def test_a_signed_request_costs_no_more_than_another_one(
    app: Flask, shop: RelyingApp, alice: Person, counting: Count
) -> None:
    signer = Signer(app, first_party=True)
    visit = signer.app.asks()
    text = request_of(signer, visit)
    with counting() as log:
        brought(signer, visit, text, alice)
    assert visit.code
    assert len(log.reads) <= 3, log.trips
    assert log.writes == []


def test_an_assertion_and_a_proof_cost_one_row_each(
    app: Flask, shop: RelyingApp, alice: Person, counting: Count, client: FlaskClient, trips_to_open: int
) -> None:
    """What may be used once is written down, whatever becomes of the request."""
    signer, holder = Signer(app, first_party=True), Holder()
    visit = signer.app.asks().seen_by(alice)
    fields = {
        "grant_type": "authorization_code",
        "code": visit.code,
        "redirect_uri": visit.parameters["redirect_uri"],
        "code_verifier": visit.verifier,
        "client_assertion_type": TYPE,
        "client_assertion": signer.assertion(),
    }
    proof = {"DPoP": holder.proof("POST", f"{signer.app.issuer}/token")}
    with counting() as log:
        answer = signer.app.posts("/token", fields, headers=proof)
    assert answer.status_code == 200, answer.data
    assert len(log.trips) <= 2 + trips_to_open, log.trips
    token = json.loads(answer.data)["access_token"]
    proof = {"DPoP": holder.proof("GET", f"{signer.app.issuer}/userinfo", token=token)}
    with counting() as log:
        answer = client.get("/userinfo", headers={"Authorization": f"DPoP {token}", **proof})
    assert answer.status_code == 200, answer.headers
    assert (len(log.reads), len(log.writes)) == (1, 1), log.trips


def test_an_identity_from_elsewhere_costs_nothing(app: Flask, counting: Count) -> None:
    builds = Builds()
    deploy = deploying(app, builds)
    deploy.posts_token({"grant_type": GRANT, "assertion": builds.identity(deploy)})
    with counting() as log:
        answer = deploy.posts_token({"grant_type": GRANT, "assertion": builds.identity(deploy)})
    assert answer.status_code == 200, answer.data
    assert log.trips == []


def test_giving_a_token_back_costs_a_look_the_end_and_a_line(shop: RelyingApp, alice: Person, counting: Count) -> None:
    tokens = shop.asks().seen_by(alice).redeems()
    with counting() as log:
        assert shop.posts("/introspect", {"token": tokens.refresh_token}).status_code == 200
    assert len(log.trips) == len(log.reads) == 1, log.trips
    with counting() as log:
        assert shop.posts("/revoke", {"token": tokens.refresh_token}).status_code == 200
    assert len(log.trips) <= 4, log.trips  # with the commit
    with counting() as log:
        assert shop.posts("/revoke", {"token": "unknown"}).status_code == 200
    assert log.trips == []


def test_a_poll_for_somebody_elsewhere_costs_what_a_device_costs(
    app: Flask, alice: Person, counting: Count, trips_to_open: int
) -> None:
    bank = backchannels.registered(app, first_party=True)
    backchannels.asks(bank, alice).seen_by(alice).signs_in().reviews().allows().fetches()
    asked = backchannels.asks(bank, alice)
    with counting() as log:
        assert asked.hears() == "authorization_pending"
    assert len(log.trips) <= 2, log.trips
    asked.seen_by(alice).reviews().allows()
    with counting() as log:
        assert asked.polls().status_code == 200
    assert len(log.trips) <= 2 + trips_to_open, log.trips


@pytest.mark.parametrize(
    "path",
    [
        "/.well-known/webfinger?resource=acct:jane@127.0.0.1",
        "/.well-known/oauth-protected-resource",
        "/.well-known/oauth-protected-resource/userinfo",
    ],
)
def test_documents_ask_nothing(client: FlaskClient, counting: Count, path: str) -> None:
    with counting() as log:
        assert client.get(path).status_code == 200
    assert log.trips == []


def test_a_registration_and_what_it_is_managed_by(opens: Opens) -> None:
    """Counted, and how many there are; the app, its token, its secret under a lock, and a line of what happened."""
    machine = opens(mode="open")
    machine.registered()
    with watched(machine.server) as log:
        told = machine.registered()
    assert len(log.trips) <= 8, log.trips
    with watched(machine.server) as log:
        assert machine.reads(told).status_code == 200
    assert len(log.reads) <= 3, log.trips
    assert [write for write in log.writes if write != "COMMIT"] == []
    with watched(machine.server) as log:
        assert machine.updates(told).status_code == 200
    assert len(log.trips) <= 8, log.trips
    with watched(machine.server) as log:
        assert machine.registers(redirect_uris=["javascript:x"]).status_code == 400
    assert len(log.writes) <= 2, log.trips  # counted
