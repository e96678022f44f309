"""oidcc-formpost-basic-certification-test-plan: the modules of the basic plan, their answers posted to the app."""

import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from tests.clocks import Clock
from tests.conformance.suite import CALLBACK, Suite
from tests.endpoints.token.test_request import refused
from tests.people import Person
from tests.relying_app import RelyingApp, Visit, challenge_of
from tests.web_browser import Arrival, Page

pytestmark = pytest.mark.section("OAuth 2.0 Form Post Response Mode §2")


def asks(suite: Suite, scope: str = "openid", **parameters: str | None) -> Visit:
    return suite.asks(scope, **{"response_mode": "form_post", **parameters})


def posted(visit: Visit) -> Visit:
    """The answer has come by POST, and nothing of it stands in the address."""
    visit.posts_the_answer()
    assert isinstance(visit.at, Arrival)
    assert visit.at.method == "POST"
    assert visit.at.url == CALLBACK
    return visit


def lets_in(suite: Suite, person: Person, scope: str = "openid", **parameters: str | None) -> Visit:
    return posted(asks(suite, scope, **parameters).seen_by(person).signs_in().allows())


@pytest.mark.parametrize(
    ("scope", "asked"),
    [
        pytest.param("openid", {}, marks=pytest.mark.conformance("oidcc-server", "form_post")),
        pytest.param(
            "openid",
            {"nonce": None},
            marks=pytest.mark.conformance("oidcc-ensure-request-without-nonce-succeeds-for-code-flow", "form_post"),
        ),
        pytest.param("openid profile", {}, marks=pytest.mark.conformance("oidcc-scope-profile", "form_post")),
        pytest.param("openid email", {}, marks=pytest.mark.conformance("oidcc-scope-email", "form_post")),
        pytest.param("openid address", {}, marks=pytest.mark.conformance("oidcc-scope-address", "form_post")),
        pytest.param("openid phone", {}, marks=pytest.mark.conformance("oidcc-scope-phone", "form_post")),
        pytest.param(
            "openid profile email address phone", {}, marks=pytest.mark.conformance("oidcc-scope-all", "form_post")
        ),
        pytest.param("email openid", {}, marks=pytest.mark.conformance("oidcc-alternate-happy-flow", "form_post")),
        pytest.param("openid", {"display": "page"}, marks=pytest.mark.conformance("oidcc-display-page", "form_post")),
        pytest.param("openid", {"display": "popup"}, marks=pytest.mark.conformance("oidcc-display-popup", "form_post")),
        pytest.param(
            "openid",
            {"extra": "foobar"},
            marks=pytest.mark.conformance("oidcc-ensure-request-with-unknown-parameter-succeeds", "form_post"),
        ),
        pytest.param(
            "openid", {"login_hint": "buffy@x"}, marks=pytest.mark.conformance("oidcc-login-hint", "form_post")
        ),
        pytest.param("openid", {"ui_locales": "se"}, marks=pytest.mark.conformance("oidcc-ui-locales", "form_post")),
        pytest.param(
            "openid", {"claims_locales": "se"}, marks=pytest.mark.conformance("oidcc-claims-locales", "form_post")
        ),
        pytest.param(
            "openid",
            {"acr_values": "urn:portico:acr:1"},
            marks=pytest.mark.conformance("oidcc-ensure-request-with-acr-values-succeeds", "form_post"),
        ),
        pytest.param(
            "openid",
            {"claims": '{"userinfo":{"name":{"essential":true}}}'},
            marks=pytest.mark.conformance("oidcc-claims-essential", "form_post"),
        ),
    ],
)
def test_the_code_is_posted(suite: Suite, alice: Person, scope: str, asked: dict[str, Any]) -> None:
    """What the tokens hold does not depend on the way the code came: the basic plan looks at that."""
    tokens = lets_in(suite, alice, scope, **asked).redeems()
    assert tokens.scope == set(scope.split())
    assert tokens.userinfo()["sub"] == alice.user_id


@pytest.mark.conformance("oidcc-userinfo-get", "form_post")
@pytest.mark.conformance("oidcc-userinfo-post-header", "form_post")
@pytest.mark.conformance("oidcc-userinfo-post-body", "form_post")
def test_userinfo_answers_every_way_of_asking(suite: Suite, alice: Person, client: FlaskClient) -> None:
    tokens = lets_in(suite, alice).redeems()
    header = {"Authorization": f"Bearer {tokens.access_token}"}
    for response in (
        client.get("/userinfo", headers=header),
        client.post("/userinfo", headers=header),
        client.post("/userinfo", data={"access_token": tokens.access_token}),
    ):
        assert response.headers["Content-Type"] == "application/json"
        assert json.loads(response.data) == {"sub": alice.user_id}


@pytest.mark.conformance("oidcc-ensure-request-with-valid-pkce-succeeds", "form_post")
def test_a_code_bound_to_a_challenge_is_posted_too(suite: Suite, alice: Person) -> None:
    verifier = "v" * 43
    challenge = {"code_challenge": challenge_of(verifier), "code_challenge_method": "S256"}
    assert lets_in(suite, alice, **challenge).redeems(code_verifier=verifier).userinfo()


@pytest.mark.parametrize(
    ("asked", "errors"),
    [
        pytest.param(
            {"response_type": None},
            {"invalid_request", "unsupported_response_type"},
            marks=pytest.mark.conformance("oidcc-response-type-missing", "form_post"),
        ),
        pytest.param(
            {"prompt": "none", "state": "s" * 128},
            {"login_required"},
            marks=pytest.mark.conformance("oidcc-prompt-none-not-logged-in", "form_post"),
        ),
    ],
    ids=["response_type", "prompt"],
)
def test_an_error_is_posted(suite: Suite, alice: Person, asked: dict[str, Any], errors: set[str]) -> None:
    visit = posted(asks(suite, **asked).seen_by(alice))
    assert visit.error in errors
    assert set(visit.answer) == {"error", "error_description", "state", "iss"}


@pytest.mark.parametrize(
    ("first", "again"),
    [
        pytest.param({}, {"prompt": "none"}, marks=pytest.mark.conformance("oidcc-prompt-none-logged-in", "form_post")),
        pytest.param(
            {},
            {"prompt": "none", "id_token_hint": ""},
            marks=pytest.mark.conformance("oidcc-id-token-hint", "form_post"),
        ),
        pytest.param(
            {"max_age": "15000"},
            {"max_age": "10000"},
            marks=pytest.mark.conformance("oidcc-max-age-10000", "form_post"),
        ),
    ],
    ids=["prompt", "hint", "max_age"],
)
def test_the_second_code_is_posted_at_once(
    suite: Suite, alice: Person, first: dict[str, str], again: dict[str, str]
) -> None:
    before = lets_in(suite, alice, **first).redeems()
    hint = {"id_token_hint": before.id_token} if "id_token_hint" in again else {}
    after = posted(asks(suite, **{**again, **hint}).seen_by(alice)).redeems()
    assert after.claims["auth_time"] == before.claims["auth_time"]


@pytest.mark.parametrize(
    "asked",
    [
        pytest.param({"prompt": "login"}, marks=pytest.mark.conformance("oidcc-prompt-login", "form_post")),
        pytest.param({"max_age": "1"}, marks=pytest.mark.conformance("oidcc-max-age-1", "form_post")),
    ],
    ids=str,
)
def test_a_second_sign_in_moves_auth_time(suite: Suite, alice: Person, clock: Clock, asked: dict[str, str]) -> None:
    before = lets_in(suite, alice).redeems()
    clock.moves(2)
    after = posted(asks(suite, **asked).seen_by(alice).signs_in()).redeems()
    assert after.claims["auth_time"] == before.claims["auth_time"] + 2


@pytest.mark.conformance("oidcc-codereuse", "form_post")
@pytest.mark.conformance("oidcc-codereuse-30seconds", "form_post")
@pytest.mark.parametrize("seconds", [0, 30])
def test_a_posted_code_is_good_once(suite: Suite, alice: Person, clock: Clock, seconds: int) -> None:
    visit = lets_in(suite, alice)
    tokens = visit.redeems()
    clock.moves(seconds)
    refused(visit.tries_to_redeem(), "invalid_grant")
    assert tokens.asks_userinfo().status_code == 401


@pytest.mark.conformance("oidcc-ensure-registered-redirect-uri", "form_post")
@pytest.mark.conformance("oidcc-ensure-request-object-with-redirect-uri", "form_post")
@pytest.mark.parametrize("object_too", [{}, {"request": "e30.e30."}], ids=["alone", "object"])
def test_nothing_is_posted_to_an_unregistered_address(suite: Suite, alice: Person, object_too: dict[str, str]) -> None:
    visit = asks(suite, redirect_uri=f"{CALLBACK}/unregistered", **object_too).seen_by(alice)
    assert isinstance(visit.at, Page)
    assert visit.page.status == 400
    assert f"{CALLBACK}/unregistered" not in [form.action for form in visit.page.read.forms]


@pytest.mark.conformance("oidcc-ensure-post-request-succeeds", "form_post")
def test_posted_there_and_back(suite: Suite, alice: Person) -> None:
    assert posted(asks(suite).seen_by(alice, "POST").signs_in().allows()).redeems().userinfo()


@pytest.mark.conformance("oidcc-server-client-secret-post", "form_post")
def test_a_client_that_sends_its_secret_in_the_body(app: Flask, alice: Person, client: FlaskClient) -> None:
    pinned = Suite.known_as("pinned", app, token_endpoint_auth_method="client_secret_post")
    body = {"grant_type": "authorization_code", "code": lets_in(pinned, alice).code, "redirect_uri": CALLBACK}
    response = client.post("/token", data={**body, "client_id": "pinned", "client_secret": pinned.secret})
    assert response.status_code == 200


@pytest.mark.conformance("oidcc-refresh-token", "form_post")
def test_a_posted_code_gives_a_refresh_token(suite: Suite, shop: RelyingApp, alice: Person) -> None:
    scope = "openid offline_access"
    tokens = lets_in(suite, alice, scope, prompt="consent").redeems().refreshes(scope)
    stolen = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token}
    refused(shop.posts_token(stolen), "invalid_grant")
