"""What the application makes of a connection with a certificate, and says of where to make one (RFC 8705 §5)."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography import x509
from flask import Flask
from joserfc import jwt
from joserfc.jwk import ECKey

from idp import clock
from idp.settings.load import Settings
from idp.settings.mtls import Mtls
from idp.web.proxies import OWN_TLS, Shown
from tests import certificates, provider
from tests.dpop import Holder
from tests.relying_app import RelyingApp
from tests.services import SERVICE

pytestmark = pytest.mark.section("RFC 8705 §5")
BASE = "https://mtls.example.com:8443"
FILES = {"bind": "0.0.0.0:8443", "address": BASE, "certificate": "own.pem", "key": "own.key"}


def listening(settings: Settings, **mtls: str) -> Settings:
    return settings.model_copy(update={"mtls": Mtls(**FILES, **mtls)})


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    with provider.founded(listening(settings, client_ca="authorities.pem")) as app:
        yield app


def document(app: Flask) -> dict[str, Any]:
    members: dict[str, Any] = app.test_client().get("/.well-known/openid-configuration").get_json()
    return members


def test_discovery_names_the_endpoints_of_the_listener_beside_the_usual_ones(app: Flask, settings: Settings) -> None:
    members = document(app)
    aliases = members["mtls_endpoint_aliases"]
    assert aliases["token_endpoint"] == f"{BASE}/token"
    assert aliases["userinfo_endpoint"] == f"{BASE}/userinfo"
    assert len(aliases) == 7
    issuer = settings.server.issuer
    assert all(address.replace(BASE, issuer) == members[name] for name, address in aliases.items())
    assert members["tls_client_certificate_bound_access_tokens"] is True
    assert {"tls_client_auth", "self_signed_tls_client_auth"} <= set(members["token_endpoint_auth_methods_supported"])
    resource = app.test_client().get("/.well-known/oauth-protected-resource").get_json()
    assert resource["tls_client_certificate_bound_access_tokens"] is True


def test_without_authorities_names_prove_nothing_and_without_a_listener_there_is_none(settings: Settings) -> None:
    with provider.opened(listening(settings)) as app:
        methods = document(app)["token_endpoint_auth_methods_supported"]
        assert "self_signed_tls_client_auth" in methods
        assert "tls_client_auth" not in methods
    with provider.opened(settings) as app:
        assert "mtls_endpoint_aliases" not in document(app)


def test_an_issuer_with_a_path_keeps_it_there(settings: Settings) -> None:
    server = settings.server.model_copy(update={"issuer": "https://id.example.com/login"})
    with provider.opened(listening(settings.model_copy(update={"server": server}))) as app:
        client = app.test_client()
        members = client.get("/login/.well-known/openid-configuration").get_json()
        assert members["mtls_endpoint_aliases"]["token_endpoint"] == f"{BASE}/login/token"
        shown = {OWN_TLS: Shown("", is_verified=False)}
        assert client.post(f"{BASE}/login/token", data={"x": "1"}, environ_overrides=shown).status_code == 401
        assert client.post(f"{BASE}/token", environ_overrides=shown).status_code == 404


@pytest.mark.section("RFC 8705 §2.1")
@pytest.mark.parametrize(("is_verified", "status"), [(True, 200), (False, 401)])
def test_a_name_needs_somebody_who_vouches_for_it(app: Flask, is_verified: bool, status: int) -> None:
    shown = certificates.made("Bank", [x509.DNSName("bank.example")])
    service(app, "bank", token_endpoint_auth_method="tls_client_auth", tls_client_auth_san_dns="bank.example")
    assert asks(app, "bank", Shown(shown.rfc9440, is_verified))[0] == status


@pytest.mark.section("RFC 9449 §4.3")
def test_a_proof_names_the_address_that_it_was_sent_to(app: Flask) -> None:
    shown = certificates.made("Bank")
    service(app, "bank", token_endpoint_auth_method="self_signed_tls_client_auth", jwks={"keys": [shown.jwk]})
    for address, status in ((f"{BASE}/token", 200), ("http://127.0.0.1:8000/token", 400)):
        proof = {"DPoP": Holder().proof("POST", address)}
        assert asks(app, "bank", Shown(shown.rfc9440, is_verified=False), proof)[0] == status


@pytest.mark.section("RFC 7523 §3")
def test_an_assertion_may_be_for_the_endpoint_of_the_listener(app: Flask) -> None:
    key = ECKey.generate_key("P-256", {"kid": "1", "alg": "ES256"})
    service(app, "bank", token_endpoint_auth_method="private_key_jwt", jwks={"keys": [key.as_dict(private=False)]})
    for number, (audience, status) in enumerate(((f"{BASE}/token", 200), ("https://other.example/token", 401))):
        claims = {"iss": "bank", "sub": "bank", "aud": audience, "exp": clock.now() + 60, "jti": str(number)}
        fields = {
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": jwt.encode({"alg": "ES256", "kid": "1"}, claims, key),
        }
        assert asks(app, "bank", Shown("", is_verified=False), **fields)[0] == status


def service(app: Flask, client_id: str, **metadata: Any) -> None:
    RelyingApp.registered(app, client_id, **SERVICE | metadata)


def asks(
    app: Flask, client_id: str, shown: Shown, headers: dict[str, str] | None = None, **fields: str
) -> tuple[int, dict[str, Any]]:
    body = {"grant_type": "client_credentials", "client_id": client_id, **fields}
    client = app.test_client(use_cookies=False)
    overrides = {OWN_TLS: shown}
    response = client.post(f"{BASE}/token", data=body, headers=headers, environ_overrides=overrides)
    return response.status_code, json.loads(response.data)
