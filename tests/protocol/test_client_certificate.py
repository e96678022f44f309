"""RFC 8705: what an app registers about its certificate, and whether one is it."""

from typing import Any

import pytest

from idp.protocol.client_certificate import Certificate
from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.errors import InvalidClientMetadata

KEY = {"kty": "EC", "crv": "P-256", "x": "x", "y": "y"}
NAMES = {"dns": ("bank.example",), "uri": ("urn:bank",), "ip": ("192.0.2.1",), "email": ("ops@bank.example",)}
SHOWN = Certificate("t", KEY, "CN=Bank,O=Example\\, Ltd", NAMES, 100, 200)
BANK: dict[str, Any] = {"redirect_uris": ["https://bank.example/in"], "token_endpoint_auth_method": "tls_client_auth"}


@pytest.mark.section("RFC 8705 §2.1.2")
@pytest.mark.parametrize(
    ("name", "value", "is_it"),
    [
        ("tls_client_auth_subject_dn", "CN=Bank,O=Example\\, Ltd", True),
        ("tls_client_auth_subject_dn", "cn=Bank, o=Example\\, Ltd", True),
        ("tls_client_auth_subject_dn", "CN=Bank", False),
        ("tls_client_auth_subject_dn", "O=Example\\, Ltd,CN=Bank", False),
        ("tls_client_auth_san_dns", "Bank.example", True),
        ("tls_client_auth_san_dns", "other.example", False),
        ("tls_client_auth_san_uri", "urn:bank", True),
        ("tls_client_auth_san_ip", "192.0.2.1", True),
        ("tls_client_auth_san_email", "OPS@bank.example", False),
    ],
)
def test_a_certificate_is_known_by_its_one_name(name: str, value: str, is_it: bool) -> None:
    client = ClientMetadata.register({**BANK, name: value})
    assert SHOWN.is_named(client.certificate_names) is is_it
    assert not SHOWN.is_named({})


@pytest.mark.section("RFC 8705 §2.2")
def test_or_by_its_key() -> None:
    assert SHOWN.has_key_of({"keys": ["odd", {**KEY, "kid": "k", "x5c": ["…"]}]})
    assert not SHOWN.has_key_of({"keys": [{**KEY, "x": "other"}]})
    assert not SHOWN.has_key_of({"keys": "none"})


def test_it_has_its_time() -> None:
    assert [SHOWN.is_of(now) for now in (99, 100, 200, 201)] == [False, True, True, False]


@pytest.mark.section("RFC 8705 §2.1.2")
@pytest.mark.parametrize(
    ("members", "word"),
    [
        ({}, "exactly one"),
        ({"tls_client_auth_san_dns": "a.example", "tls_client_auth_san_uri": "urn:a"}, "exactly one"),
        ({"token_endpoint_auth_method": "none", "tls_client_auth_san_dns": "a.example"}, "is for"),
        ({"token_endpoint_auth_method": "self_signed_tls_client_auth"}, "jwks"),
    ],
)
def test_a_registration_says_which(members: dict[str, Any], word: str) -> None:
    with pytest.raises(InvalidClientMetadata, match=word):
        ClientMetadata.register({**BANK, **members})
