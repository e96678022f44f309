"""What our own APIs say of themselves (RFC 9728), and how whoever is refused finds it."""

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from idp.settings.load import Settings
from tests import provider

pytestmark = pytest.mark.section("RFC 9728 §3.2")
WELL_KNOWN = "/.well-known/oauth-protected-resource"
ABOUT = re.compile(r'resource_metadata="([^"]*)"')


def read(client: FlaskClient, address: str) -> dict[str, Any]:
    response = client.get(address)
    assert response.status_code == 200
    assert response.content_type == "application/json"
    members: dict[str, Any] = response.get_json()
    return members


@pytest.mark.section("RFC 9728 §2")
def test_userinfo_names_its_server_and_how_it_takes_tokens(client: FlaskClient, settings: Settings) -> None:
    document = read(client, f"{WELL_KNOWN}/userinfo")
    assert document["authorization_servers"] == [settings.server.issuer]
    assert document["bearer_methods_supported"] == ["header", "body"]
    assert "ES256" in document["dpop_signing_alg_values_supported"]
    assert "openid" in document["scopes_supported"]
    assert document["resource_name"] == "Portico"
    for name in ("resource_documentation", "resource_policy_uri", "resource_tos_uri"):
        assert client.get(document[name]).status_code == 200, name


@pytest.mark.section("RFC 9728 §3.3")
@pytest.mark.parametrize("path", ["", "/userinfo"])
def test_the_resource_is_the_address_that_the_document_was_found_by(
    client: FlaskClient, settings: Settings, path: str
) -> None:
    assert read(client, WELL_KNOWN + path)["resource"] == settings.server.issuer + path


@pytest.mark.section("RFC 9728 §5.1")
@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer x"}, {"Authorization": "DPoP x"}], ids=str)
def test_whoever_is_refused_finds_the_way(client: FlaskClient, settings: Settings, headers: dict[str, str]) -> None:
    """In every challenge of the answer, and the document is about the very address that refused (§3.3)."""
    refused = client.get("/userinfo", headers=headers)
    assert refused.status_code == 401
    for challenge in refused.headers.getlist("WWW-Authenticate"):
        (address,) = ABOUT.findall(challenge)
        assert address == f"{settings.server.issuer}{WELL_KNOWN}/userinfo"
        assert read(client, address)["resource"] == f"{settings.server.issuer}/userinfo"


@pytest.mark.section("RFC 9728 §4")
def test_discovery_names_them(client: FlaskClient) -> None:
    named = read(client, "/.well-known/openid-configuration")["protected_resources"]
    issuer = read(client, WELL_KNOWN)["resource"]
    assert named == [issuer, f"{issuer}/userinfo"]


@pytest.mark.section("RFC 9728 §3.1")
def test_the_path_of_an_issuer_stands_behind_the_well_known_name(settings: Settings) -> None:
    server = settings.server.model_copy(update={"issuer": "http://127.0.0.1:8000/id/eu"})
    with provider.opened(settings.model_copy(update={"server": server})) as app:
        client = app.test_client(use_cookies=False)
        (address,) = ABOUT.findall(client.get("/id/eu/userinfo").headers["WWW-Authenticate"])
        assert address == f"http://127.0.0.1:8000{WELL_KNOWN}/id/eu/userinfo"
        assert read(client, address)["resource"] == "http://127.0.0.1:8000/id/eu/userinfo"
        assert read(client, f"{WELL_KNOWN}/id/eu")["resource"] == "http://127.0.0.1:8000/id/eu"
        for elsewhere in (f"{WELL_KNOWN}/id/europe", f"{WELL_KNOWN}/userinfo", f"{WELL_KNOWN}/id/eu/token"):
            assert client.get(elsewhere).status_code == 404


def test_pages_anywhere_may_read_it(client: FlaskClient) -> None:
    """MCP clients in a browser do; so the address in the challenge must be readable too."""
    assert client.get(f"{WELL_KNOWN}/userinfo").headers["Access-Control-Allow-Origin"] == "*"
    assert client.options(f"{WELL_KNOWN}/userinfo", headers={"Origin": "https://app.example"}).status_code == 204
    assert "WWW-Authenticate" in client.get("/userinfo").headers.get("Access-Control-Expose-Headers", "")
