"""A service that was called with a person's token gets one for the next service (RFC 8693), where it may."""

import json
from typing import Any

import pytest
from flask import Flask
from joserfc import jwt

from idp.protocol.scope import Scope
from idp.protocol.token_exchange import ACCESS_TOKEN, JWT
from tests.clocks import Clock
from tests.dpop import Holder
from tests.id_tokens import published_keys
from tests.people import Person
from tests.relying_app import RelyingApp, Tokens
from tests.statements import watched

pytestmark = pytest.mark.section("RFC 8693 §2.1")
GRANT = "urn:ietf:params:oauth:grant-type:token-exchange"
STOCK = "https://stock.example"


@pytest.fixture
def front(app: Flask) -> RelyingApp:
    """The app that people use."""
    return RelyingApp.registered(app, "front", scope="openid stock.read stock.write", first_party=True)


@pytest.fixture
def orders(app: Flask) -> RelyingApp:
    """A service behind it."""
    return service(app, "orders")


def service(app: Flask, name: str, **metadata: object) -> RelyingApp:
    usual: dict[str, object] = {
        "grant_types": [GRANT, "client_credentials"],
        "redirect_uris": [],
        "post_logout_redirect_uris": [],
        "scope": "stock.read reports.read",
        "exchange_from": ["front"],
        "exchange_to": [STOCK, "billing"],
    }
    return RelyingApp.registered(app, name, **(usual | metadata))


@pytest.fixture
def tokens(front: RelyingApp, alice: Person) -> Tokens:
    return front.asks("openid stock.read stock.write").seen_by(alice).signs_in().redeems()


def exchanges(service: RelyingApp, token: str, **fields: str) -> tuple[int, dict[str, Any]]:
    usual = {"grant_type": GRANT, "subject_token": token, "subject_token_type": ACCESS_TOKEN, "resource": STOCK}
    response = service.posts_token({name: value for name, value in {**usual, **fields}.items() if value})
    return response.status_code, json.loads(response.data)


def stopped(service: RelyingApp) -> None:
    service.suspended()
    service.server.extensions["portico"].clients.forget(service.client_id)


def introspected(service: RelyingApp, token: str) -> dict[str, Any]:
    return dict(json.loads(service.posts("/introspect", {"token": token}).data))


@pytest.mark.section("RFC 8693 §2.2.1")
def test_the_new_token_is_for_that_place_says_who_acts_and_refreshes_nothing(
    orders: RelyingApp, tokens: Tokens, alice: Person
) -> None:
    status, answer = exchanges(orders, tokens.access_token)
    assert status == 200
    assert set(answer) == {"access_token", "issued_token_type", "token_type", "expires_in", "scope"}
    assert (answer["issued_token_type"], answer["token_type"]) == (ACCESS_TOKEN, "Bearer")
    assert answer["scope"] == "stock.read"
    said = introspected(orders, answer["access_token"])
    assert said["active"]
    assert (said["sub"], said["client_id"], said["aud"]) == (tokens.claims["sub"], "orders", STOCK)
    assert said["act"] == {"sub": "orders"}


@pytest.mark.section("RFC 8693 §4.1")
def test_as_a_jwt_it_says_the_same_to_everybody(orders: RelyingApp, tokens: Tokens) -> None:
    answer = exchanges(orders, tokens.access_token, requested_token_type=JWT)[1]
    assert answer["issued_token_type"] == JWT
    claims = jwt.decode(answer["access_token"], published_keys(orders.server), algorithms=["RS256"]).claims
    assert (claims["sub"], claims["client_id"], claims["aud"]) == (tokens.claims["sub"], "orders", STOCK)
    assert (claims["act"], claims["scope"]) == ({"sub": "orders"}, "stock.read")


@pytest.mark.section("RFC 8693 §4.1")
def test_from_hand_to_hand_all_who_acted_stand_in_it(app: Flask, orders: RelyingApp, tokens: Tokens) -> None:
    stock = service(app, "stock", exchange_from=["orders"])
    first = exchanges(orders, tokens.access_token)[1]["access_token"]
    second = exchanges(stock, first, audience="billing", resource="")[1]["access_token"]
    said = introspected(stock, second)
    assert (said["act"], said["aud"]) == ({"sub": "stock", "act": {"sub": "orders"}}, "billing")


@pytest.mark.section("RFC 8693 §1.1")
def test_who_may_speak_as_the_person_need_not_stand_in_it(app: Flask, tokens: Tokens) -> None:
    trusted = service(app, "trusted", exchange_impersonates=True)
    assert "act" not in introspected(trusted, exchanges(trusted, tokens.access_token)[1]["access_token"])
    own = json.loads(trusted.posts_token({"grant_type": "client_credentials"}).data)["access_token"]
    answer = exchanges(trusted, tokens.access_token, actor_token=own, actor_token_type=ACCESS_TOKEN)[1]
    assert introspected(trusted, answer["access_token"])["act"] == {"sub": "trusted"}


@pytest.mark.section("RFC 8693 §2.2.2")
def test_nobody_says_that_somebody_else_acts(app: Flask, orders: RelyingApp, tokens: Tokens) -> None:
    other = service(app, "other")
    theirs = json.loads(other.posts_token({"grant_type": "client_credentials"}).data)["access_token"]
    for actor in (theirs, tokens.access_token, "not a token"):
        status, answer = exchanges(orders, tokens.access_token, actor_token=actor, actor_token_type=ACCESS_TOKEN)
        assert (status, answer["error"]) == (400, "invalid_request")


@pytest.mark.section("RFC 8693 §2.2.2")
@pytest.mark.incident("CVE-2022-1245")
@pytest.mark.incident("GHSA-7qjx-gp9h-65qj")
def test_nothing_is_allowed_that_the_registration_does_not_name(
    app: Flask, front: RelyingApp, orders: RelyingApp, tokens: Tokens
) -> None:
    stranger = service(app, "stranger", exchange_from=[])
    assert exchanges(stranger, tokens.access_token)[1]["error"] == "invalid_request"
    assert exchanges(orders, tokens.access_token, resource="https://payroll.example")[1]["error"] == "invalid_target"
    assert exchanges(orders, tokens.access_token, resource="")[1]["error"] == "invalid_target"
    assert exchanges(front, tokens.access_token)[1]["error"] == "unauthorized_client"


@pytest.mark.section("RFC 8693 §2.1")
def test_the_scope_never_grows(app: Flask, orders: RelyingApp, tokens: Tokens) -> None:
    assert exchanges(orders, tokens.access_token, scope="stock.read stock.write")[1]["scope"] == "stock.read"
    assert exchanges(orders, tokens.access_token, scope="reports.read")[1]["error"] == "invalid_scope"
    strict = service(app, "strict", unknown_scope="refuse")
    assert exchanges(strict, tokens.access_token, scope="stock.read reports.read")[1]["error"] == "invalid_scope"


@pytest.mark.incident("CVE-2026-9094")
def test_what_is_no_live_token_of_a_person_is_not_exchanged(orders: RelyingApp, tokens: Tokens) -> None:
    own = json.loads(orders.posts_token({"grant_type": "client_credentials"}).data)["access_token"]
    for presented in (own, "not a token", tokens.answer["id_token"], tokens.refresh_token):
        status, answer = exchanges(orders, presented)
        assert (status, answer["error"]) == (400, "invalid_request"), presented[:10]
    assert exchanges(orders, "")[1]["error"] == "invalid_request"
    assert exchanges(orders, "", subject_token_type="")[1]["error_description"] == "subject_token is missing"


def test_it_ends_with_what_it_came_from(
    orders: RelyingApp, front: RelyingApp, tokens: Tokens, alice: Person, clock: Clock
) -> None:
    clock.moves(3000)
    answer = exchanges(orders, tokens.access_token)[1]
    assert answer["expires_in"] == 600
    assert introspected(orders, answer["access_token"])["active"]
    front.posts("/revoke", {"token": tokens.refresh_token})
    assert introspected(orders, answer["access_token"]) == {"active": False}
    assert exchanges(orders, tokens.access_token)[1]["error"] == "invalid_request"


@pytest.mark.section("RFC 7009 §2.2.1")
def test_it_is_not_revoked_by_itself(orders: RelyingApp, tokens: Tokens) -> None:
    token = exchanges(orders, tokens.access_token)[1]["access_token"]
    response = orders.posts("/revoke", {"token": token})
    assert (response.status_code, json.loads(response.data)["error"]) == (400, "unsupported_token_type")
    assert introspected(orders, token)["active"]


def test_it_opens_nothing_here_and_is_nobody_elses(front: RelyingApp, orders: RelyingApp, tokens: Tokens) -> None:
    token = exchanges(orders, tokens.access_token)[1]["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert orders.server.test_client(use_cookies=False).get("/userinfo", headers=headers).status_code == 401
    assert introspected(front, token) == {"active": False}


def test_not_even_where_it_is_made_for_us(app: Flask, front: RelyingApp, alice: Person) -> None:
    """The person let another app see who they are."""
    curious = service(app, "curious", scope="openid email", exchange_to=[front.issuer])
    front.changed(scope=Scope(("openid", "email")))
    tokens = front.asks("openid email").seen_by(alice).signs_in().redeems()
    token = exchanges(curious, tokens.access_token, resource=front.issuer)[1]["access_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert app.test_client(use_cookies=False).get("/userinfo", headers=headers).status_code == 401


@pytest.mark.section("RFC 9449 §7.2")
def test_a_bound_token_is_of_no_use_to_who_does_not_hold_its_key(
    front: RelyingApp, orders: RelyingApp, alice: Person
) -> None:
    holder = Holder()
    visit = front.asks("openid stock.read").seen_by(alice).signs_in()
    fields = {
        "grant_type": "authorization_code",
        "code": visit.code,
        "redirect_uri": front.redirect_uri,
        "code_verifier": visit.verifier,
    }
    headers = {"Authorization": front.basic(), "DPoP": holder.proof("POST", f"{front.issuer}/token")}
    bound = json.loads(front.posts_token(fields, headers=headers).data)["access_token"]
    status, answer = exchanges(orders, bound)
    assert (status, answer["error"]) == (400, "invalid_request")
    assert "bound to a key" in answer["error_description"]


def test_it_costs_one_read(orders: RelyingApp, tokens: Tokens) -> None:
    exchanges(orders, tokens.access_token)
    with watched(orders.server) as log:
        assert exchanges(orders, tokens.access_token)[0] == 200
    assert (len(log.reads), log.writes) == (1, [])


@pytest.mark.incident("CVE-2026-9097")
@pytest.mark.section("RFC 8693 §2.2.2")
def test_nothing_comes_of_the_token_of_an_app_that_was_stopped(
    app: Flask, front: RelyingApp, orders: RelyingApp, tokens: Tokens
) -> None:
    """Neither of the app that the person signed in to, nor of a service that handed it on."""
    stock = service(app, "stock", exchange_from=["orders", "front"])
    first = exchanges(orders, tokens.access_token)[1]["access_token"]
    second = exchanges(stock, first, audience="billing", resource="")[1]["access_token"]
    stopped(orders)
    assert exchanges(stock, first)[1]["error"] == "invalid_request"
    assert exchanges(stock, tokens.access_token)[0] == 200
    stopped(front)
    assert exchanges(stock, tokens.access_token)[1]["error"] == "invalid_request"
    assert introspected(stock, second) == {"active": False}
