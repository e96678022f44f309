"""OpenID Connect Registration §2: what is encrypted for an app."""

import pytest

from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.encryption import ANSWERS
from idp.protocol.errors import InvalidClientMetadata

pytestmark = pytest.mark.section("OpenID Connect Registration §2")
WEB = {"redirect_uris": ["https://app.example/in"]}


@pytest.mark.parametrize("answer", ANSWERS)
def test_an_alg_alone_has_an_enc_of_its_own(answer: str) -> None:
    name = f"{answer}_encrypted_response"
    client = ClientMetadata.register(WEB | {f"{name}_alg": "ECDH-ES", "jwks_uri": "https://app.example/jwks"})
    assert client.encryption_of(answer) == ("ECDH-ES", "A128CBC-HS256")
    assert ClientMetadata.register(WEB).encryption_of(answer)[0] == ""


@pytest.mark.parametrize(
    ("members", "word"),
    [
        ({"id_token_encrypted_response_enc": "A256GCM"}, "id_token_encrypted_response_alg"),
        ({"userinfo_encrypted_response_alg": "RSA-OAEP-256"}, "jwks"),
        ({"userinfo_encrypted_response_alg": "RSA1_5"}, "RSA-OAEP"),
        ({"introspection_encrypted_response_enc": "none"}, "A256GCM"),
    ],
)
def test_nothing_is_encrypted_halfway(members: dict[str, str], word: str) -> None:
    with pytest.raises(InvalidClientMetadata, match=word):
        ClientMetadata.register(WEB | members)


def test_a_request_is_not_encrypted_halfway_either() -> None:
    with pytest.raises(InvalidClientMetadata, match="request_object_encryption_alg"):
        ClientMetadata.register(WEB | {"request_object_encryption_enc": "A256GCM"})
