"""Discovery and keys: what is advertised works, what works is advertised (Discovery 1.0 §3, RFC 8414, RFC 7517)."""

import json
from typing import Any

import pytest
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from authlib.oidc.discovery import OpenIDProviderMetadata
from flask import Flask
from flask.testing import FlaskClient

from idp.protocol.errors import ERROR_CODES
from idp.settings.load import Settings
from idp.store import base, signing_keys
from tests import databases, provider
from tests.people import Person
from tests.relying_app import RelyingApp

pytestmark = pytest.mark.section("OpenID Connect Discovery 1.0 §3")
ADDRESSES = ("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server")


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    members: dict[str, Any] = json.loads(client.get(ADDRESSES[0]).data)
    return members


def test_both_addresses_tell_the_same_truth(client: FlaskClient) -> None:
    assert client.get(ADDRESSES[0]).data == client.get(ADDRESSES[1]).data


@pytest.mark.section("RFC 8414 §2")
def test_authlib_finds_nothing_to_mend(document: dict[str, Any]) -> None:
    """RFC 8414 §2 and Discovery §3, as an implementation of others reads them; it wants https issuers."""
    secured = json.loads(json.dumps(document).replace("http://127.0.0.1:8000", "https://id.example.com"))
    OpenIDProviderMetadata(secured).validate()
    AuthorizationServerMetadata(secured).validate()


def test_the_issuer_is_the_setting_to_the_octet(document: dict[str, Any], settings: Settings) -> None:
    assert document["issuer"] == settings.server.issuer


def test_the_issuer_is_never_taken_from_the_request(client: FlaskClient, document: dict[str, Any]) -> None:
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "https", "Forwarded": "host=evil.example"}
    assert json.loads(client.get(ADDRESSES[0], headers=headers).data) == document


MEMBERS = """
issuer authorization_endpoint token_endpoint userinfo_endpoint jwks_uri end_session_endpoint
scopes_supported response_types_supported response_modes_supported grant_types_supported acr_values_supported
subject_types_supported id_token_signing_alg_values_supported token_endpoint_auth_methods_supported
display_values_supported claim_types_supported claims_supported claims_parameter_supported
request_parameter_supported request_uri_parameter_supported prompt_values_supported
code_challenge_methods_supported authorization_response_iss_parameter_supported
service_documentation op_policy_uri op_tos_uri ui_locales_supported
"""


def test_every_member_that_has_to_be_there(document: dict[str, Any]) -> None:
    assert set(MEMBERS.split()) - set(document) == set()


def test_what_is_offered_and_what_is_not(document: dict[str, Any]) -> None:
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert document["response_types_supported"] == ["code"]
    assert set(document["response_modes_supported"]) == {"query", "form_post", "jwt", "query.jwt", "form_post.jwt"}
    assert set(document["grant_types_supported"]) == {
        "authorization_code",
        "refresh_token",
        "client_credentials",
        "urn:ietf:params:oauth:grant-type:token-exchange",
        "urn:ietf:params:oauth:grant-type:jwt-bearer",
        "urn:ietf:params:oauth:grant-type:device_code",
        "urn:openid:params:grant-type:ciba",
    }
    assert set(document["prompt_values_supported"]) == {"none", "login", "consent", "select_account", "create"}
    assert set(document["id_token_signing_alg_values_supported"]) == {"RS256", "ES256", "EdDSA"}
    assert document["authorization_response_iss_parameter_supported"] is True
    assert document["request_parameter_supported"] is True
    assert document["request_uri_parameter_supported"] is True
    by_key = {"RS256", "PS256", "ES256", "EdDSA"}
    assert set(document["token_endpoint_auth_signing_alg_values_supported"]) == by_key | {"HS256"}
    assert set(document["request_object_signing_alg_values_supported"]) == by_key


@pytest.mark.section("Initiating User Registration 1.0 §4.2")
def test_creating_accounts_is_not_offered_where_it_is_switched_off(
    settings: Settings, app: Flask, alice: Person
) -> None:
    closed = settings.model_copy(update={"signup": settings.signup.model_copy(update={"enabled": False})})
    with provider.opened(closed) as server:
        document = json.loads(server.test_client().get(ADDRESSES[0]).data)
        assert set(document["prompt_values_supported"]) == {"none", "login", "consent", "select_account"}
        shop = RelyingApp.registered(server, "closed-shop")
        somebody = Person.of((alice.name, alice.email, alice.password), server)
        assert shop.asks(prompt="create").seen_by(somebody).error == "invalid_request"
        assert shop.asks(prompt="login").seen_by(somebody).signs_in().allows().code


def test_every_address_is_of_the_issuer_and_answers(document: dict[str, Any], client: FlaskClient) -> None:
    for name, value in document.items():
        if name.endswith(("_endpoint", "_uri")) or name == "service_documentation":
            assert value.startswith(document["issuer"] + "/"), name
            assert client.get(value).status_code != 404, name


def test_what_is_advertised_works(document: dict[str, Any], app: Flask, alice: Person) -> None:
    for alg in document["id_token_signing_alg_values_supported"]:
        relying = RelyingApp.registered(app, alg, id_token_signed_response_alg=alg)
        tokens = relying.asks().seen_by(alice)
        tokens = tokens.signs_in() if hasattr(tokens.at, "read") and "password" in tokens.page.form().names else tokens
        assert tokens.allows().redeems().header["alg"] == alg


def test_what_no_key_signs_is_not_advertised(settings: Settings, database: str) -> None:
    """An install may do without ES256 and EdDSA (keys.algorithms)."""
    with provider.opened(settings) as server:
        with server.app_context(), base.unit_of_work():
            assert signing_keys.added(next(key for key in databases.first_keys() if key.alg == "RS256"))
        document = json.loads(server.test_client().get(ADDRESSES[0]).data)
    for answer in ("id_token", "userinfo", "authorization", "introspection"):
        assert document[f"{answer}_signing_alg_values_supported"] == ["RS256"]


@pytest.mark.section("RFC 7591 §3.2.2")
def test_what_no_key_signs_is_not_registered_either(settings: Settings, database: str) -> None:
    """Neither by a machine, which would hear server_error for ever, nor in the console (`pages.developers.saving`)."""
    keys = settings.keys.model_copy(update={"algorithms": ("RS256",)})
    registration = settings.registration.model_copy(update={"mode": "open"})
    less = settings.model_copy(update={"keys": keys, "registration": registration})
    with provider.opened(less) as server:
        client = server.test_client(use_cookies=False)
        for answer in ("id_token", "userinfo", "authorization", "introspection"):
            name = f"{answer}_signed_response_alg"
            said = {"redirect_uris": ["https://a.example/"], name: "ES256"}
            told = client.post("/register", json=said)
            assert (told.status_code, told.get_json()["error"]) == (400, "invalid_client_metadata")
            assert told.get_json()["error_description"] == f"{name} must be RS256"
            assert client.post("/register", json=said | {name: "RS256"}).status_code == 201


def test_the_scopes_and_claims_it_names_are_released(document: dict[str, Any], shop: RelyingApp, alice: Person) -> None:
    alice.fills_in(phone_number="+33600000042", address={"locality": "Lyon"})
    visit = shop.asks(" ".join(document["scopes_supported"])).seen_by(alice).signs_in()
    for told in ("See your phone number", "••• 42", "See your postal address", "Lyon"):
        assert told in visit.page.text
    tokens = visit.allows().redeems()
    assert tokens.scope == set(document["scopes_supported"])
    assert {"phone_number", "address"} <= set(tokens.userinfo())
    assert set(tokens.claims) | set(tokens.userinfo()) <= set(document["claims_supported"])


@pytest.mark.section("RFC 6749 §11.4")
def test_every_error_code_is_a_registered_one() -> None:
    """RFC 6749 §11.4 and the registrations since."""
    assert all(code == code.lower() and code.replace("_", "").isalpha() for code in ERROR_CODES)


@pytest.mark.parametrize("path", [*ADDRESSES, "/jwks.json"])
def test_documents_may_be_kept_and_read_by_anyone(client: FlaskClient, path: str) -> None:
    response = client.get(path)
    assert response.status_code == 200
    assert response.headers["Content-Type"].split(";")[0] in ("application/json", "application/jwk-set+json")
    assert "public" in response.headers["Cache-Control"]
    assert "max-age" in response.headers["Cache-Control"]
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in response.headers
    again = client.get(path, headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304
    assert again.data == b""


@pytest.mark.parametrize("path", [*ADDRESSES, "/jwks.json"])
def test_a_page_may_ask_with_headers_of_its_own(client: FlaskClient, path: str) -> None:
    """MCP clients name their protocol's version, so their browser asks first (Fetch §3.2.2)."""
    asked = {"Origin": "https://app.example", "Access-Control-Request-Headers": "mcp-protocol-version"}
    response = client.options(path, headers=asked)
    assert response.status_code == 204
    assert response.headers["Access-Control-Allow-Origin"] == "*"
    assert response.headers["Access-Control-Allow-Headers"] == "*"


@pytest.mark.parametrize("path", [*ADDRESSES, "/jwks.json"])
def test_head_is_get_without_a_body(client: FlaskClient, path: str) -> None:
    response = client.head(path)
    assert response.status_code == 200
    assert response.data == b""
    assert response.headers["Content-Length"] == client.get(path).headers["Content-Length"]


@pytest.mark.parametrize("path", [*ADDRESSES, "/jwks.json"])
@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_another_method_is_told_what_is_allowed(client: FlaskClient, path: str, method: str) -> None:
    response = client.open(path, method=method)
    assert response.status_code == 405
    assert {"GET", "HEAD"} <= set(response.headers["Allow"].replace(" ", "").split(","))


@pytest.mark.section("RFC 7517 §5")
@pytest.mark.incident("CVE-2026-90942")
def test_the_key_set_holds_no_private_member(client: FlaskClient) -> None:
    keys = json.loads(client.get("/jwks.json").data)["keys"]
    assert {(key["use"], key.get("alg")) for key in keys} == {
        *(("sig", alg) for alg in ("RS256", "ES256", "EdDSA")),
        ("enc", None),
    }
    for key in keys:
        assert len(key["kid"]) == 43
        assert not {"d", "p", "q", "dp", "dq", "qi", "k", "oth"} & set(key)
        assert set(key) <= {"kty", "use", "alg", "kid", "n", "e", "crv", "x", "y"}


@pytest.mark.section("OpenID Connect Discovery 1.0 §4")
@pytest.mark.section("RFC 8414 §3.1")
def test_an_issuer_with_a_path(settings: Settings, app: Flask) -> None:
    """Both forms: the path behind the well-known name, and before it (Discovery §4)."""
    below = settings.model_copy(
        update={"server": settings.server.model_copy(update={"issuer": "http://127.0.0.1:8000/id/eu"})}
    )
    with provider.opened(below) as server:
        client = server.test_client(use_cookies=False)
        inserted = client.get("/.well-known/oauth-authorization-server/id/eu")
        appended = client.get("/id/eu/.well-known/openid-configuration")
        assert inserted.status_code == appended.status_code == 200
        assert inserted.data == appended.data
        document = json.loads(inserted.data)
        assert document["issuer"] == "http://127.0.0.1:8000/id/eu"
        assert document["token_endpoint"] == "http://127.0.0.1:8000/id/eu/token"
        assert client.get("/id/eu/jwks.json").status_code == 200
        assert client.get("/jwks.json").status_code == 404
