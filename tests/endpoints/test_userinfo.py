"""UserInfo and the bearer token it takes (OpenID Connect Core §5.3, RFC 6750)."""

import json
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jws

from tests.clocks import Clock
from tests.id_tokens import verified
from tests.people import Person
from tests.relying_app import RelyingApp, Tokens

pytestmark = pytest.mark.section("OpenID Connect Core §5.3")


@pytest.fixture
def tokens(shop: RelyingApp, alice: Person) -> Tokens:
    return shop.asks("openid profile email").seen_by(alice).signs_in().allows().redeems()


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def refused(response: object, status: int, error: str | None) -> None:
    """RFC 6750 §3: the challenge names the error, or none when no token came."""
    assert response.status_code == status, response.data  # type: ignore[attr-defined]
    challenge = response.headers["WWW-Authenticate"]  # type: ignore[attr-defined]
    assert challenge.startswith("Bearer realm=")
    if error is None:
        assert "error" not in challenge
    else:
        assert f'error="{error}"' in challenge


@pytest.mark.conformance("oidcc-userinfo-get")
@pytest.mark.conformance("oidcc-userinfo-post-header")
@pytest.mark.conformance("oidcc-userinfo-post-body")
def test_get_and_post_give_the_same(tokens: Tokens, client: FlaskClient, alice: Person) -> None:
    by_get = client.get("/userinfo", headers=bearer(tokens.access_token))
    by_post = client.post("/userinfo", headers=bearer(tokens.access_token))
    in_form = client.post("/userinfo", data={"access_token": tokens.access_token})
    assert by_get.status_code == by_post.status_code == in_form.status_code == 200
    assert json.loads(by_get.data) == json.loads(by_post.data) == json.loads(in_form.data)
    assert json.loads(by_get.data)["sub"] == alice.user_id


def test_the_answer_is_json_that_no_cache_keeps(tokens: Tokens) -> None:
    headers = tokens.asks_userinfo().headers
    assert headers["Content-Type"] == "application/json"
    assert headers["Cache-Control"] == "no-store"


def test_it_says_what_the_scopes_ask_for(tokens: Tokens, alice: Person) -> None:
    answer = tokens.userinfo()
    assert answer == {
        "sub": alice.user_id,
        "name": alice.name,
        "email": alice.email,
        "email_verified": True,
        "locale": "en",
        "updated_at": answer["updated_at"],
    }


@pytest.mark.section("RFC 6750 §3.1")
def test_no_token_gets_a_bare_challenge(client: FlaskClient) -> None:
    refused(client.get("/userinfo"), 401, None)
    refused(client.post("/userinfo"), 401, None)
    refused(client.post("/userinfo", data={"x": "y"}), 401, None)
    refused(client.get("/userinfo", headers={"Authorization": "Basic c2hvcDp4"}), 401, None)


@pytest.mark.incident("CVE-2026-9803")
@pytest.mark.parametrize("header", ["Bearer", "Bearer ", "bearer", "Bearer  x y", "BEARER \xff", "Bearer a,b"])
def test_a_header_that_holds_no_token(client: FlaskClient, header: str) -> None:
    response = client.get("/userinfo", headers={"Authorization": header})
    assert response.status_code in (400, 401)
    assert response.headers["WWW-Authenticate"].startswith("Bearer realm=")


@pytest.mark.section("RFC 6750 §2")
def test_two_ways_at_once(tokens: Tokens, client: FlaskClient) -> None:
    """RFC 6750 §2: "Clients MUST NOT use more than one method"."""
    body = {"access_token": tokens.access_token}
    refused(client.post("/userinfo", data=body, headers=bearer(tokens.access_token)), 400, "invalid_request")


@pytest.mark.section("RFC 6750 §5.3")
def test_a_token_in_the_query_is_no_token(tokens: Tokens, client: FlaskClient) -> None:
    refused(client.get(f"/userinfo?{urlencode({'access_token': tokens.access_token})}"), 401, None)


def test_a_token_in_the_body_of_a_get_is_no_token(tokens: Tokens, client: FlaskClient) -> None:
    refused(client.get("/userinfo", data={"access_token": tokens.access_token}), 401, None)


def test_the_scheme_is_named_in_any_case(tokens: Tokens, client: FlaskClient) -> None:
    """RFC 9110 §11.1."""
    headers = {"Authorization": f"bEARER {tokens.access_token}"}
    assert client.get("/userinfo", headers=headers).status_code == 200


@pytest.mark.parametrize("text", ["x", "x" * 5000, "null", "..", "ey.ey.ey", "eyJhbGciOiJub25lIn0.e30."])
def test_a_token_that_never_was(client: FlaskClient, text: str) -> None:
    refused(client.get("/userinfo", headers=bearer(text)), 401, "invalid_token")


def test_every_octet_of_a_token_counts(tokens: Tokens, client: FlaskClient) -> None:
    token = tokens.access_token
    for at in range(0, len(token), 5):
        touched = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        refused(client.get("/userinfo", headers=bearer(touched)), 401, "invalid_token")
    for written in (token[:-1], token[:-4], token + "A", token + "="):
        refused(client.get("/userinfo", headers=bearer(written)), 401, "invalid_token")


def test_an_access_token_lives_for_an_hour(tokens: Tokens, clock: Clock) -> None:
    clock.moves(3599)
    assert tokens.asks_userinfo().status_code == 200
    clock.moves(1)
    refused(tokens.asks_userinfo(), 401, "invalid_token")


@pytest.mark.incident("CVE-2026-63203")
def test_a_scope_without_openid_is_not_enough(shop: RelyingApp, alice: Person) -> None:
    tokens = shop.asks("email profile").seen_by(alice).signs_in().allows().redeems()
    refused(tokens.asks_userinfo(), 403, "insufficient_scope")


def test_other_values_are_no_access_tokens(shop: RelyingApp, alice: Person, client: FlaskClient) -> None:
    visit = shop.asks().seen_by(alice).signs_in().allows()
    code = visit.code
    tokens = visit.redeems()
    for text in (code, tokens.id_token, tokens.refresh_token):
        refused(client.get("/userinfo", headers=bearer(text)), 401, "invalid_token")


def test_a_token_ends_with_its_session(tokens: Tokens, alice: Person) -> None:
    alice.signs_out()
    refused(tokens.asks_userinfo(), 401, "invalid_token")


@pytest.mark.incident("disabled but still accepted")
@pytest.mark.parametrize("kind", ["opaque", "jwt"])
def test_the_tokens_of_a_suspended_app_are_dead(app: Flask, alice: Person, clock: Clock, kind: str) -> None:
    """Within the time a worker may go on with what it knows of an app; refreshing and signing in end likewise."""
    modern = RelyingApp.registered(app, "modern", access_token_format=kind)
    tokens = modern.asks().seen_by(alice).signs_in().allows().redeems()
    modern.suspended()
    clock.moves(app.extensions["portico"].settings.clients.cache_for)
    refused(tokens.asks_userinfo(), 401, "invalid_token")


def test_what_changed_since_is_told(tokens: Tokens, alice: Person) -> None:
    alice.fills_in(nickname="Al")
    assert tokens.userinfo()["nickname"] == "Al"


def test_pages_of_the_apps_own_origin_may_read_it(shop: RelyingApp, spa: RelyingApp, alice: Person) -> None:
    tokens = spa.asks().seen_by(alice).signs_in().allows().redeems()
    client = alice.server.test_client(use_cookies=False)
    headers = {**bearer(tokens.access_token), "Origin": "https://spa.example"}
    answer = client.get("/userinfo", headers=headers)
    assert answer.headers["Access-Control-Allow-Origin"] == "https://spa.example"
    assert "Access-Control-Allow-Credentials" not in answer.headers
    other = client.get("/userinfo", headers={**headers, "Origin": "https://evil.example"})
    assert other.headers.get("Access-Control-Allow-Origin") is None


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_another_method(client: FlaskClient, method: str) -> None:
    assert client.open("/userinfo", method=method).status_code == 405


def test_an_opaque_token_tells_nothing(tokens: Tokens, alice: Person) -> None:
    assert len(tokens.access_token) <= 110 + len("openid profile email") * 2
    assert "." not in tokens.access_token
    assert str(alice.user_id) not in tokens.access_token


@pytest.mark.section("RFC 9068 §2")
def test_a_client_may_want_a_jwt(app: Flask, alice: Person, clock: Clock) -> None:
    modern = RelyingApp.registered(app, "modern", access_token_format="jwt")
    tokens = modern.asks("openid email").seen_by(alice).signs_in().allows().redeems()
    header = jws.extract_compact(tokens.access_token.encode()).headers()
    assert header["typ"] == "at+jwt"
    claims = json.loads(jws.extract_compact(tokens.access_token.encode()).payload)
    assert claims["iss"] == modern.issuer
    assert claims["sub"] == alice.user_id
    assert claims["client_id"] == "modern"
    assert claims["scope"] == "openid email"
    assert claims["exp"] == clock.now() + 3600
    assert claims["iat"] == clock.now()
    assert claims["aud"]
    assert claims["jti"]
    assert tokens.userinfo()["email"] == alice.email
    alice.signs_out()
    refused(tokens.asks_userinfo(), 401, "invalid_token")


def test_a_jwt_access_token_is_no_id_token(app: Flask, alice: Person) -> None:
    modern = RelyingApp.registered(app, "modern", access_token_format="jwt")
    tokens = modern.asks().seen_by(alice).signs_in().allows().redeems()
    with pytest.raises(AssertionError):
        verified(app, modern.issuer, modern.client_id, tokens.access_token)
    visit = modern.asks(prompt="none", id_token_hint=tokens.access_token).seen_by(alice)
    assert visit.error == "login_required"


def test_two_jwts_have_two_ids(app: Flask, alice: Person) -> None:
    modern = RelyingApp.registered(app, "modern", access_token_format="jwt")
    tokens = modern.asks().seen_by(alice).signs_in().allows().redeems()
    payloads = [jws.extract_compact(t.access_token.encode()).payload for t in (tokens, tokens.refreshes())]
    assert len({json.loads(payload)["jti"] for payload in payloads}) == 2
