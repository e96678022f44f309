"""The keys that an app shows in its registration (RFC 7591 §2, OpenID Connect Registration §2)."""

from typing import Any

import pytest
from joserfc import jwk

from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.errors import InvalidClientMetadata

WEB: dict[str, object] = {"client_name": "Photo Box", "redirect_uris": ["https://box.example/cb"]}
KEY: dict[str, Any] = dict(jwk.generate_key("EC", "P-256", private=False).as_dict())
KEYS: dict[str, list[dict[str, Any]]] = {"keys": [KEY]}
SIGNS: dict[str, object] = WEB | {"token_endpoint_auth_method": "private_key_jwt", "jwks": KEYS}


@pytest.mark.section("OpenID Connect Registration §2")
def test_an_app_that_signs_shows_its_keys() -> None:
    client = ClientMetadata.register(SIGNS)
    assert (client.jwks, client.has_secret, client.public, client.auth_methods) == (
        KEYS,
        False,
        False,
        ("private_key_jwt",),
    )
    assert ClientMetadata.from_json(client.to_json()) == client
    assert ClientMetadata.register(WEB).has_secret


@pytest.mark.section("OpenID Connect Registration §2")
@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"jwks": None}, "token_endpoint_auth_method private_key_jwt needs jwks or jwks_uri"),
        ({"jwks_uri": "https://box.example/keys"}, "jwks and jwks_uri must not both be there"),
        ({"jwks": {"keys": []}}, "jwks must be a JWK Set with 1 to 50 keys"),
        ({"jwks": "keys"}, "jwks must be a JWK Set with 1 to 50 keys"),
        ({"jwks": {"keys": KEYS["keys"] * 51}}, "jwks must be a JWK Set with 1 to 50 keys"),
        ({"jwks": {"keys": [{}]}}, "jwks must hold keys with a kty"),
        (
            {"jwks": {"keys": [{"kty": "oct", "k": "AA"}]}},
            "jwks must hold public keys alone; keep the private half to yourself, and make a new pair now",
        ),
        ({"jwks": {"keys": [{"kty": "EC", "x": "A" * 40000}]}}, "jwks must not be longer than 32768 characters"),
        ({"token_endpoint_auth_signing_alg": "HS256"}, None),
    ],
)
def test_keys_that_cannot_be_registered(changes: dict[str, object], sentence: str | None) -> None:
    with pytest.raises(InvalidClientMetadata) as refused:
        ClientMetadata.register(SIGNS | changes)
    told = refused.value.description
    assert told == sentence if sentence else told.startswith("token_endpoint_auth_signing_alg HS256 does not fit")


@pytest.mark.section("RFC 7591 §2.1")
def test_rfc7591_2_1_who_asks_for_itself_has_no_place_to_go_back_to() -> None:
    client = ClientMetadata.register({"client_name": "Nightly report", "grant_types": ["client_credentials"]})
    assert (client.grant_types, client.response_types, client.redirect_uris) == (("client_credentials",), (), ())


@pytest.mark.section("OpenID Connect Core §9")
def test_who_signs_with_a_secret_has_one_and_never_sends_it() -> None:
    client = ClientMetadata.register(WEB | {"token_endpoint_auth_method": "client_secret_jwt"})
    assert (client.has_secret, client.signs_with_secret) == (True, True)
    assert client.auth_methods == ("client_secret_jwt",)
    assert not ClientMetadata.register(WEB).signs_with_secret
