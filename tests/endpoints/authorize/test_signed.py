"""Requests that the app signed (RFC 9101), and answers that we sign (JARM)."""

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from joserfc import jwt

from idp import clock
from tests.dpop import signed
from tests.endpoints.token.test_private_key_jwt import Signer, a_key
from tests.id_tokens import published_keys
from tests.people import Person
from tests.relying_app import RelyingApp, Visit
from tests.web_browser import Arrival, Page

JAR = pytest.mark.section("RFC 9101 §6.3")
JARM = pytest.mark.section("JARM §2.3")


@pytest.fixture
def signer(app: Flask) -> Signer:
    return Signer(app)


def request_of(
    signer: Signer, visit: Visit, *, key: Any = None, header: dict[str, Any] | None = None, **more: Any
) -> str:
    claims = {
        "iss": signer.app.client_id,
        "aud": signer.app.issuer,
        "exp": clock.now() + 60,
        **visit.parameters,
        **more,
    }
    head = {"alg": signer.alg, "kid": signer.key.kid, "typ": "oauth-authz-req+jwt", **(header or {})}
    return signed(head, {name: value for name, value in claims.items() if value is not None}, key or signer.key)


def brought(signer: Signer, visit: Visit, text: str, person: Person, **beside: str) -> Visit:
    """The browser brings the signed request; `beside` are parameters that somebody put next to it."""
    asked = {"client_id": signer.app.client_id, "request": text, **beside}
    visit.person, visit.browser = person, person.browser
    query = "&".join(f"{name}={value}" for name, value in asked.items())
    visit.at = person.browser.open(f"/authorize?{query}")
    return visit


@JAR
def test_what_was_signed_counts_and_nothing_beside_it(signer: Signer, alice: Person) -> None:
    visit = signer.app.asks("openid")
    brought(signer, visit, request_of(signer, visit), alice, scope="openid%20offline_access", prompt="none", state="x")
    visit.signs_in().allows()
    redeemed = signer.asks(
        grant_type="authorization_code",
        code=visit.code,
        redirect_uri=visit.parameters["redirect_uri"],
        code_verifier=visit.verifier,
    )
    assert json.loads(redeemed.data)["scope"] == "openid"


@JAR
@pytest.mark.parametrize(
    "changes",
    [{"iss": "shop"}, {"aud": "https://evil.example"}, {"exp": 1}, {"client_id": "shop"}, {"request_uri": "urn:x"}],
)
def test_a_request_object_that_does_not_fit(signer: Signer, alice: Person, changes: dict[str, Any]) -> None:
    visit = signer.app.asks("openid")
    beside = {"redirect_uri": visit.parameters["redirect_uri"], "state": visit.parameters["state"]}
    brought(signer, visit, request_of(signer, visit, **changes), alice, **beside)
    assert visit.error == "invalid_request_object"


@JAR
def test_what_stands_beside_stands_there_once(signer: Signer, alice: Person) -> None:
    """RFC 6749 §3.1: also where it does not count."""
    visit = signer.app.asks("openid")
    back = f"{visit.parameters['redirect_uri']}&state={visit.parameters['state']}&nonce=a&nonce=b"
    brought(signer, visit, request_of(signer, visit), alice, redirect_uri=back)
    assert visit.error == "invalid_request"


@JAR
def test_one_that_somebody_else_signed(signer: Signer, alice: Person) -> None:
    visit = signer.app.asks("openid")
    beside = {"redirect_uri": visit.parameters["redirect_uri"], "state": visit.parameters["state"]}
    for text in (
        request_of(signer, visit, key=a_key()),
        request_of(signer, visit)[:-8] + "AAAAAAAA",
        "ey.ey.ey",
    ):
        assert brought(signer, visit, text, alice, **beside).error == "invalid_request_object"
    unsigned = "eyJhbGciOiJub25lIn0." + request_of(signer, visit).split(".")[1] + "."
    assert brought(signer, visit, unsigned, alice, **beside).error == "request_not_supported"


@JAR
def test_without_a_place_to_go_back_to_the_person_sees_a_page(signer: Signer, alice: Person) -> None:
    visit = signer.app.asks("openid")
    brought(signer, visit, request_of(signer, visit, key=a_key()), alice)
    assert isinstance(visit.at, Page)
    assert visit.at.status == 400


@JAR
def test_a_place_that_is_not_registered_is_not_gone_to_though_it_is_signed(signer: Signer, alice: Person) -> None:
    visit = signer.app.asks("openid")
    brought(signer, visit, request_of(signer, visit, redirect_uri="https://evil.example/"), alice)
    assert isinstance(visit.at, Page)


def test_an_app_that_registered_no_keys(shop: RelyingApp, signer: Signer, alice: Person) -> None:
    visit = shop.asks("openid", request=request_of(signer, signer.app.asks())).seen_by(alice)
    assert visit.error == "request_not_supported"


@pytest.mark.section("RFC 9101 §10.5")
def test_an_app_that_must_sign(app: Flask, alice: Person) -> None:
    careful = Signer(app, "careful", require_signed_request_object=True, request_object_signing_alg="ES256")
    assert careful.app.asks().seen_by(alice).error == "invalid_request"
    visit = careful.app.asks("openid")
    assert brought(careful, visit, request_of(careful, visit), alice).signs_in().allows().code
    unsigned = careful.asks(path="/par", grant_type="", **careful.app.asks().parameters)
    assert json.loads(unsigned.data)["error"] == "invalid_request"


@pytest.mark.section("RFC 9126 §3")
def test_a_signed_request_is_pushed(signer: Signer, alice: Person) -> None:
    visit = signer.app.asks("openid")
    pushed = signer.asks(path="/par", grant_type="", request=request_of(signer, visit), scope="openid offline_access")
    assert pushed.status_code == 201, pushed.data
    visit.request_uri = json.loads(pushed.data)["request_uri"]
    assert visit.seen_by(alice).signs_in().allows().code
    wrong = signer.asks(path="/par", grant_type="", request=request_of(signer, visit, key=a_key()))
    assert json.loads(wrong.data)["error"] == "invalid_request_object"


def test_it_may_be_posted(signer: Signer, alice: Person) -> None:
    visit = signer.app.asks("openid")
    visit.person, visit.browser = alice, alice.browser
    fields = {"client_id": "signer", "request": request_of(signer, visit)}
    visit.at = alice.browser.post("/authorize", fields)
    assert visit.signs_in().allows().code


def told(app: Flask, shop: RelyingApp, answer: dict[str, str]) -> dict[str, Any]:
    """JARM §2.4: signature, iss, aud and exp are checked before anything else is believed."""
    assert set(answer) == {"response"}
    token = jwt.decode(answer["response"], published_keys(app), algorithms=["RS256", "ES256"])
    claims = token.claims
    assert (claims["iss"], claims["aud"]) == (shop.issuer, shop.client_id)
    assert clock.now() < claims["exp"] <= clock.now() + 600
    return dict(claims)


@JARM
@pytest.mark.parametrize("mode", ["jwt", "query.jwt"])
def test_the_answer_is_one_signed_value(app: Flask, shop: RelyingApp, alice: Person, mode: str) -> None:
    visit = shop.asks("openid", response_mode=mode).seen_by(alice).signs_in().allows()
    assert isinstance(visit.at, Arrival)
    claims = told(app, shop, visit.at.answer)
    assert claims["state"] == visit.parameters["state"]
    assert visit.tries_to_redeem(code=claims["code"]).status_code == 200
    assert set(parse_qs(urlsplit(visit.at.url).query)) == {"response"}


@JARM
def test_an_error_is_one_too(app: Flask, shop: RelyingApp, alice: Person) -> None:
    visit = shop.asks("openid", response_mode="jwt", prompt="none").seen_by(alice)
    assert isinstance(visit.at, Arrival)
    assert told(app, shop, visit.at.answer)["error"] == "login_required"


@JARM
def test_it_hints_at_nobody(app: Flask, shop: RelyingApp, alice: Person) -> None:
    """Signed by us for the app like an ID token, and about no person (RFC 8725 §2.8)."""
    visit = shop.asks("openid", response_mode="jwt").seen_by(alice).signs_in().allows()
    assert isinstance(visit.at, Arrival)
    hint = visit.at.answer["response"]
    assert shop.asks(prompt="none", id_token_hint=hint).seen_by(alice).error == "login_required"
    assert shop.asks(id_token_hint=hint).seen_by(alice).code
    asks = alice.browser.open(f"{shop.issuer}/end_session?id_token_hint={hint}")
    assert isinstance(asks, Page)
    assert asks.status == 200


@JARM
def test_by_form_post(app: Flask, shop: RelyingApp, alice: Person) -> None:
    visit = shop.asks("openid", response_mode="form_post.jwt").seen_by(alice).signs_in().allows().posts_the_answer()
    assert isinstance(visit.at, Arrival)
    assert visit.at.method == "POST"
    assert "code" in told(app, shop, visit.at.answer)


@JARM
def test_with_the_algorithm_of_the_registration(app: Flask, alice: Person) -> None:
    modern = RelyingApp.registered(app, "modern", authorization_signed_response_alg="ES256")
    visit = modern.asks("openid", response_mode="jwt", prompt="none").seen_by(alice)
    assert isinstance(visit.at, Arrival)
    head = jwt.decode(visit.at.answer["response"], published_keys(app), algorithms=["ES256"]).header
    assert head["alg"] == "ES256"
