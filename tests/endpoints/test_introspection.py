"""Asking whether a token is alive (RFC 7662): told to the app it was given to, and to nobody else."""

import json
from typing import Any

import pytest
from flask import Flask

from tests.clocks import Clock
from tests.endpoints.token.test_client_credentials import asks, service
from tests.people import Person
from tests.relying_app import RelyingApp, Tokens
from tests.statements import watched

pytestmark = pytest.mark.section("RFC 7662 §2.2")
INACTIVE = {"active": False}


@pytest.fixture
def tokens(shop: RelyingApp, alice: Person) -> Tokens:
    return shop.asks("openid email offline_access").seen_by(alice).signs_in().allows().redeems()


def told(app: RelyingApp, token: str, **fields: str) -> dict[str, Any]:
    response = app.posts("/introspect", {"token": token, **fields})
    assert response.status_code == 200, response.data
    assert response.headers["Cache-Control"] == "no-store"
    answer: dict[str, Any] = json.loads(response.data)
    return answer


def test_a_live_access_token(tokens: Tokens, alice: Person, clock: Clock) -> None:
    answer = told(tokens.app, tokens.access_token)
    assert answer["active"] is True
    assert answer["sub"] == alice.user_id
    assert (answer["client_id"], answer["iss"]) == ("shop", tokens.app.issuer)
    assert set(answer["scope"].split()) == {"openid", "email", "offline_access"}
    assert answer["token_type"] == "Bearer"
    assert answer["exp"] == clock.now() + 3600


@pytest.mark.section("RFC 9470 §6.2")
def test_it_says_how_surely_and_when_the_person_proved_themselves(tokens: Tokens) -> None:
    answer = told(tokens.app, tokens.access_token)
    for name in ("auth_time", "acr", "amr"):
        assert answer[name] == tokens.claims[name]


def test_it_tells_nothing_about_the_person_beyond_that(tokens: Tokens) -> None:
    allowed = {"active", "scope", "client_id", "token_type", "exp", "sub", "aud", "iss", "auth_time", "acr", "amr"}
    assert set(told(tokens.app, tokens.access_token)) <= allowed


def test_a_jwt_is_asked_about_like_any_other(app: Flask, alice: Person) -> None:
    """RFC 9068 tokens end with their grant wherever Portico is asked."""
    jwts = RelyingApp.registered(app, "jwts", access_token_format="jwt")
    tokens = jwts.asks().seen_by(alice).signs_in().allows().redeems()
    assert told(jwts, tokens.access_token)["active"] is True
    jwts.posts("/revoke", {"token": tokens.access_token})
    assert told(jwts, tokens.access_token) == INACTIVE


def test_the_newest_refresh_token_is_active_and_no_older_one(tokens: Tokens) -> None:
    newer = tokens.refreshes()
    assert told(tokens.app, newer.refresh_token)["active"] is True
    assert told(tokens.app, tokens.refresh_token) == INACTIVE
    assert newer.refreshes(), "looking spent nothing"


@pytest.mark.incident("CVE-2026-8922")
def test_what_is_over_is_inactive(tokens: Tokens, alice: Person, clock: Clock) -> None:
    clock.moves(3600)
    assert told(tokens.app, tokens.access_token) == INACTIVE
    fresh = tokens.refreshes()
    alice.suspended()
    assert told(tokens.app, fresh.access_token) == told(tokens.app, fresh.refresh_token) == INACTIVE


def test_a_grant_without_offline_access_ends_with_its_session(shop: RelyingApp, alice: Person) -> None:
    tokens = shop.asks("openid").seen_by(alice).signs_in().allows().redeems()
    assert told(shop, tokens.refresh_token)["active"] is True
    alice.signs_out()
    assert told(shop, tokens.refresh_token) == told(shop, tokens.access_token) == INACTIVE


@pytest.mark.section("RFC 7662 §4")
def test_another_app_learns_nothing(app: Flask, tokens: Tokens) -> None:
    other = RelyingApp.registered(app, "other")
    for token in (tokens.access_token, tokens.refresh_token, "unknown", "ey.ey.ey", tokens.id_token):
        assert told(other, token) == INACTIVE


def test_an_id_token_is_no_access_token(tokens: Tokens) -> None:
    assert told(tokens.app, tokens.id_token) == INACTIVE


def test_the_hint_is_a_hint(tokens: Tokens) -> None:
    assert told(tokens.app, tokens.access_token, token_type_hint="refresh_token")["active"] is True


def test_a_token_that_an_app_has_for_itself(app: Flask) -> None:
    report = service(app, "report")
    answer = told(report, str(asks(report)[1]["access_token"]))
    assert (answer["active"], answer["sub"], answer["client_id"]) == (True, "report", "report")
    assert "auth_time" not in answer


@pytest.mark.section("RFC 7662 §2.1")
def test_whoever_does_not_prove_who_they_are_is_refused(spa: RelyingApp, shop: RelyingApp, tokens: Tokens) -> None:
    assert spa.posts("/introspect", {"token": tokens.access_token}).status_code == 401
    wrong = shop.posts("/introspect", {"token": tokens.access_token}, headers={"Authorization": shop.basic("no")})
    assert wrong.status_code == 401
    missing = shop.posts("/introspect", {})
    assert (missing.status_code, json.loads(missing.data)["error"]) == (400, "invalid_request")


def test_it_costs_one_read(app: Flask, tokens: Tokens) -> None:
    told(tokens.app, tokens.access_token)
    with watched(app) as log:
        told(tokens.app, tokens.access_token)
    assert len(log.trips) == len(log.reads) == 1, log.trips
