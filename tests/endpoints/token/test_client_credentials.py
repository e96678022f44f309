"""An app asks for itself (RFC 6749 §4.4): a token about nobody, for the scopes its registration names."""

import json
from functools import partial

import pytest
from flask import Flask
from joserfc import jwt

from tests.id_tokens import published_keys
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.services import SERVICE
from tests.statements import watched

pytestmark = pytest.mark.section("RFC 6749 §4.4")
OWN_SCOPES = "reports.read reports.write"


@pytest.fixture
def report(app: Flask) -> RelyingApp:
    """A program that runs at night, without anybody."""
    return service(app, "report")


def service(app: Flask, name: str, **metadata: object) -> RelyingApp:
    return RelyingApp.registered(app, name, **SERVICE | {"scope": f"openid profile {OWN_SCOPES}"} | metadata)


def asks(app: RelyingApp, **fields: str) -> tuple[int, dict[str, object]]:
    response = app.posts_token({"grant_type": "client_credentials", **fields})
    assert response.headers["Cache-Control"] == "no-store"
    return response.status_code, json.loads(response.data)


@pytest.mark.section("RFC 6749 §4.4.3")
def test_the_answer_has_a_token_and_nothing_that_outlives_it(report: RelyingApp) -> None:
    status, answer = asks(report)
    assert status == 200
    assert set(answer) == {"access_token", "token_type", "expires_in", "scope"}
    assert (answer["token_type"], answer["expires_in"], answer["scope"]) == ("Bearer", 3600, OWN_SCOPES)


def test_scopes_about_people_are_not_for_it(report: RelyingApp) -> None:
    assert asks(report, scope="openid reports.read")[1]["scope"] == "reports.read"
    status, answer = asks(report, scope="openid profile")
    assert (status, answer["error"]) == (400, "invalid_scope")


def test_a_scope_it_may_not_ask_for_is_dropped_or_refused_as_registered(app: Flask, report: RelyingApp) -> None:
    assert asks(report, scope="reports.read orders.read")[1]["scope"] == "reports.read"
    strict = service(app, "strict", unknown_scope="refuse")
    assert asks(strict, scope="reports.read orders.read")[1]["error"] == "invalid_scope"


def test_an_app_whose_registration_does_not_name_it(shop: RelyingApp) -> None:
    assert asks(shop)[1]["error"] == "unauthorized_client"


@pytest.mark.section("RFC 6749 §4.4.2")
def test_nobody_without_credentials_asks_for_itself(report: RelyingApp) -> None:
    fields = {"grant_type": "client_credentials", "client_id": report.client_id}
    response = report.posts_token(fields, headers={"X-None": "1"})
    assert (response.status_code, json.loads(response.data)["error"]) == (401, "invalid_client")


def test_the_token_opens_nothing_about_people(report: RelyingApp) -> None:
    token = str(asks(report)[1]["access_token"])
    headers = {"Authorization": f"Bearer {token}"}
    response = report.server.test_client(use_cookies=False).get("/userinfo", headers=headers)
    assert response.status_code == 401
    assert "invalid_token" in response.headers["WWW-Authenticate"]


@pytest.mark.section("RFC 9068 §2.2")
def test_as_a_jwt_its_subject_is_the_app(app: Flask) -> None:
    machine = service(app, "machine", access_token_format="jwt")
    token = jwt.decode(str(asks(machine)[1]["access_token"]), published_keys(app), algorithms=["RS256"])
    assert token.header["typ"] == "at+jwt"
    assert token.claims["sub"] == token.claims["client_id"] == "machine"
    assert {"iss", "aud", "exp", "iat", "jti"} <= set(token.claims)
    assert not {"auth_time", "acr", "amr"} & set(token.claims)


def test_it_costs_no_write(app: Flask, report: RelyingApp) -> None:
    asks(report)
    with partial(watched, app)() as log:
        assert asks(report)[0] == 200
    assert log.trips == []


@pytest.mark.incident("CVE-2025-64521")
def test_a_suspended_app_gets_nothing(report: RelyingApp, alice: Person) -> None:
    report.suspended()
    assert asks(report) == (401, {"error": "invalid_client", "error_description": NOT_PROVED})


NOT_PROVED = "the client is unknown or did not prove who it is"
