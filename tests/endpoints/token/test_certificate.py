"""Apps that prove themselves by a TLS certificate, and tokens bound to one (RFC 8705)."""

import json
from typing import Any

import pytest
from cryptography import x509
from flask import Flask

from idp.settings.load import Settings
from tests import certificates, provider
from tests.certificates import Shown
from tests.people import Person
from tests.relying_app import RelyingApp, Tokens
from tests.services import SERVICE

pytestmark = pytest.mark.section("RFC 8705 §2")
HEADER = "X-SSL-Client-Cert"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return certificates.passed_on(settings, HEADER)


@pytest.fixture
def shown(app: Flask) -> Shown:
    return certificates.made("Bank", [x509.DNSName("bank.example")])


def service(app: Flask, method: str = "tls_client_auth", **metadata: Any) -> RelyingApp:
    return RelyingApp.registered(app, "bank", **SERVICE | {"token_endpoint_auth_method": method} | metadata)


def asks(app: RelyingApp, certificate: str = "", **fields: str) -> tuple[int, dict[str, Any]]:
    headers = {HEADER: certificate} if certificate else {"X-None": "1"}
    body = {"grant_type": "client_credentials", "client_id": app.client_id, **fields}
    response = app.posts_token(body, headers=headers)
    return response.status_code, json.loads(response.data)


@pytest.mark.section("RFC 8705 §2.1")
def test_by_the_name_of_a_certificate_that_the_proxy_verified(app: Flask, shown: Shown) -> None:
    bank = service(app, tls_client_auth_san_dns="bank.example")
    assert asks(bank, shown.pem)[0] == 200
    assert asks(bank, shown.rfc9440)[0] == 200
    other = certificates.made("Bank", [x509.DNSName("other.example")])
    for certificate in ("", other.pem, "not a certificate", ":AAAA:", "x" * 20_000):
        status, answer = asks(bank, certificate)
        assert (status, answer["error"]) == (401, "invalid_client"), certificate[:20]


@pytest.mark.section("RFC 8705 §2.1.2")
def test_by_the_subject(app: Flask, shown: Shown) -> None:
    bank = service(app, tls_client_auth_subject_dn="CN=Bank, O=Example")
    assert asks(bank, shown.pem)[0] == 200
    assert asks(bank, certificates.made("Other").pem)[0] == 401


@pytest.mark.section("RFC 8705 §2.2")
def test_by_a_key_of_its_own(app: Flask, shown: Shown) -> None:
    bank = service(app, "self_signed_tls_client_auth", jwks={"keys": [shown.jwk]})
    assert asks(bank, shown.pem)[0] == 200
    assert asks(bank, certificates.made("Bank").pem)[0] == 401


def test_a_certificate_has_its_time(app: Flask) -> None:
    bank = service(app, tls_client_auth_subject_dn="CN=Bank,O=Example")
    assert asks(bank, certificates.made("Bank", until=-1).pem)[0] == 401
    assert asks(bank, certificates.made("Bank", since=60).pem)[0] == 401


def test_one_method_alone(app: Flask, shown: Shown) -> None:
    bank = service(app, tls_client_auth_san_dns="bank.example")
    assert asks(bank, shown.pem, client_secret="x")[1]["error"] == "invalid_client"
    secret = RelyingApp.registered(app, "shop")
    assert asks(secret, shown.pem)[0] == 401


def test_whoever_is_no_proxy_shows_none(app: Flask, shown: Shown) -> None:
    bank = service(app, tls_client_auth_san_dns="bank.example")
    response = app.test_client(use_cookies=False).post(
        f"{bank.issuer}/token",
        data={"grant_type": "client_credentials", "client_id": "bank"},
        headers={HEADER: shown.pem},
        environ_overrides={"REMOTE_ADDR": "203.0.113.9"},
    )
    assert response.status_code == 401


@pytest.mark.section("RFC 8705 §3")
def test_a_bound_token_is_good_over_a_connection_with_the_certificate(app: Flask, shown: Shown, alice: Person) -> None:
    bank = RelyingApp.registered(app, "bank", tls_client_certificate_bound_access_tokens=True, first_party=True)
    visit = bank.asks("openid").seen_by(alice).signs_in()
    fields = {
        "grant_type": "authorization_code",
        "code": visit.code,
        "redirect_uri": bank.redirect_uri,
        "code_verifier": visit.verifier,
    }
    bare = bank.posts_token(fields, headers={"Authorization": bank.basic()})
    assert json.loads(bare.data)["error"] == "invalid_request"
    proved = bank.posts_token(fields, headers={"Authorization": bank.basic(), HEADER: shown.pem})
    tokens = Tokens.of(bank, proved)
    assert tokens.answer["token_type"] == "Bearer"
    assert userinfo(app, tokens.access_token, shown.rfc9440) == 200
    assert userinfo(app, tokens.access_token) == 401
    assert userinfo(app, tokens.access_token, certificates.made("Bank").pem) == 401
    said = json.loads(bank.posts("/introspect", {"token": tokens.access_token}).data)
    assert list(said["cnf"]) == ["x5t#S256"]


@pytest.mark.section("RFC 8705 §4")
def test_the_refresh_token_of_a_public_app_is_bound_too(app: Flask, shown: Shown, alice: Person) -> None:
    spa = RelyingApp.registered(
        app,
        "spa",
        token_endpoint_auth_method="none",
        tls_client_certificate_bound_access_tokens=True,
        first_party=True,
    )
    visit = spa.asks("openid").seen_by(alice).signs_in()
    fields = {
        "grant_type": "authorization_code",
        "code": visit.code,
        "redirect_uri": spa.redirect_uri,
        "code_verifier": visit.verifier,
    }
    refresh = json.loads(spa.posts_token(fields, headers={HEADER: shown.pem}).data)["refresh_token"]
    again = {"grant_type": "refresh_token", "refresh_token": refresh}
    other = certificates.made("Bank").pem
    assert json.loads(spa.posts_token(again, headers={HEADER: other}).data)["error"] == "invalid_grant"
    assert spa.posts_token(again, headers={HEADER: shown.pem}).status_code == 200


@pytest.mark.section("RFC 8705 §3.3")
def test_discovery_says_so_where_a_proxy_passes_them_on(app: Flask, settings: Settings) -> None:
    document = app.test_client().get("/.well-known/openid-configuration").get_json()
    assert document["tls_client_certificate_bound_access_tokens"] is True
    assert {"tls_client_auth", "self_signed_tls_client_auth"} <= set(document["token_endpoint_auth_methods_supported"])
    with provider.opened(certificates.passed_on(settings, "")) as plain:
        document = plain.test_client().get("/.well-known/openid-configuration").get_json()
    assert "tls_client_auth" not in document["token_endpoint_auth_methods_supported"]


def userinfo(app: Flask, token: str, certificate: str = "") -> int:
    headers = {"Authorization": f"Bearer {token}", **({HEADER: certificate} if certificate else {})}
    return app.test_client(use_cookies=False).get("/userinfo", headers=headers).status_code
