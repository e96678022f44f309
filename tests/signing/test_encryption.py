"""What one app alone can read (RFC 7516)."""

from base64 import urlsafe_b64encode
from typing import Any

import pytest
from joserfc import jwe, jwk

from idp.protocol.encryption import ENCS, KEY_ALGS
from idp.signing.encryption import NoKey, encrypted

pytestmark = pytest.mark.section("RFC 7516 §5.1")


def key(alg: str, kid: str = "k", **members: Any) -> tuple[Any, dict[str, Any]]:
    kind, size = ("RSA", 2048) if alg.startswith("RSA") else ("EC", "P-256")
    made = jwk.generate_key(kind, size, private=True)  # type: ignore[arg-type]
    return made, {**made.as_dict(private=False), "kid": kid, **members}


@pytest.mark.parametrize("alg", KEY_ALGS)
def test_the_holder_of_the_key_reads_it(alg: str) -> None:
    private, public = key(alg, use="enc")
    for enc in ENCS:
        text = encrypted("told", {"keys": [public]}, alg, enc, is_jwt=True)
        read = jwe.decrypt_compact(text, private, registry=jwe.JWERegistry(algorithms=[alg, enc]))
        assert read.plaintext == b"told"
        assert read.headers() == {**read.headers(), "alg": alg, "enc": enc, "kid": "k", "cty": "JWT"}


@pytest.mark.section("OpenID Connect Core §10.2.1")
def test_the_key_that_is_named_for_it_comes_first() -> None:
    _, unnamed = key("ECDH-ES", kid="unnamed")
    private, named = key("ECDH-ES", kid="named", use="enc")
    text = encrypted("told", {"keys": [unnamed, named]}, "ECDH-ES", "A128GCM", is_jwt=False)
    read = jwe.decrypt_compact(text, private, registry=jwe.JWERegistry(algorithms=["ECDH-ES", "A128GCM"]))
    assert (read.plaintext, "cty" in read.headers()) == (b"told", False)


@pytest.mark.parametrize(
    "keys",
    [
        {},
        {"keys": "none"},
        {"keys": ["none"]},
        {"keys": [{"kty": "EC", "crv": "P-256", "use": "sig", "x": "AA", "y": "AA"}]},
        {"keys": [{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}]},
        {"keys": [{"kty": "EC", "crv": "secp256k1", "x": "AA", "y": "AA"}]},
        {"keys": [{"kty": "EC", "crv": "P-256", "alg": "ECDH-ES+A128KW", "x": "AA", "y": "AA"}]},
        {"keys": [{"kty": "oct", "k": "AAAA"}]},
    ],
)
def test_without_a_key_that_fits_nothing_is_told(keys: dict[str, Any]) -> None:
    with pytest.raises(NoKey, match="ECDH-ES"):
        encrypted("told", keys, "ECDH-ES", "A128GCM", is_jwt=True)


def test_a_weak_key_is_no_key() -> None:
    modulus = urlsafe_b64encode((2**1023 + 1).to_bytes(128)).decode().rstrip("=")
    weak = {"kty": "RSA", "n": modulus, "e": "AQAB"}
    with pytest.raises(NoKey):
        encrypted("told", {"keys": [weak]}, "RSA-OAEP-256", "A128GCM", is_jwt=True)
