"""A proof of possession is believed about its own key alone (RFC 9449 §4.3)."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any

import pytest
from joserfc import jwk
from joserfc.errors import SecurityWarning

from idp.signing.possession import BadProof, read
from tests.dpop import Holder, signed

pytestmark = pytest.mark.section("RFC 9449 §4.3")
ADDRESS = "https://id.example.com/token"


@pytest.mark.parametrize("alg", ["ES256", "EdDSA", "PS256", "RS256"])
def test_each_algorithm_that_is_offered(alg: str) -> None:
    holder = Holder(alg)
    found = read(holder.proof("POST", ADDRESS, jti="j"))
    assert found.thumbprint == holder.jkt
    assert found.claims["jti"] == "j"


@pytest.mark.parametrize(
    "header",
    [
        {"typ": None},
        {"typ": "JWT"},
        {"jwk": None},
        {"jwk": "key"},
        {"jwk": {}},
        {"jwk": {"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}},
        {"jwk": {"kty": "RSA", "n": "AQAB", "e": "AQAB"}},
        {"crit": ["exp"], "exp": 1},
    ],
)
def test_a_header_that_says_too_little_or_too_much(header: dict[str, Any]) -> None:
    with pytest.raises(BadProof):
        read(Holder().proof("POST", ADDRESS, header=header))


def test_a_private_key_is_nobodys_to_send() -> None:
    holder = Holder()
    with pytest.raises(BadProof, match="public"):
        read(holder.proof("POST", ADDRESS, header={"jwk": dict(holder.key.as_dict(private=True))}))


def test_another_key_than_the_one_that_signed() -> None:
    with pytest.raises(BadProof, match="signature"):
        read(Holder().proof("POST", ADDRESS, header={"jwk": Holder().public}))


@pytest.mark.incident("CVE-2024-37568")
def test_a_shared_secret_is_no_proof() -> None:
    secret = jwk.generate_key("oct", 256)
    header = {"typ": "dpop+jwt", "alg": "HS256", "jwk": dict(secret.as_dict())}
    with pytest.raises(BadProof):
        read(signed(header, {"jti": "j"}, secret))


@pytest.mark.incident("CVE-2026-28802")
def test_no_signature_is_no_proof() -> None:
    head, body, _ = Holder().proof("POST", ADDRESS).split(".")
    for text in (f"{head}.{body}.", f"{head}.{body}", "", "..", "\u00e4", "a" * 9000):
        with pytest.raises(BadProof):
            read(text)
    unsigned = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6Im5vbmUifQ." + body + "."
    with pytest.raises(BadProof):
        read(unsigned)


def test_a_small_rsa_key_is_none() -> None:
    with pytest.warns(SecurityWarning):
        small = jwk.generate_key("RSA", 1024)
    public = dict(small.as_dict(private=False))
    stretched = urlsafe_b64encode(bytes(128) + urlsafe_b64decode(f"{public['n']}=")).rstrip(b"=").decode()
    for key in (public, {**public, "n": stretched}, {"kty": "RSA", "e": "AQAB"}):
        with pytest.raises(BadProof):
            read(signed({"typ": "dpop+jwt", "alg": "RS256", "jwk": key}, {"jti": "j"}, small))


@pytest.mark.section("RFC 7515 §4")
def test_what_nobody_knows_in_a_header_is_ignored() -> None:
    assert read(Holder().proof("POST", ADDRESS, header={"extra": "extra"})).alg == "ES256"


def test_the_curve_must_be_the_algorithms() -> None:
    other = jwk.generate_key("EC", "P-384")
    header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": dict(other.as_dict(private=False))}
    with pytest.raises(BadProof, match="not a key for this alg"):
        read(signed({**header, "alg": "ES256"}, {"jti": "j"}, jwk.generate_key("EC", "P-256")))
    ed448 = jwk.generate_key("OKP", "Ed448")
    header = {"typ": "dpop+jwt", "alg": "EdDSA", "jwk": dict(ed448.as_dict(private=False))}
    with pytest.raises(BadProof, match="not a key for this alg"):
        read(signed(header, {"jti": "j"}, jwk.generate_key("OKP", "Ed25519")))
