"""oidcc-config-certification-test-plan: the discovery document and its keys, on https as the suite reads them."""

import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from authlib.oauth2.rfc8414 import AuthorizationServerMetadata
from authlib.oidc.discovery import OpenIDProviderMetadata
from babel import Locale
from flask.testing import FlaskClient
from joserfc.jwk import KeySet

from idp.settings.load import Settings
from tests import provider

pytestmark = pytest.mark.section("OpenID Connect Discovery 1.0 §3")
ISSUER = "https://id.example.com"
REGISTERED_SINCE = {
    "userinfo_endpoint",
    "end_session_endpoint",
    "prompt_values_supported",
    "authorization_response_iss_parameter_supported",
    "pushed_authorization_request_endpoint",
    "require_pushed_authorization_requests",
    "dpop_signing_alg_values_supported",
    "authorization_signing_alg_values_supported",
    "authorization_encryption_alg_values_supported",
    "authorization_encryption_enc_values_supported",
    "introspection_signing_alg_values_supported",
    "introspection_encryption_alg_values_supported",
    "introspection_encryption_enc_values_supported",
    "backchannel_logout_supported",
    "backchannel_logout_session_supported",
    "frontchannel_logout_supported",
    "frontchannel_logout_session_supported",
    "protected_resources",
    "device_authorization_endpoint",
    "tls_client_certificate_bound_access_tokens",
    "backchannel_authentication_endpoint",
    "backchannel_token_delivery_modes_supported",
    "backchannel_authentication_request_signing_alg_values_supported",
    "backchannel_user_code_parameter_supported",
}
"""Discovery §3, RP-Initiated Logout §2.1, Initiating User Registration §4.2, RFC 9207 §3, RFC 9126 §5, RFC 9449 §5.1,
JARM §4, RFC 9701 §7, Back-Channel Logout §2.1, Front-Channel Logout §3, RFC 9728 §4, RFC 8628 §4,
RFC 8705 §3.3, CIBA Core §4; Authlib's lists lack them."""
REGISTERED = REGISTERED_SINCE.union(AuthorizationServerMetadata.REGISTRY_KEYS, OpenIDProviderMetadata.REGISTRY_KEYS)


@pytest.fixture
def client(settings: Settings) -> Iterator[FlaskClient]:
    secured = settings.model_copy(update={"server": settings.server.model_copy(update={"issuer": ISSUER})})
    with provider.founded(secured) as server:
        yield server.test_client(use_cookies=False)


@pytest.fixture
def document(client: FlaskClient) -> dict[str, Any]:
    response = client.get("/.well-known/openid-configuration")
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    members: dict[str, Any] = json.loads(response.data)
    return members


@pytest.mark.conformance("oidcc-discovery-endpoint-verification")
def test_every_member_is_registered_and_of_its_kind(document: dict[str, Any]) -> None:
    """The suite warns of a member that no specification knows."""
    assert set(document) - REGISTERED == set()
    for name, value in document.items():
        if name.endswith(("_supported", "_registration")) and not isinstance(value, bool):
            assert value, f"{name}: RFC 8414 §2 wants an empty list left out"
            assert all(isinstance(entry, str) for entry in value), name
    assert document["issuer"] == ISSUER
    assert "code" in document["response_types_supported"]
    assert "public" in document["subject_types_supported"]
    assert "RS256" in document["id_token_signing_alg_values_supported"]
    assert "openid" in document["scopes_supported"]
    assert {"sub", "name", "email", "address", "phone_number"} <= set(document["claims_supported"])
    assert {"authorization_code", "refresh_token"} <= set(document["grant_types_supported"])


@pytest.mark.conformance("oidcc-discovery-endpoint-verification")
@pytest.mark.conformance("oidcc-rp-initiated-logout-discovery-endpoint-verification")
def test_every_address_is_https(document: dict[str, Any]) -> None:
    assert "end_session_endpoint" in document
    addresses = [value for name, value in document.items() if name.endswith(("_endpoint", "_uri"))]
    assert {urlsplit(address).scheme for address in addresses} == {"https"}


@pytest.mark.conformance("oidcc-discovery-endpoint-verification")
def test_languages_are_written_as_bcp_47_likes_them(document: dict[str, Any]) -> None:
    for tag in document["ui_locales_supported"]:
        assert str(Locale.parse(tag, sep="-")).replace("_", "-") == tag


@pytest.mark.conformance("oidcc-discovery-endpoint-verification")
@pytest.mark.section("RFC 7517 §5")
def test_every_key_is_public_and_named_once(document: dict[str, Any], client: FlaskClient) -> None:
    keys = KeySet.import_key_set(json.loads(client.get(document["jwks_uri"]).data)).keys
    assert len({key.kid for key in keys}) == len(keys) > 0
    assert not any(key.is_private for key in keys)
    signing = [key.as_dict() for key in keys if key.as_dict()["use"] == "sig"]
    assert {key["alg"] for key in signing} == set(document["id_token_signing_alg_values_supported"])
