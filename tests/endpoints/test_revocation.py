"""Giving a token back (RFC 7009): it and all of its grant end, at once and everywhere."""

import json

import pytest
from flask import Flask
from sqlalchemy import text

from idp.store import base
from tests.endpoints.token.test_client_credentials import asks, service
from tests.people import Person
from tests.relying_app import RelyingApp, Tokens

pytestmark = pytest.mark.section("RFC 7009 §2.1")


@pytest.fixture
def tokens(shop: RelyingApp, alice: Person) -> Tokens:
    return shop.asks("openid offline_access").seen_by(alice).signs_in().allows().redeems()


def revokes(app: RelyingApp, token: str, **fields: str) -> tuple[int, str]:
    response = app.posts("/revoke", {"token": token, **fields})
    assert response.headers["Cache-Control"] == "no-store"
    return response.status_code, json.loads(response.data)["error"] if response.data else ""


@pytest.mark.parametrize("hint", [{}, {"token_type_hint": "access_token"}, {"token_type_hint": "what"}])
def test_a_refresh_token_ends_its_family_and_its_access_tokens(tokens: Tokens, hint: dict[str, str]) -> None:
    newer = tokens.refreshes()
    assert revokes(tokens.app, newer.refresh_token, **hint) == (200, "")
    assert newer.tries_to_refresh().status_code == 400
    assert newer.asks_userinfo().status_code == tokens.asks_userinfo().status_code == 401


def test_an_older_token_of_the_family_ends_it_too(tokens: Tokens) -> None:
    newer = tokens.refreshes()
    assert revokes(tokens.app, tokens.refresh_token) == (200, "")
    assert newer.tries_to_refresh().status_code == 400


def test_an_access_token_ends_with_what_it_came_with(tokens: Tokens) -> None:
    assert revokes(tokens.app, tokens.access_token) == (200, "")
    assert tokens.asks_userinfo().status_code == 401
    assert tokens.tries_to_refresh().status_code == 400


@pytest.mark.section("RFC 7009 §2.2")
@pytest.mark.parametrize("token", ["unknown", "ey.ey.ey", "\u00e4", "x" * 5000])
def test_what_is_unknown_is_answered_as_done(shop: RelyingApp, token: str) -> None:
    assert revokes(shop, token) == (200, "")


def test_what_was_revoked_may_be_revoked_again(tokens: Tokens) -> None:
    assert revokes(tokens.app, tokens.refresh_token) == revokes(tokens.app, tokens.refresh_token) == (200, "")


def test_another_apps_token_stays_as_it_is(app: Flask, tokens: Tokens) -> None:
    other = RelyingApp.registered(app, "other")
    for token in (tokens.refresh_token, tokens.access_token):
        assert revokes(other, token) == (400, "invalid_grant")
    assert tokens.asks_userinfo().status_code == 200
    assert tokens.refreshes()


def test_a_token_that_an_app_has_for_itself(app: Flask) -> None:
    report, other = service(app, "report"), service(app, "other")
    token = str(asks(report)[1]["access_token"])
    assert revokes(other, token) == (400, "invalid_grant")
    assert is_active(report, token)
    assert revokes(report, token) == (200, "")
    assert not is_active(report, token)
    assert is_active(report, str(asks(report)[1]["access_token"])), "the next one is another token"


def is_active(app: RelyingApp, token: str) -> bool:
    return bool(json.loads(app.posts("/introspect", {"token": token}).data)["active"])


def test_a_public_app_gives_back_its_own(spa: RelyingApp, alice: Person) -> None:
    """RFC 7009 §2.1, §2.3: its pages may read the answer."""
    tokens = spa.asks("openid").seen_by(alice).signs_in().allows().redeems()
    response = spa.posts("/revoke", {"token": tokens.access_token}, headers={"Origin": "https://spa.example"})
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == "https://spa.example"
    assert tokens.asks_userinfo().status_code == 401


@pytest.mark.parametrize(
    ("fields", "error", "status"),
    [
        ({}, "invalid_request", 400),
        ({"token": "x", "client_secret": "wrong"}, "invalid_request", 400),
    ],
)
def test_what_is_wrong_with_a_request_is_said(
    shop: RelyingApp, fields: dict[str, str], error: str, status: int
) -> None:
    response = shop.posts("/revoke", fields)
    assert (response.status_code, json.loads(response.data)["error"]) == (status, error)


def test_whoever_does_not_prove_who_they_are(shop: RelyingApp, tokens: Tokens) -> None:
    headers = {"Authorization": shop.basic("wrong")}
    response = shop.posts("/revoke", {"token": tokens.refresh_token}, headers=headers)
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"].startswith("Basic")
    assert tokens.refreshes()


@pytest.mark.incident("CVE-2020-15223")
def test_what_could_not_be_revoked_is_not_said_to_be(app: Flask, tokens: Tokens) -> None:
    with app.app_context(), base.unit_of_work():
        base.db.session.execute(text("ALTER TABLE grants RENAME TO grants_elsewhere"))
    assert tokens.app.posts("/revoke", {"token": tokens.refresh_token}).status_code == 500
