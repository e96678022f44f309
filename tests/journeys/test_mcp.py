"""The Model Context Protocol: a client that nobody here knows signs somebody in to a server that trusts Portico."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from joserfc import jwt

from idp.settings.load import Settings, load_settings
from tests import provider
from tests.conftest import MANUAL
from tests.emulators import document_server
from tests.id_tokens import published_keys
from tests.people import ALICE, Person
from tests.relying_app import RelyingApp, Tokens

SERVER = "https://mcp.example.com/mcp"
FILES = {"files": {"identifier": SERVER, "scopes": ["files.read"], "open": True}}
CALLBACK = "http://127.0.0.1:33418/"


@pytest.fixture
def house(settings: Settings, tmp_path: Path) -> Iterator[Flask]:
    """config.toml with one switch and one API."""
    same = {name: settings.model_dump()[name] for name in ("keys", "password")}
    url = {"url": settings.database.url.get_secret_value()}
    with provider.founded(load_settings(MANUAL, profile="mcp", resources=FILES, database=url, **same)) as server:
        yield server


def signs_in(house: Flask, client_id: str) -> Tokens:
    alice = Person.of(ALICE, house).with_account()
    client = RelyingApp(house, client_id, "", CALLBACK)
    visit = client.asks("files.read", resource=SERVER).seen_by(alice).signs_in()
    assert "hasn’t reviewed this app" in visit.page.text
    return visit.allows().redeems(resource=SERVER)


def is_for_the_server(house: Flask, tokens: Tokens) -> None:
    """A JWT that the server verifies by itself, and that opens nothing at Portico."""
    claims = jwt.decode(tokens.access_token, published_keys(house), algorithms=["RS256"]).claims
    assert claims["aud"] == SERVER
    assert claims["scope"] == "files.read"
    assert tokens.asks_userinfo().status_code == 401


def metadata_of(house: Flask) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(house.test_client().get("/.well-known/oauth-authorization-server").data)
    return told


@pytest.mark.section("RFC 8414 §2")
@pytest.mark.section("RFC 9207 §3")
def test_the_metadata_says_all_that_a_client_looks_for(house: Flask) -> None:
    told = metadata_of(house)
    assert told["registration_endpoint"] == f"{told['issuer']}/register"
    assert told["client_id_metadata_document_supported"] is True
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["authorization_response_iss_parameter_supported"] is True
    assert {"none", "private_key_jwt"} <= set(told["token_endpoint_auth_methods_supported"])


@pytest.mark.section("RFC 7591 §3")
@pytest.mark.section("RFC 8707 §2")
def test_a_client_registers_itself_and_gets_a_token_for_the_server(house: Flask) -> None:
    said = {
        "client_name": "Editor",
        "redirect_uris": [CALLBACK],
        "token_endpoint_auth_method": "none",
        "grant_types": ["authorization_code", "refresh_token"],
    }
    response = house.test_client().post("/register", json=said)
    assert response.status_code == 201
    told = json.loads(response.data)
    assert "files.read" in told["scope"].split()
    tokens = signs_in(house, told["client_id"])
    is_for_the_server(house, tokens)


@pytest.mark.section("Client ID Metadata Document §4")
def test_a_client_that_publishes_what_it_is_gets_one_too(house: Flask) -> None:
    with document_server.serving() as elsewhere:
        client_id = elsewhere.at("/client.json")
        elsewhere.shows({"client_id": client_id, "client_name": "Editor", "redirect_uris": [CALLBACK]})
        is_for_the_server(house, signs_in(house, client_id))
