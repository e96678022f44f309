"""Published flaws of JOSE libraries, tried against the ring: an allowlist of algorithms per use, one key per
purpose, no key taken from the message. Each test is named after its row in the list of incidents."""

import base64
import hashlib
import hmac
import json
import time
import zlib

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwe, jws
from joserfc.jwk import ECKey, OctKey, RSAKey

from idp.signing.keys import SigningKey, generate
from idp.signing.ring import BadToken, KeyRing
from idp.signing.wrapping import KeyFolder

NOW = 1_780_000_000
CLAIMS = {"iss": "https://id.example", "sub": "victim", "aud": "app", "exp": NOW + 3600}
PAYLOAD = json.dumps(CLAIMS).encode()


@pytest.fixture(scope="module")
def rsa_key() -> SigningKey:
    return generate("RS256")


@pytest.fixture(scope="module")
def ring(rsa_key: SigningKey, tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    folder = KeyFolder.create_first(tmp_path_factory.mktemp("install") / "keys")
    stored = [key.stored("current", folder, NOW) for key in (rsa_key, generate("ES256"), generate("EdDSA"))]
    return KeyRing(lambda: stored, folder, 30)


def segment(raw: bytes | dict[str, object]) -> str:
    octets = raw if isinstance(raw, bytes) else json.dumps(raw).encode()
    return base64.urlsafe_b64encode(octets).decode().rstrip("=")


def kid(ring: KeyRing, alg: str) -> str:
    return next(str(entry["kid"]) for entry in ring.public_set(NOW)["keys"] if entry["alg"] == alg)


def refused(ring: KeyRing, token: str) -> None:
    """Wherever a token of ours may come from, and however lenient the caller."""
    for typ in (("JWT",), ("at+jwt", "JWT")):
        for allow_expired in (True, False):
            with pytest.raises(BadToken):
                ring.verify(token, NOW, typ=typ, allow_expired=allow_expired)
    with pytest.raises(BadToken):
        ring.verify(token, NOW, typ=("JWT",), algorithms=("RS256", "HS256", "none", "HS512", "ES256", "dir"))


def signed_by_us(rsa_key: SigningKey, **header: object) -> str:
    """What our own key would say if it could be made to sign such a header."""
    head = segment({"alg": "RS256", "kid": rsa_key.kid, "typ": "JWT", **header})
    signer = jws.JWSRegistry.algorithms["RS256"]
    return f"{head}.{segment(PAYLOAD)}.{segment(signer.sign(f'{head}.{segment(PAYLOAD)}'.encode(), rsa_key.private))}"


def test_the_tests_below_fail_for_their_header_alone(ring: KeyRing, rsa_key: SigningKey) -> None:
    assert ring.verify(signed_by_us(rsa_key), NOW, typ=("JWT",)) == CLAIMS


@pytest.mark.incident("CVE-2024-37568")
@pytest.mark.incident("CVE-2026-114615")
@pytest.mark.parametrize("form", ["PEM", "DER", "indented PEM", "prefixed PEM", "SSH", "JWK"])
@pytest.mark.parametrize("alg", ["RS256", "ES256", "EdDSA"])
def test_authlib_hs256_with_a_public_key(ring: KeyRing, form: str, alg: str) -> None:
    entry = next(entry for entry in ring.public_set(NOW)["keys"] if entry["alg"] == alg)
    public = {"RS256": RSAKey, "ES256": ECKey}.get(alg)
    pem = public.import_key(entry).as_pem() if public else json.dumps(entry).encode()
    native = public.import_key(entry).public_key if public else None
    secret = {
        "PEM": pem,
        "DER": base64.b64decode(b"".join(pem.splitlines()[1:-1])) if public else pem,
        "indented PEM": b"  " + pem,
        "prefixed PEM": b"\n" + pem,
        "SSH": native.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH) if native else pem,
        "JWK": json.dumps(entry).encode(),
    }[form]
    for mac in ("HS256", "HS384", "HS512"):
        head = segment({"alg": mac, "kid": entry["kid"], "typ": "JWT"})
        digest = hmac.digest(secret, f"{head}.{segment(PAYLOAD)}".encode(), f"sha{mac[2:]}")
        refused(ring, f"{head}.{segment(PAYLOAD)}.{segment(digest)}")


@pytest.mark.incident("CVE-2026-28802")
@pytest.mark.parametrize("alg", ["none", "None", "NONE", "nOnE", "", None, 0, ["RS256"], ["none"], {}])
@pytest.mark.parametrize("signature", ["", "AA", "e30"])
def test_authlib_alg_none_and_blank_signatures(ring: KeyRing, alg: object, signature: str) -> None:
    refused(ring, f"{segment({'alg': alg, 'kid': kid(ring, 'RS256'), 'typ': 'JWT'})}.{segment(PAYLOAD)}.{signature}")
    refused(ring, f"{segment({'alg': alg, 'typ': 'JWT'})}.{segment(PAYLOAD)}.{signature}")


@pytest.mark.incident("CVE-2026-28802")
@pytest.mark.parametrize("alg", ["RS256", "ES256", "EdDSA"])
@pytest.mark.parametrize("signature", ["", "AA", segment(bytes(64)), segment(bytes(256))])
def test_authlib_blank_signature_under_a_real_key(ring: KeyRing, alg: str, signature: str) -> None:
    """All zeros is CVE-2022-21449, the ECDSA signature that fits everything."""
    refused(ring, f"{segment({'alg': alg, 'kid': kid(ring, alg), 'typ': 'JWT'})}.{segment(PAYLOAD)}.{signature}")


@pytest.mark.incident("CVE-2026-96760")
def test_authlib_json_serialization_without_signature(ring: KeyRing, rsa_key: SigningKey) -> None:
    head, body, signature = signed_by_us(rsa_key).split(".")
    for token in (
        {"payload": body, "signatures": []},
        {"payload": body, "protected": head},
        {"payload": body, "protected": head, "signature": ""},
        {"payload": body, "protected": head, "signature": signature},
        {"payload": body, "signatures": [{"protected": head, "signature": signature}]},
    ):
        refused(ring, json.dumps(token))


@pytest.mark.incident("CVE-2026-27962")
@pytest.mark.parametrize("alg", ["RS256", "ES256", "EdDSA"])
def test_authlib_key_taken_from_the_jwk_header(ring: KeyRing, alg: str) -> None:
    attacker = generate(alg)
    jwk = attacker.private.as_dict(private=False)
    signer = jws.JWSRegistry.algorithms[alg]
    for name in (kid(ring, alg), attacker.kid, None):
        for header in ({"jwk": jwk}, {"jku": "https://evil.example/jwks"}, {"x5u": "https://evil.example/cert"}, {}):
            head = segment({"alg": alg, "typ": "JWT", **({"kid": name} if name else {}), **header})
            signature = signer.sign(f"{head}.{segment(PAYLOAD)}".encode(), attacker.private)
            refused(ring, f"{head}.{segment(PAYLOAD)}.{segment(signature)}")


@pytest.mark.incident("CVE-2026-27962")
@pytest.mark.incident("CVE-2026-9090")
@pytest.mark.parametrize("header", ["jwk", "jku", "x5u", "x5c", "x5t", "x5t#S256"])
def test_a_header_that_could_bring_a_key_is_refused_even_under_our_own(
    ring: KeyRing, rsa_key: SigningKey, header: str
) -> None:
    jwk = generate("RS256").private.as_dict(private=False)
    value = {"jwk": {"kty": "oct", "k": "AA"}, "x5c": ["MIIB"]}.get(header, "https://evil.example/keys")
    refused(ring, signed_by_us(rsa_key, **{header: value}))
    refused(ring, signed_by_us(rsa_key, jwk=jwk))


@pytest.mark.incident("CVE-2025-59420")
@pytest.mark.parametrize(
    "header",
    [
        {"crit": ["cnf"], "cnf": {"jkt": "x"}},
        {"crit": ["b64"], "b64": False},
        {"crit": ["b64"], "b64": True},
        {"crit": ["exp"], "exp": 1},
        {"crit": []},
        {"crit": "b64"},
        {"crit": None},
        {"b64": False},
        {"unheard-of": 1},
        {"zip": "DEF"},
        {"cty": "JWT"},
    ],
    ids=str,
)
def test_authlib_unknown_crit_accepted(ring: KeyRing, rsa_key: SigningKey, header: dict[str, object]) -> None:
    refused(ring, signed_by_us(rsa_key, **header))


@pytest.mark.incident("CVE-2026-114616")
@pytest.mark.incident("CVE-2026-49852")
def test_authlib_joserfc_empty_hmac_key(ring: KeyRing) -> None:
    for name in (kid(ring, "RS256"), "", "0"):
        head = segment({"alg": "HS256", "kid": name, "typ": "JWT"})
        digest = hmac.new(b"", f"{head}.{segment(PAYLOAD)}".encode(), hashlib.sha256).digest()
        refused(ring, f"{head}.{segment(PAYLOAD)}.{segment(digest)}")


@pytest.mark.incident("CVE-2025-61920")
@pytest.mark.parametrize("place", [0, 1, 2])
def test_authlib_huge_jose_segments(ring: KeyRing, rsa_key: SigningKey, place: int) -> None:
    segments = signed_by_us(rsa_key).split(".")
    for filler in ("A", "W1tb"):
        huge = [*segments[:place], filler * 5_000_000, *segments[place + 1 :]]
        before = time.process_time()
        with pytest.raises(BadToken, match="too long"):
            ring.verify(".".join(huge), NOW, typ=("JWT",))
        assert time.process_time() - before < 0.05, "it is refused before it is split or decoded"


@pytest.mark.incident("CVE-2025-61920")
@pytest.mark.parametrize(
    "raw", [b"[" * 300, b'{"alg":' * 40, b'{"alg":"RS256","kid":' + b"[" * 250], ids=["a", "b", "c"]
)
def test_authlib_deeply_nested_header(ring: KeyRing, raw: bytes) -> None:
    refused(ring, f"{segment(raw)}.{segment(PAYLOAD)}.AAAA")


@pytest.mark.incident("CVE-2025-62706")
def test_authlib_jwe_zip_bomb(ring: KeyRing, rsa_key: SigningKey) -> None:
    """We never decrypt: a JWE is no token of ours, whatever unfolds inside."""
    bomb = zlib.compress(bytes(50_000_000), 9)[2:-4]
    secret = OctKey.generate_key(256)
    plain = jwe.encrypt_compact({"alg": "dir", "enc": "A256GCM"}, b"{}", secret)
    zipped = jwe.encrypt_compact({"alg": "dir", "enc": "A256GCM", "zip": "DEF"}, bytes(250_000), secret)
    to_us = jwe.encrypt_compact(
        {"alg": "RSA-OAEP", "enc": "A256GCM", "kid": rsa_key.kid}, PAYLOAD, RSAKey.import_key(rsa_key.private.as_dict())
    )
    for token in (plain, zipped, to_us, f"{segment({'alg': 'RS256', 'zip': 'DEF'})}.{segment(bomb)}.AAAA"):
        refused(ring, token)


@pytest.mark.incident("CVE-2026-28490")
def test_authlib_rsa1_5_padding_oracle(ring: KeyRing, rsa_key: SigningKey) -> None:
    """Keys that sign decrypt nothing, and RSA nothing at all, so there is nothing to be an oracle about."""
    head = segment({"alg": "RSA1_5", "enc": "A128CBC-HS256", "kid": rsa_key.kid, "typ": "JWT"})
    refused(ring, f"{head}.{segment(bytes(256))}.{segment(bytes(16))}.{segment(bytes(32))}.{segment(bytes(16))}")
    assert {entry["use"] for entry in ring.public_set(NOW)["keys"]} == {"sig"}


def test_key_of_one_algorithm_used_for_another(ring: KeyRing, rsa_key: SigningKey) -> None:
    """Our own RSA key under another RSA algorithm, and every kid under every other algorithm's name."""
    for alg in ("RS384", "RS512", "PS256", "PS384", "PS512"):
        head = segment({"alg": alg, "kid": rsa_key.kid, "typ": "JWT"})
        signature = jws.JWSRegistry.algorithms[alg].sign(f"{head}.{segment(PAYLOAD)}".encode(), rsa_key.private)
        refused(ring, f"{head}.{segment(PAYLOAD)}.{segment(signature)}")
    for alg in ("RS256", "ES256", "EdDSA", "Ed25519", "ES256K", "ES384"):
        for named in {"RS256", "ES256", "EdDSA"} - {alg}:
            head = segment({"alg": alg, "kid": kid(ring, named), "typ": "JWT"})
            refused(ring, f"{head}.{segment(PAYLOAD)}.{segment(bytes(64))}")


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "' OR 1=1 --", "kid\x00", "K" * 400, None, 1, [], {}])
def test_a_kid_is_looked_up_and_nothing_else(ring: KeyRing, name: object) -> None:
    refused(ring, f"{segment({'alg': 'RS256', 'kid': name, 'typ': 'JWT'})}.{segment(PAYLOAD)}.{segment(bytes(256))}")


def test_two_members_of_one_name_do_not_split_the_reader(ring: KeyRing, rsa_key: SigningKey) -> None:
    for raw in (
        f'{{"alg":"RS256","kid":"{rsa_key.kid}","typ":"JWT","alg":"none"}}',
        f'{{"alg":"none","kid":"{rsa_key.kid}","typ":"JWT","alg":"RS256"}}',
    ):
        refused(ring, f"{segment(raw.encode())}.{segment(PAYLOAD)}.")
