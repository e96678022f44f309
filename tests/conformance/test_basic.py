"""Modules of oidcc-basic-certification-test-plan that no other test drives from end to end."""

import json
import time
from base64 import urlsafe_b64encode
from hashlib import sha256
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient

from idp.protocol.claims import SCOPE_CLAIMS
from idp.protocol.scope import Scope
from tests.clocks import Clock
from tests.conformance.suite import CALLBACK, EVERYTHING, Suite
from tests.endpoints.token.test_request import refused
from tests.people import Person
from tests.web_browser import Page

OURS = {"iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "at_hash", "sid"}
TO_WARN_OF = 96


@pytest.mark.conformance("oidcc-server")
def test_everything_goes_well(suite: Suite, alice: Person) -> None:
    """Code flow with Basic; the ID token holds nothing that was not asked for, and at_hash and expires_in are right."""
    visit = suite.lets_in(alice)
    tokens = visit.redeems()
    assert len(visit.code) * 6 > TO_WARN_OF
    assert tokens.answer["token_type"] == "Bearer"
    assert tokens.answer["expires_in"] > 0
    assert set(tokens.claims) == OURS
    half = sha256(tokens.access_token.encode()).digest()[:16]
    assert tokens.claims["at_hash"] == urlsafe_b64encode(half).rstrip(b"=").decode()
    assert tokens.header["alg"] == "RS256"
    assert tokens.userinfo() == {"sub": tokens.claims["sub"]}


@pytest.mark.conformance("oidcc-response-type-missing")
def test_a_missing_response_type_is_told_to_the_app(suite: Suite, alice: Person) -> None:
    assert suite.asks(response_type=None).seen_by(alice).error in ("invalid_request", "unsupported_response_type")


@pytest.mark.section("OpenID Connect Core §5.4")
@pytest.mark.parametrize(
    "scope",
    [
        pytest.param("openid profile", marks=pytest.mark.conformance("oidcc-scope-profile")),
        pytest.param("openid email", marks=pytest.mark.conformance("oidcc-scope-email")),
        pytest.param("openid address", marks=pytest.mark.conformance("oidcc-scope-address")),
        pytest.param("openid phone", marks=pytest.mark.conformance("oidcc-scope-phone")),
        pytest.param("openid profile email address phone", marks=pytest.mark.conformance("oidcc-scope-all")),
    ],
)
def test_a_scope_gives_all_of_its_claims_at_userinfo(
    suite: Suite, alice: Person, client: FlaskClient, scope: str
) -> None:
    """The suite skips what discovery does not name, and warns of a claim that is missing or stands in the ID token."""
    offered = json.loads(client.get("/.well-known/openid-configuration").data)["scopes_supported"]
    assert set(scope.split()) <= set(offered)
    tokens = suite.lets_in(alice, scope).redeems()
    expected = {"sub"}.union(*(SCOPE_CLAIMS[name] for name in Scope.parse(scope) if name in SCOPE_CLAIMS))
    answer = tokens.userinfo()
    assert set(answer) == expected
    assert {name: answer[name] for name in expected & set(EVERYTHING)} == {
        name: value for name, value in EVERYTHING.items() if name in expected
    }
    assert set(tokens.claims) == OURS
    if "profile" in scope:
        assert time.time() - 86400 < answer["updated_at"] <= time.time()


@pytest.mark.conformance("oidcc-alternate-happy-flow")
def test_the_order_of_scopes_and_parameters_does_not_matter(suite: Suite, alice: Person) -> None:
    visit = suite.asks("email openid")
    visit.parameters = dict(sorted(visit.parameters.items(), reverse=True))
    assert visit.seen_by(alice).signs_in().allows().redeems().userinfo()["email"] == alice.email


@pytest.mark.parametrize(
    "wish",
    [
        pytest.param({"display": "page"}, marks=pytest.mark.conformance("oidcc-display-page")),
        pytest.param({"display": "popup"}, marks=pytest.mark.conformance("oidcc-display-popup")),
        pytest.param({"login_hint": "buffy@127.0.0.1"}, marks=pytest.mark.conformance("oidcc-login-hint")),
        pytest.param({"ui_locales": "se"}, marks=pytest.mark.conformance("oidcc-ui-locales")),
        pytest.param({"claims_locales": "se"}, marks=pytest.mark.conformance("oidcc-claims-locales")),
    ],
    ids=str,
)
def test_a_wish_ends_in_tokens(suite: Suite, alice: Person, wish: dict[str, str]) -> None:
    assert suite.lets_in(alice, **wish).redeems().userinfo()["sub"] == alice.user_id


@pytest.mark.conformance("oidcc-ensure-request-with-acr-values-succeeds")
def test_the_contexts_it_names_are_reached(suite: Suite, alice: Person, client: FlaskClient) -> None:
    named = json.loads(client.get("/.well-known/openid-configuration").data)["acr_values_supported"]
    assert suite.lets_in(alice, acr_values=" ".join(named)).redeems().claims["acr"] in named


@pytest.mark.parametrize(
    ("first", "again"),
    [
        pytest.param({}, {"prompt": "none"}, marks=pytest.mark.conformance("oidcc-prompt-none-logged-in")),
        pytest.param({"max_age": "15000"}, {"max_age": "10000"}, marks=pytest.mark.conformance("oidcc-max-age-10000")),
        pytest.param({}, {"prompt": "none", "id_token_hint": ""}, marks=pytest.mark.conformance("oidcc-id-token-hint")),
    ],
    ids=["prompt", "max_age", "hint"],
)
def test_the_second_time_shows_no_page_and_is_about_the_same_sign_in(
    suite: Suite, alice: Person, clock: Clock, first: dict[str, str], again: dict[str, str]
) -> None:
    before = suite.lets_in(alice, **first).redeems()
    clock.moves(60)
    hint = {"id_token_hint": before.id_token} if "id_token_hint" in again else {}
    after = suite.asks(**{**again, **hint}).seen_by(alice).redeems()
    same = ("sub", "auth_time")
    assert [after.claims[name] for name in same] == [before.claims[name] for name in same]


@pytest.mark.conformance("oidcc-max-age-1")
def test_after_two_seconds_max_age_1_asks_again(suite: Suite, alice: Person, clock: Clock) -> None:
    before = suite.lets_in(alice).redeems()
    clock.moves(2)
    visit = suite.asks(max_age="1").seen_by(alice)
    assert visit.page.form("password")
    assert visit.signs_in().redeems().claims["auth_time"] == before.claims["auth_time"] + 2


@pytest.mark.conformance("oidcc-codereuse-30seconds")
def test_a_code_used_again_after_half_a_minute_ends_the_token(suite: Suite, alice: Person, clock: Clock) -> None:
    visit = suite.lets_in(alice)
    tokens = visit.redeems()
    clock.moves(30)
    refused(visit.tries_to_redeem(), "invalid_grant")
    assert tokens.asks_userinfo().status_code == 401


@pytest.mark.conformance("oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported")
def test_an_unsigned_request_object_is_refused_by_its_own_code(suite: Suite, alice: Person) -> None:
    """State stands in the object alone, so it cannot come back."""
    visit = suite.asks(request=unsigned({"redirect_uri": CALLBACK, "state": "x"}), state=None, nonce=None)
    assert visit.seen_by(alice).error == "request_not_supported"


@pytest.mark.conformance("oidcc-ensure-request-object-with-redirect-uri")
def test_no_request_object_makes_a_place_to_redirect_to(suite: Suite, alice: Person) -> None:
    visit = suite.asks(request=unsigned({"redirect_uri": CALLBACK}), redirect_uri=f"{CALLBACK}/unregistered")
    assert isinstance(visit.seen_by(alice).at, Page)
    assert visit.page.status == 400


def unsigned(claims: dict[str, str]) -> str:
    """RFC 7515 Appendix A.5."""
    parts = ({"alg": "none"}, claims)
    return ".".join(urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode() for part in parts) + "."


@pytest.mark.conformance("oidcc-claims-essential")
def test_a_name_asked_for_at_userinfo_is_told_there_and_nowhere_else(suite: Suite, alice: Person) -> None:
    tokens = suite.lets_in(alice, claims=json.dumps({"userinfo": {"name": {"essential": True}}})).redeems()
    assert tokens.userinfo() == {"sub": alice.user_id, "name": alice.name}
    assert "name" not in tokens.claims


@pytest.mark.conformance("oidcc-userinfo-post-body")
def test_userinfo_takes_the_token_in_a_body_with_a_charset(suite: Suite, alice: Person, client: FlaskClient) -> None:
    """How the suite's own HTTP client writes the media type."""
    tokens = suite.lets_in(alice).redeems()
    response = client.post(
        "/userinfo",
        data=urlencode({"access_token": tokens.access_token}),
        content_type="application/x-www-form-urlencoded;charset=UTF-8",
    )
    assert json.loads(response.data) == {"sub": alice.user_id}


@pytest.mark.conformance("oidcc-refresh-token")
def test_refresh_tokens_are_of_one_client(suite: Suite, app: Flask, alice: Person, clock: Clock) -> None:
    """The nonce of the second client holds every character an address takes as it is."""
    other = Suite.known_as("other", app)
    scope = "openid offline_access"
    first = suite.lets_in(alice, scope, prompt="consent").redeems()
    clock.moves(1)
    answer = first.tries_to_refresh(scope)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Type"] == "application/json"
    later = first.of(suite, answer)
    assert later.claims["iat"] == first.claims["iat"] + 1
    for name in ("iss", "sub", "aud", "auth_time"):
        assert later.claims[name] == first.claims[name], name
    assert later.asks_userinfo().status_code == 200
    visit = other.asks(scope, prompt="consent", nonce="n" * 39 + "-._~").seen_by(alice).allows()
    stolen = {"grant_type": "refresh_token", "refresh_token": visit.redeems().refreshes().refresh_token}
    refused(suite.posts_token(stolen), "invalid_grant")
