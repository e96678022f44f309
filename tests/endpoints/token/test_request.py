"""What the token endpoint reads, and what it never reads (RFC 6749 §3.2, §5)."""

import json
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient

from tests.people import Person
from tests.relying_app import RelyingApp

pytestmark = pytest.mark.section("RFC 6749 §3.2")
FORM = "application/x-www-form-urlencoded"


def refused(response: object, code: str, status: int = 400) -> None:
    """RFC 6749 §5.2: a code, a sentence, and nothing that a cache may keep."""
    assert response.status_code == status, response.get_data(as_text=True)  # type: ignore[attr-defined]
    answer = json.loads(response.data)  # type: ignore[attr-defined]
    assert answer["error"] == code
    assert answer["error_description"].isascii()
    assert set(answer) == {"error", "error_description"}
    headers = response.headers  # type: ignore[attr-defined]
    assert headers["Content-Type"] == "application/json"
    assert headers["Cache-Control"] == "no-store"
    assert headers["Pragma"] == "no-cache"


@pytest.mark.section("RFC 6749 §5.1")
def test_an_answer_is_json_that_no_cache_keeps(shop: RelyingApp, alice: Person) -> None:
    """RFC 6749 §5.1."""
    response = shop.asks().seen_by(alice).signs_in().allows().tries_to_redeem()
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Pragma"] == "no-cache"
    answer = json.loads(response.data)
    assert answer["token_type"] == "Bearer"
    assert answer["expires_in"] == 3600
    assert answer["scope"] == "openid"


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data; boundary=x", ""])
def test_another_media_type(shop: RelyingApp, client: FlaskClient, kind: str) -> None:
    body = json.dumps({"grant_type": "authorization_code"}) if "json" in kind else "grant_type=authorization_code"
    headers = {"Authorization": shop.basic()}
    refused(client.post("/token", data=body, content_type=kind, headers=headers), "invalid_request")


def test_a_charset_beside_the_media_type_is_fine(shop: RelyingApp, client: FlaskClient) -> None:
    headers = {"Authorization": shop.basic()}
    response = client.post("/token", data="grant_type=x", content_type=f"{FORM}; charset=UTF-8", headers=headers)
    refused(response, "unsupported_grant_type")


@pytest.mark.section("RFC 6749 §2.3.1")
def test_parameters_in_the_query(shop: RelyingApp, alice: Person, client: FlaskClient) -> None:
    """RFC 6749 §2.3.1: secrets never stand in an address."""
    code = shop.asks().seen_by(alice).signs_in().allows().code
    query = urlencode({"grant_type": "authorization_code", "code": code, "redirect_uri": shop.redirect_uri})
    headers = {"Authorization": shop.basic()}
    refused(client.post(f"/token?{query}", content_type=FORM, headers=headers), "invalid_request")
    refused(client.post("/token?x=1", data="grant_type=x", content_type=FORM, headers=headers), "invalid_request")


@pytest.mark.parametrize("name", ["grant_type", "code", "redirect_uri", "client_id", "code_verifier", "unknown"])
def test_a_parameter_that_comes_twice(shop: RelyingApp, client: FlaskClient, name: str) -> None:
    body = urlencode([("grant_type", "authorization_code"), ("code", "x"), (name, "a"), (name, "b")])
    headers = {"Authorization": shop.basic()}
    refused(client.post("/token", data=body, content_type=FORM, headers=headers), "invalid_request")


@pytest.mark.parametrize("octets", [b"grant_type=%ff", b"grant_type=\xff", b"code=%00&grant_type=authorization_code"])
def test_octets_that_are_no_text(shop: RelyingApp, client: FlaskClient, octets: bytes) -> None:
    headers = {"Authorization": shop.basic()}
    refused(client.post("/token", data=octets, content_type=FORM, headers=headers), "invalid_request")


def test_a_body_longer_than_8_kilobytes(shop: RelyingApp, client: FlaskClient) -> None:
    body = f"grant_type=authorization_code&code={'x' * 9000}"
    headers = {"Authorization": shop.basic()}
    refused(client.post("/token", data=body, content_type=FORM, headers=headers), "invalid_request")


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
def test_another_method(client: FlaskClient, method: str) -> None:
    response = client.open("/token", method=method)
    assert response.status_code == 405
    assert "POST" in response.headers["Allow"]


def test_a_head_of_token_is_no_token(client: FlaskClient) -> None:
    assert client.head("/token").status_code == 405


def test_grant_type_is_missing(shop: RelyingApp) -> None:
    refused(shop.posts_token({}), "invalid_request")


@pytest.mark.parametrize("name", ["password", "Client_credentials", "implicit", "urn:x", "AUTHORIZATION_CODE"])
def test_a_grant_type_that_is_not_offered(shop: RelyingApp, name: str) -> None:
    refused(shop.posts_token({"grant_type": name}), "unsupported_grant_type")


def test_a_grant_type_that_is_not_registered_for_the_client(alice: Person) -> None:
    once = RelyingApp.registered(alice.server, "once", grant_types=["authorization_code"])
    refused(once.posts_token({"grant_type": "refresh_token", "refresh_token": "x"}), "unauthorized_client")


@pytest.mark.incident("CVE-2024-41657")
def test_pages_of_a_browser_app_may_read_the_answer(spa: RelyingApp, alice: Person, client: FlaskClient) -> None:
    """Fetch §3.2: only pages of a registered origin, and never with cookies."""
    visit = spa.asks().seen_by(alice).signs_in().allows()
    body = {
        "grant_type": "authorization_code",
        "client_id": "spa",
        "code": visit.code,
        "redirect_uri": spa.redirect_uri,
        "code_verifier": visit.verifier,
    }
    response = client.post("/token", data=body, headers={"Origin": "https://spa.example"})
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == "https://spa.example"
    assert "Access-Control-Allow-Credentials" not in response.headers
    assert "Origin" in response.headers["Vary"]


@pytest.mark.incident("CVE-2024-41657")
@pytest.mark.incident("node-oidc-provider 9.x")
def test_pages_of_other_origins_may_not(spa: RelyingApp, client: FlaskClient) -> None:
    body = {"grant_type": "authorization_code", "client_id": "spa", "code": "x", "redirect_uri": "y"}
    for origin in ("https://evil.example", "null", "https://spa.example.evil.example", "http://spa.example"):
        response = client.post("/token", data=body, headers={"Origin": origin})
        assert "Access-Control-Allow-Origin" not in response.headers


def test_a_preflight_tells_how_to_ask(client: FlaskClient) -> None:
    headers = {
        "Origin": "https://spa.example",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    response = client.options("/token", headers=headers)
    assert response.status_code in (200, 204)
    assert "POST" in response.headers["Access-Control-Allow-Methods"]
    assert "Access-Control-Allow-Credentials" not in response.headers
