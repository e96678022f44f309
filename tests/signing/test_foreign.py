"""Which key of a provider's set may say that it signed, and what a set has to look like."""

import json
from base64 import urlsafe_b64encode
from math import gcd, lcm
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from joserfc import jws
from joserfc.jwk import ECKey, OKPKey, RSAKey

from idp.signing import foreign
from idp.signing.foreign import ALGORITHMS, UnknownKey
from idp.signing.ring import BadToken

KEYS = {
    "RS256": RSAKey.generate_key(2048),
    "ES256": ECKey.generate_key("P-256"),
    "EdDSA": OKPKey.generate_key("Ed25519"),
}
ANOTHER = ECKey.generate_key("P-256")


def token(alg: str, kid: str | None = "k", payload: bytes = b'{"sub": "1"}', **header: object) -> str:
    named = {"kid": kid} if kid else {}
    parts = [json.dumps({"alg": alg, **named, **header}).encode(), payload]
    message = b".".join(urlsafe_b64encode(part).rstrip(b"=") for part in parts)
    kind = "EdDSA" if alg == "Ed25519" else "RS256" if alg[0] in "RP" else alg
    signature = jws.JWSRegistry.algorithms[alg].sign(message, KEYS[kind])
    return f"{message.decode()}.{urlsafe_b64encode(signature).rstrip(b'=').decode()}"


def entry(kind: str, /, **changes: object) -> dict[str, Any]:
    public: dict[str, Any] = {**KEYS[kind].as_dict(private=False), "kid": "k", "use": "sig", "alg": kind, **changes}
    return {name: value for name, value in public.items() if value is not None}


def says(signed: str, *entries: object) -> object:
    return foreign.verify(signed, {"keys": list(entries)}, algorithms=ALGORITHMS).claims


@pytest.mark.parametrize("alg", KEYS)
def test_the_keys_owner_signed_it(alg: str) -> None:
    assert says(token(alg), entry(alg)) == {"sub": "1"}
    assert says(token(alg), entry(alg, use=None, alg=None, kid="k")) == {"sub": "1"}


@pytest.mark.parametrize("alg", ["RS384", "RS512", "PS256", "PS384", "PS512"])
def test_an_rsa_key_without_an_algorithm_of_its_own_takes_each(alg: str) -> None:
    assert says(token(alg), entry("RS256", alg=None)) == {"sub": "1"}


@pytest.mark.section("RFC 7517 §4.2")
@pytest.mark.section("RFC 7517 §4.3")
@pytest.mark.section("RFC 7517 §4.4")
@pytest.mark.parametrize(
    "changes",
    [
        {"use": "enc"},
        {"key_ops": ["encrypt"]},
        {"key_ops": "verify"},
        {"alg": "PS256"},
        {"kid": "other"},
        {"kty": "oct"},
    ],
)
def test_a_key_for_something_else_is_none(changes: dict[str, object]) -> None:
    with pytest.raises(UnknownKey):
        says(token("RS256"), entry("RS256", **changes))


@pytest.mark.parametrize("changes", [{"crv": "P-384"}, {"crv": "secp256k1"}, {"crv": None}, {"kty": "OKP"}])
def test_a_curve_belongs_to_its_algorithm(changes: dict[str, object]) -> None:
    with pytest.raises(BadToken):
        says(token("ES256"), entry("ES256", **changes))


@pytest.mark.section("RFC 8725 §2.6")
def test_a_key_whose_signatures_take_long_to_look_at_is_none() -> None:
    """Its exponent is as long as its modulus: genuine, and a hundred times as slow."""
    pair = KEYS["RS256"].private_key.private_numbers()
    large = (1 << 1500) + 1
    while gcd(large, (pair.p - 1) * (pair.q - 1)) != 1:
        large += 2
    d = pow(large, -1, lcm(pair.p - 1, pair.q - 1))
    public = rsa.RSAPublicNumbers(large, pair.public_numbers.n)
    slow = rsa.RSAPrivateNumbers(pair.p, pair.q, d, d % (pair.p - 1), d % (pair.q - 1), pair.iqmp, public)
    signed = token("RS256").rpartition(".")[0]
    signature = slow.private_key().sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
    text = f"{signed}.{urlsafe_b64encode(signature).rstrip(b'=').decode()}"
    e = urlsafe_b64encode(large.to_bytes(188)).rstrip(b"=").decode()
    with pytest.raises(BadToken):
        says(text, entry("RS256", e=e))
    assert says(token("RS256"), entry("RS256", e=e), entry("RS256")) == {"sub": "1"}


@pytest.mark.parametrize("broken", [{"n": "!"}, {"n": 7}, {"n": ""}, {"e": "!"}, {"n": "AQAB"}, {"n": "A" * 3000}])
def test_a_key_that_cannot_be_read_is_none(broken: dict[str, object]) -> None:
    with pytest.raises(BadToken):
        says(token("RS256"), entry("RS256", **broken))


def test_keys_may_share_a_name() -> None:
    """One of another kind is not looked at; of two of a kind, the right one fits."""
    named = {**ANOTHER.as_dict(private=False), "kid": "k"}
    assert says(token("ES256"), entry("RS256"), named, entry("ES256")) == {"sub": "1"}


@pytest.mark.section("OpenID Connect Core §10.1")
def test_without_a_name_there_is_one_key_or_none() -> None:
    assert says(token("ES256", kid=None), entry("RS256"), entry("ES256", kid="x")) == {"sub": "1"}
    with pytest.raises(UnknownKey):
        says(token("ES256", kid=None), entry("ES256"), {**ANOTHER.as_dict(private=False), "kid": "y"})


def test_a_list_has_its_end() -> None:
    with pytest.raises(UnknownKey):
        says(token("ES256"), *[{"kty": "oct"}] * foreign.MOST_KEYS, entry("ES256"))


@pytest.mark.parametrize("entries", [["x"], [None], [[]], [{}], [{"kty": ["EC"]}]])
def test_entries_that_are_no_keys_are_passed_over(entries: list[object]) -> None:
    assert says(token("ES256"), *entries, entry("ES256")) == {"sub": "1"}


@pytest.mark.parametrize(
    "payload", [b"", b"[]", b'"x"', b"\xff", b'{"a": 1, "a": 2}', b'{"a": NaN}', b'{"a": "\\u0000"}']
)
def test_claims_are_one_object_of_plain_json(payload: bytes) -> None:
    with pytest.raises(BadToken):
        says(token("ES256", payload=payload), entry("ES256"))


@pytest.mark.section("RFC 7515 §4.1")
@pytest.mark.parametrize(
    "header", [{"zip": "DEF"}, {"enc": "A128GCM"}, {"kid": 1}, {"kid": ["k"]}, {"typ": []}, {"x": 1}]
)
def test_a_header_says_what_is_needed_and_no_more(header: dict[str, object]) -> None:
    with pytest.raises(BadToken):
        says(token("ES256", **{"kid": "k", **header}), entry("ES256"))  # type: ignore[arg-type]


@pytest.mark.parametrize("header", [{"x5t": "AA"}, {"x5t#S256": "AA"}, {"cty": "JWT"}, {"typ": "jwt"}])
def test_what_means_nothing_here_does_no_harm(header: dict[str, object]) -> None:
    assert says(token("ES256", **header), entry("ES256")) == {"sub": "1"}


@pytest.mark.incident("CVE-2025-61920")
def test_a_token_has_its_length() -> None:
    with pytest.raises(BadToken, match="too long"):
        says("a" * 20_000, entry("ES256"))


def test_only_the_algorithms_that_were_asked_for() -> None:
    with pytest.raises(BadToken, match="is not taken"):
        foreign.verify(token("ES256"), {"keys": [entry("ES256")]}, algorithms=("RS256",))
    with pytest.raises(BadToken, match="is not taken"):
        foreign.verify(token("ES256"), {"keys": [entry("ES256")]}, algorithms=("RS256", "HS256", "none"))


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"keys": {}}', b'{"keys": [], "keys": []}', b"\xff", b'{"keys": ' * 99]
)
def test_a_set_of_keys_is_one(body: bytes) -> None:
    with pytest.raises(BadToken):
        foreign.read_keys(body, 1000)


def test_an_empty_set_is_one() -> None:
    assert foreign.read_keys(b'{"keys": []}', 1000) == {"keys": []}
