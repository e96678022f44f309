"""A token for one API is of no use at another (RFC 8707)."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from joserfc import jwt

from idp.protocol.token_exchange import ACCESS_TOKEN
from idp.settings.load import Settings
from idp.settings.resources import Resource
from tests import provider
from tests.id_tokens import published_keys
from tests.people import Person
from tests.relying_app import RelyingApp, Tokens, Visit

EXCHANGE = "urn:ietf:params:oauth:grant-type:token-exchange"
pytestmark = pytest.mark.section("RFC 8707 §2.2")
ORDERS, STOCK = "https://orders.example", "https://stock.example/api"
APIS = {
    "orders": Resource(identifier=ORDERS, scopes=("orders.read", "orders.write"), introspected_by=("orders-api",)),
    "stock": Resource(identifier=STOCK, token_format="opaque", open=True, introspected_by=("stock-api",)),
}


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """Portico with two APIs in its settings."""
    with provider.founded(settings.model_copy(update={"resources": APIS})) as server:
        yield server


@pytest.fixture
def desk(app: Flask) -> RelyingApp:
    scope = "openid email orders.read orders.write offline_access"
    return RelyingApp.registered(app, "desk", scope=scope, resources=[ORDERS], first_party=True)


def url_of(visit: Visit, *resources: str) -> str:
    return visit.url + "".join(f"&resource={resource}" for resource in resources)


def visits(desk: RelyingApp, person: Person, *resources: str, scope: str = "openid orders.read") -> Visit:
    visit = desk.asks(scope)
    visit.person, visit.browser = person, person.browser
    visit.at = person.browser.open(url_of(visit, *resources))
    return visit.signs_in()


def introspected(app: Flask, client_id: str, token: str) -> dict[str, Any]:
    service = RelyingApp.registered(
        app, client_id, grant_types=["client_credentials"], redirect_uris=[], post_logout_redirect_uris=[]
    )
    return dict(json.loads(service.posts("/introspect", {"token": token}).data))


def claims_of(app: Flask, token: str) -> dict[str, Any]:
    return dict(jwt.decode(token, published_keys(app), algorithms=["RS256"]).claims)


def test_it_says_whom_it_is_for_and_what_means_something_there(desk: RelyingApp, alice: Person) -> None:
    tokens = visits(desk, alice, ORDERS).redeems()
    claims = claims_of(desk.server, tokens.access_token)
    assert (claims["aud"], claims["scope"]) == (ORDERS, "orders.read")
    assert tokens.answer["scope"] == "orders.read"
    assert tokens.claims["sub"] == alice.user_id


def test_it_opens_nothing_elsewhere(desk: RelyingApp, alice: Person) -> None:
    token = visits(desk, alice, ORDERS).redeems().access_token
    answer = desk.server.test_client(use_cookies=False).get("/userinfo", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401
    assert introspected(desk.server, "stock-api", token) == {"active": False}


@pytest.mark.section("RFC 7662 §2.2")
def test_its_api_may_ask_about_it(desk: RelyingApp, alice: Person) -> None:
    token = visits(desk, alice, STOCK, scope="openid").redeems().access_token
    said = introspected(desk.server, "stock-api", token)
    assert (said["active"], said["aud"], said["client_id"]) == (True, STOCK, "desk")


def test_for_two_at_once_or_one_after_the_other(desk: RelyingApp, alice: Person) -> None:
    visit = visits(desk, alice, ORDERS, STOCK, scope="openid orders.read offline_access")
    tokens = visit.redeems(resource=STOCK)
    assert introspected(desk.server, "stock-api", tokens.access_token)["aud"] == STOCK
    refreshed = desk.posts_token(
        {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token, "resource": ORDERS}
    )
    again = Tokens.of(desk, refreshed)
    assert claims_of(desk.server, again.access_token)["aud"] == ORDERS
    both = Tokens.of(desk, desk.posts_token({"grant_type": "refresh_token", "refresh_token": again.refresh_token}))
    assert claims_of(desk.server, both.access_token)["aud"] == [ORDERS, STOCK]


@pytest.mark.section("RFC 8707 §2.2")
def test_more_than_was_granted_is_refused_and_costs_nothing(desk: RelyingApp, alice: Person) -> None:
    visit = visits(desk, alice, STOCK, scope="openid offline_access")
    assert json.loads(visit.tries_to_redeem(resource=ORDERS).data)["error"] == "invalid_target"
    tokens = visit.redeems()
    fields = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token}
    assert json.loads(desk.posts_token({**fields, "resource": ORDERS}).data)["error"] == "invalid_target"
    assert desk.posts_token(fields).status_code == 200


@pytest.mark.section("RFC 8707 §2.1")
def test_what_an_app_may_not_ask_for_goes_back_to_it(app: Flask, desk: RelyingApp, alice: Person) -> None:
    shop = RelyingApp.registered(app, "shop", scope="openid")
    for asking, resource in ((shop, ORDERS), (desk, "https://other.example"), (desk, "orders")):
        visit = asking.asks("openid")
        arrived = alice.browser.open(url_of(visit, resource))
        assert "error=invalid_target" in arrived.url


@pytest.mark.section("RFC 6749 §4.4.2")
def test_an_app_asks_for_an_api_for_itself(app: Flask) -> None:
    nightly = RelyingApp.registered(
        app,
        "nightly",
        grant_types=["client_credentials"],
        redirect_uris=[],
        post_logout_redirect_uris=[],
        scope="orders.read reports.read",
        resources=[ORDERS],
    )
    answer = json.loads(nightly.posts_token({"grant_type": "client_credentials", "resource": ORDERS}).data)
    claims = claims_of(app, answer["access_token"])
    assert (claims["aud"], claims["scope"], claims["sub"]) == (ORDERS, "orders.read", "nightly")
    refused = nightly.posts_token({"grant_type": "client_credentials", "resource": "https://other.example"})
    assert json.loads(refused.data)["error"] == "invalid_target"
    assert introspected(app, "orders-api", answer["access_token"])["client_id"] == "nightly"


@pytest.mark.section("RFC 8707 §2.2")
def test_portico_itself_may_be_named(desk: RelyingApp, alice: Person) -> None:
    token = visits(desk, alice, desk.issuer).redeems().access_token
    answer = desk.server.test_client(use_cookies=False).get("/userinfo", headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 200


@pytest.mark.section("RFC 8693 §2.1")
def test_an_exchanged_token_says_what_its_target_knows(app: Flask, desk: RelyingApp, alice: Person) -> None:
    """What the person allowed elsewhere is nothing to the service that the next service calls."""
    usual = {"grant_types": [EXCHANGE], "redirect_uris": [], "post_logout_redirect_uris": [], "exchange_from": ["desk"]}
    scope = "email orders.read stock.read"
    gate = RelyingApp.registered(app, "gate", **usual, scope=scope, exchange_to=[ORDERS, STOCK])

    def exchanges(subject: Tokens, resource: str, **more: str) -> dict[str, Any]:
        of_subject = {"subject_token": subject.access_token, "subject_token_type": ACCESS_TOKEN}
        fields = {"grant_type": EXCHANGE, "resource": resource, **of_subject, **more}
        return dict(json.loads(gate.posts_token(fields).data))

    tokens = desk.asks("openid email orders.read orders.write").seen_by(alice).signs_in().redeems()
    assert exchanges(tokens, ORDERS)["scope"] == "orders.read"
    assert exchanges(tokens, STOCK)["scope"] == "email orders.read"
    plain = desk.asks("openid email").seen_by(alice).redeems()
    assert exchanges(plain, ORDERS)["error"] == "invalid_scope"
    assert exchanges(plain, ORDERS, scope="email")["error"] == "invalid_scope"
