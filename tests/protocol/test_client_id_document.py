"""OAuth Client ID Metadata Document §3, §4: an app is what the document under its client_id says."""

import json

import pytest

from idp.protocol.client_id_document import (
    FRESH_FOR,
    LARGEST,
    LEAST_FRESH,
    MOST_FRESH,
    fresh_for,
    host_of,
    is_address,
    read,
)
from idp.protocol.errors import InvalidClientMetadata, OAuthError
from idp.protocol.machine_registration import Policy
from idp.protocol.scope import Scope
from idp.protocol.uri import BadUri

pytestmark = pytest.mark.section("Client ID Metadata Document §4")

ADDRESS = "https://tool.example/oauth/client.json"
POLICY = Policy(Scope.parse("openid email"), ("authorization_code", "refresh_token", "client_credentials"))
TOOL: dict[str, object] = {
    "client_id": ADDRESS,
    "client_name": "Tool",
    "redirect_uris": ["http://127.0.0.1/cb", "http://localhost/cb"],
    "grant_types": ["authorization_code", "refresh_token"],
}


def refusal(**members: object) -> str:
    with pytest.raises(OAuthError) as refused:
        read(ADDRESS, json.dumps({**TOOL, **members}).encode(), POLICY)
    return refused.value.description


def test_only_addresses_mean_documents() -> None:
    assert is_address(ADDRESS)
    assert not is_address("shop")


@pytest.mark.section("Client ID Metadata Document §3")
def test_the_host_of_an_address() -> None:
    assert host_of("https://tool.example:8443/a?b=c", plain_loopback=False) == "tool.example"
    assert host_of("http://localhost:9000/client.json", plain_loopback=True) == "localhost"


@pytest.mark.section("Client ID Metadata Document §3")
@pytest.mark.parametrize(
    "address",
    [
        "http://tool.example/client.json",
        "http://localhost/client.json",
        "https://tool.example",
        "https://tool.example?a=b",
        "https://Tool.example/client.json",
        "https://tool.example:443/client.json",
        "https://tool.example/a/../client.json",
        "https://tool.example/./client.json",
        "https://tool.example/a/%2E%2e",
        "https://tool.example/a/..?x=y",
        "https://tool.example/client.json#x",
        "https://admin@tool.example/client.json",
        "https:///client.json",
        "https:tool.example/client.json",
        f"https://tool.example/{'a' * 255}",
    ],
)
def test_an_address_that_two_programs_could_read_differently(address: str) -> None:
    with pytest.raises(BadUri):
        host_of(address, plain_loopback=False)


def test_a_document_says_what_the_app_is() -> None:
    tool = read(ADDRESS, json.dumps({**TOOL, "scope": "openid files.read"}).encode(), POLICY)
    assert tool.published_at == ADDRESS
    assert tool.token_endpoint_auth_method == "none"
    assert tool.application_type == "native"
    assert tool.require_pkce
    assert not tool.reviewed
    assert str(tool.scope) == "openid"


def test_its_client_id_is_its_address() -> None:
    for other in (None, "tool", f"{ADDRESS}/", ADDRESS.upper()):
        assert "client_id" in refusal(client_id=other)


def test_it_holds_no_secret() -> None:
    assert "client_secret" in refusal(client_secret="x")
    assert "client_secret" in refusal(client_secret_expires_at=0)
    for method in ("client_secret_basic", "client_secret_post", "client_secret_jwt", 7):
        assert "token_endpoint_auth_method" in refusal(token_endpoint_auth_method=method)


def test_it_may_prove_itself_by_a_key() -> None:
    members = {**TOOL, "token_endpoint_auth_method": "private_key_jwt", "jwks_uri": "https://tool.example/keys"}
    assert read(ADDRESS, json.dumps(members).encode(), POLICY).jwks_uri


def test_nobody_acts_without_a_person() -> None:
    members = {"client_id": ADDRESS, "grant_types": ["client_credentials"], "token_endpoint_auth_method": "none"}
    with pytest.raises(InvalidClientMetadata) as refused:
        read(ADDRESS, json.dumps(members).encode(), POLICY)
    assert "grant_types" in refused.value.description


def test_what_would_have_to_be_fetched_is_not_heard() -> None:
    members = {**TOOL, "sector_identifier_uri": "https://tool.example/sector"}
    assert not read(ADDRESS, json.dumps(members).encode(), POLICY).sector_identifier_uri


@pytest.mark.parametrize("document", [b"", b"[]", b"\xff", b"{}" + b" " * LARGEST], ids=lambda octets: str(octets[:4]))
def test_what_is_no_document(document: bytes) -> None:
    with pytest.raises(InvalidClientMetadata):
        read(ADDRESS, document, POLICY)


@pytest.mark.parametrize(
    ("cache_control", "seconds"),
    [
        ("", FRESH_FOR),
        ("public", FRESH_FOR),
        ("max-age=7200", 7200),
        ('public, max-age="300", must-revalidate', 300),
        ("max-age=0", LEAST_FRESH),
        ("max-age=99999999", MOST_FRESH),
        ("s-max-age=5, x-max-age=5", FRESH_FOR),
        ("no-store, max-age=7200", LEAST_FRESH),
        ("no-cache", LEAST_FRESH),
        ("max-age=-1", FRESH_FOR),
    ],
)
def test_how_long_a_document_is_fresh(cache_control: str, seconds: int) -> None:
    assert fresh_for(cache_control) == seconds
