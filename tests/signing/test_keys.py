"""Single signing keys: made, read from PEM, kept in a row and taken out again."""

import json
import warnings
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, rsa, x25519
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from joserfc.jwk import RSAKey

from idp.signing.keys import KEY_TYPES, SigningKey, UnusableKey, from_pem, generate, public, unwrapped
from idp.signing.wrapping import BadWrapping, KeyFolder

PRIVATE_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "oth", "k"}
ALGORITHMS = pytest.mark.parametrize("alg", KEY_TYPES)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> KeyFolder:
    return KeyFolder.create_first(tmp_path_factory.mktemp("install") / "keys")


def pem_of(
    private: object, encryption: KeySerializationEncryption | None = None, form: PrivateFormat = PrivateFormat.PKCS8
) -> bytes:
    return private.private_bytes(Encoding.PEM, form, encryption or NoEncryption())  # type: ignore[attr-defined, no-any-return]


@pytest.mark.section("RFC 7638 §3.1")
def test_a_key_is_named_by_its_thumbprint() -> None:
    example = {
        "kty": "RSA",
        "n": "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc"
        "_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQ"
        "R0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bF"
        "TWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw",
        "e": "AQAB",
    }
    assert RSAKey.import_key(example).thumbprint() == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"
    key = generate("RS256")
    assert key.kid == key.private.thumbprint()


@ALGORITHMS
def test_a_made_key_comes_back_from_its_row(alg: str, folder: KeyFolder) -> None:
    key = generate(alg)
    row = key.stored("current", folder, 1000)
    again = unwrapped(row, folder)
    assert (again.kid, again.alg) == (row.kid, row.alg) == (key.kid, alg)
    assert again.private.as_dict(private=True)["d"] == key.private.as_dict(private=True)["d"]


@ALGORITHMS
def test_nothing_private_stands_in_the_row_in_clear(alg: str, folder: KeyFolder) -> None:
    key = generate(alg)
    row = key.stored("next", folder, 1000)
    assert not json.loads(row.public_jwk).keys() & PRIVATE_MEMBERS
    assert str(key.private.as_dict(private=True)["d"]) not in f"{row}{row.sealed_private}"
    assert "sealed_private" not in repr(row)


@ALGORITHMS
@pytest.mark.section("RFC 7517 §4")
def test_the_public_entry_has_use_alg_and_kid_and_nothing_private(alg: str, folder: KeyFolder) -> None:
    row = generate(alg).stored("next", folder, 1000)
    key, entry = public(row)
    assert not key.is_private
    assert (entry["use"], entry["alg"], entry["kid"]) == ("sig", alg, row.kid)
    assert not entry.keys() & PRIVATE_MEMBERS


def test_a_row_with_another_keys_public_half_is_not_published(folder: KeyFolder) -> None:
    row, other = (generate("ES256").stored("next", folder, 1000) for _ in range(2))
    with pytest.raises(UnusableKey):
        public(replace(row, public_jwk=other.public_jwk))


def test_a_row_with_another_keys_private_half_does_not_sign(folder: KeyFolder) -> None:
    row, other = (generate("ES256").stored("current", folder, 1000) for _ in range(2))
    with pytest.raises(BadWrapping):
        unwrapped(replace(row, sealed_private=other.sealed_private), folder)


def test_a_private_half_wrapped_for_a_row_it_does_not_belong_to_does_not_sign(folder: KeyFolder) -> None:
    key, other = generate("ES256"), generate("ES256")
    forged = SigningKey(key.kid, key.alg, other.private).stored("current", folder, 1000)
    with pytest.raises(BadWrapping, match="another key"):
        unwrapped(forged, folder)


def test_an_erased_private_half_says_so(folder: KeyFolder) -> None:
    row = replace(generate("ES256").stored("current", folder, 1000), sealed_private=None)
    with pytest.raises(BadWrapping, match="erased"):
        unwrapped(row, folder)


@pytest.mark.parametrize(
    ("private", "alg"),
    [
        (rsa.generate_private_key(65537, 2048), "RS256"),
        (rsa.generate_private_key(65537, 3072), "RS256"),
        (ec.generate_private_key(ec.SECP256R1()), "ES256"),
        (ed25519.Ed25519PrivateKey.generate(), "EdDSA"),
    ],
    ids=["RSA-2048", "RSA-3072", "P-256", "Ed25519"],
)
def test_a_key_made_elsewhere_is_taken_from_pem(private: object, alg: str) -> None:
    key = from_pem(pem_of(private))
    assert key.alg == alg
    assert key.kid == key.private.thumbprint()


def test_pem_comes_in_older_forms_and_with_a_passphrase() -> None:
    private = rsa.generate_private_key(65537, 2048)
    plain = from_pem(pem_of(private, form=PrivateFormat.TraditionalOpenSSL))
    locked = from_pem(pem_of(private, BestAvailableEncryption(b"open sesame")), b"open sesame")
    assert plain.kid == locked.kid


def weak_rsa() -> rsa.RSAPrivateKey:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return rsa.generate_private_key(65537, 1024)  # noqa: S505 (weak on purpose)


@pytest.mark.parametrize(
    ("private", "reason"),
    [
        (weak_rsa(), "2048 to 4096 bits"),
        (rsa.generate_private_key(3, 2048), "exponent"),
        (ec.generate_private_key(ec.SECP384R1()), "P-256"),
        (ec.generate_private_key(ec.SECP256K1()), "P-256"),
        (ed448.Ed448PrivateKey.generate(), "Ed25519"),
        (x25519.X25519PrivateKey.generate(), "Ed25519"),
    ],
    ids=["RSA-1024", "exponent 3", "P-384", "secp256k1", "Ed448", "X25519"],
)
def test_a_key_that_we_do_not_sign_with_is_refused(private: object, reason: str) -> None:
    with pytest.raises(UnusableKey, match=reason):
        from_pem(pem_of(private))


def test_what_is_no_private_key_is_refused() -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    public_half = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    locked = pem_of(private, BestAvailableEncryption(b"open sesame"))
    for pem, passphrase in [
        (b"", None),
        (b"hello", None),
        (public_half, None),
        (locked, None),
        (locked, b"wrong"),
        (pem_of(private), b"not locked at all"),
    ]:
        with pytest.raises(UnusableKey, match="no private key that can be read"):
            from_pem(pem, passphrase)


def test_a_broken_rsa_key_is_noticed_when_it_is_imported(tmp_path: Path) -> None:
    numbers = rsa.generate_private_key(65537, 2048).private_numbers()
    broken = rsa.RSAPrivateNumbers(
        p=numbers.p,
        q=numbers.q,
        d=numbers.d + 2,
        dmp1=numbers.dmp1,
        dmq1=numbers.dmq1,
        iqmp=numbers.iqmp,
        public_numbers=numbers.public_numbers,
    ).private_key(unsafe_skip_rsa_key_validation=True)
    with pytest.raises(UnusableKey):
        from_pem(pem_of(broken))
