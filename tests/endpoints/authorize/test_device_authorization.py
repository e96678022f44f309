"""POST /device_authorization (RFC 8628 §3.1, §3.2): who may ask, what is checked, what the screen is told."""

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from idp.store import base, polled_requests
from tests import devices
from tests.clocks import Clock
from tests.dpop import Holder
from tests.people import Person
from tests.relying_app import RelyingApp

pytestmark = pytest.mark.section("RFC 8628 §3.1")

UNREACHABLE = '{"id_token": {"acr": {"essential": true, "value": "loa9"}}}'


@pytest.fixture
def tv(app: Flask) -> RelyingApp:
    return devices.registered(app)


def refused(app: RelyingApp, status: int = 400, **fields: str) -> str:
    response = devices.tries(app, fields)
    assert response.status_code == status, response.data
    assert response.headers["Cache-Control"] == "no-store"
    return str(json.loads(response.data)["error"])


@pytest.mark.section("RFC 8628 §3.2")
def test_the_answer_says_what_to_show_and_how_long(tv: RelyingApp) -> None:
    said = devices.asks(tv).said
    assert set(said) == {
        *("device_code", "user_code", "verification_uri", "verification_uri_complete", "expires_in", "interval")
    }
    assert said["verification_uri"] == f"{tv.issuer}/device"
    assert said["verification_uri_complete"] == f"{tv.issuer}/device?user_code={said['user_code']}"
    assert (said["expires_in"], said["interval"]) == (600, 5)
    assert len(said["device_code"]) >= 43


@pytest.mark.section("RFC 8628 §6.1")
def test_nothing_that_is_stored_tells_a_code(app: Flask, tv: RelyingApp) -> None:
    said = devices.asks(tv).said
    with app.app_context():
        row = base.db.session.execute(text("SELECT * FROM polled_requests")).one()
        base.db.session.remove()
    stored = " ".join(str(value) for value in row)
    for secret in (said["device_code"], said["user_code"], said["user_code"].replace("-", "")):
        assert secret not in stored
        assert base.fingerprint(secret) not in stored or secret == said["device_code"]


@pytest.mark.section("RFC 8628 §4")
def test_discovery_says_where_to_ask(client: FlaskClient) -> None:
    found = json.loads(client.get("/.well-known/openid-configuration").data)
    assert found["device_authorization_endpoint"] == f"{found['issuer']}/device_authorization"
    assert devices.GRANT in found["grant_types_supported"]


@pytest.mark.parametrize(
    ("fields", "error"),
    [
        ({"scope": "orders.read"}, "invalid_scope"),
        ({"scope": 'open"id'}, "invalid_scope"),
        ({"max_age": "soon"}, "invalid_request"),
        ({"prompt": "none"}, "invalid_request"),
        ({"claims": "{"}, "invalid_request"),
        (
            {"claims": '{"id_token": {"acr": {"essential": true, "value": "loa9"}}}'},
            "unmet_authentication_requirements",
        ),
        ({"request": "ey"}, "request_not_supported"),
        ({"request_uri": "urn:x"}, "request_uri_not_supported"),
        ({"resource": "https://api.example"}, "invalid_target"),
    ],
)
def test_what_authorize_would_refuse_is_refused_here(tv: RelyingApp, fields: dict[str, str], error: str) -> None:
    assert refused(tv, **fields) == error


@pytest.mark.incident("CVE-2024-52287")
def test_scopes_that_the_app_may_not_ask_for_are_not_granted(tv: RelyingApp, alice: Person) -> None:
    tokens = devices.asks(tv, "openid phone admin").typed_by(alice).signs_in().allows().fetches()
    assert tokens.scope == {"openid"}


def test_only_an_app_that_registered_the_grant_may_ask(shop: RelyingApp) -> None:
    assert refused(shop, scope="openid") == "unauthorized_client"


def test_a_confidential_app_proves_itself(app: Flask, client: FlaskClient) -> None:
    service = devices.registered(app, "service", token_endpoint_auth_method="client_secret_basic")
    assert devices.asks(service).said["user_code"]
    response = client.post("/device_authorization", data={"client_id": "service", "scope": "openid"})
    assert (response.status_code, json.loads(response.data)["error"]) == (401, "invalid_client")
    assert client.post("/device_authorization", data={"client_id": "nobody"}).status_code == 401


def test_duplicates_and_queries_are_refused(tv: RelyingApp, client: FlaskClient) -> None:
    form = {"content_type": "application/x-www-form-urlencoded"}
    for address, body in (
        ("/device_authorization", "client_id=tv&scope=openid&scope=email"),
        ("/device_authorization?scope=openid", "client_id=tv"),
    ):
        response = client.post(address, data=body, **form)
        assert (response.status_code, json.loads(response.data)["error"]) == (400, "invalid_request")
    assert client.get("/device_authorization").status_code == 405


@pytest.mark.section("RFC 8628 §5.2")
def test_one_network_cannot_fill_the_table(tv: RelyingApp, app: Flask) -> None:
    limits = app.extensions["portico"].settings.throttle
    most = limits.network_tries * 10
    statement = text("UPDATE throttles SET tries = :most WHERE tries = 1")
    devices.asks(tv)
    with app.app_context(), base.unit_of_work():
        assert base.count(statement, {"most": most}) == 1
    response = devices.tries(tv, {"scope": "openid"})
    assert (response.status_code, json.loads(response.data)["error"]) == (429, "temporarily_unavailable")
    assert int(response.headers["Retry-After"]) > 0


@pytest.mark.section("RFC 9449 §10")
def test_a_proof_binds_what_is_asked_for_to_its_key(tv: RelyingApp, alice: Person) -> None:
    key, other = Holder(), Holder()
    proof = {"DPoP": key.proof("POST", f"{tv.issuer}/device_authorization")}
    waiting = devices.asks(tv, headers=proof).typed_by(alice).signs_in().allows()
    fields = {"grant_type": devices.GRANT, "device_code": waiting.said["device_code"]}

    def polls(holder: Holder | None) -> dict[str, Any]:
        headers = {"DPoP": holder.proof("POST", f"{tv.issuer}/token")} if holder else {}
        answer: dict[str, Any] = json.loads(tv.posts_token(fields, headers).data)
        return answer

    assert polls(None)["error"] == "invalid_grant"
    assert polls(other)["error"] == "invalid_grant"
    assert polls(key)["token_type"] == "DPoP"


def test_the_row_goes_an_hour_after_the_last_word(app: Flask, tv: RelyingApp, clock: Clock) -> None:
    asked = devices.asks(tv)
    clock.moves(601)
    assert asked.hears() == "expired_token"
    assert cleared(app, clock) == 0
    clock.moves(3600)
    assert cleared(app, clock) == 1
    assert asked.hears() == "invalid_grant"


def cleared(app: Flask, clock: Clock) -> int:
    with app.app_context(), base.unit_of_work():
        return polled_requests.delete_expired(clock.now(), 10)
