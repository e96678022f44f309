"""One signing key: made, read from PEM, taken out of the database. The only file that holds private halves."""

import json
from dataclasses import dataclass
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
    load_pem_private_key,
)
from joserfc.jwk import ECKey, OKPKey, RSAKey

from idp.signing.wrapping import BadWrapping, KeyFolder
from idp.store.signing_keys import State, StoredKey

Key = RSAKey | ECKey | OKPKey
KEY_TYPES: dict[str, type[RSAKey] | type[ECKey] | type[OKPKey]] = {"RS256": RSAKey, "ES256": ECKey, "EdDSA": OKPKey}
LEAST_RSA_BITS, MOST_RSA_BITS, LEAST_EXPONENT = 2048, 4096, 65537


class UnusableKey(Exception):
    """This key cannot sign for us: one sentence that says why."""


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A private key and the one algorithm it signs with; `kid` is its thumbprint (RFC 7638)."""

    kid: str
    alg: str
    private: Key

    def stored(self, state: State, folder: KeyFolder, now: int, signs_at: int | None = None) -> StoredKey:
        """The row for the database, its private half wrapped under keys/; `signs_at` asks a `next` to hurry."""
        return StoredKey(
            kid=self.kid,
            alg=self.alg,
            state=state,
            public_jwk=json.dumps(self.private.as_dict(private=False), separators=(",", ":"), sort_keys=True),
            sealed_private=folder.wrap(_der(self.private), binding(self.kid, self.alg)),
            published_at=now,
            signs_at=now if state == "current" else signs_at,
        )


def generate(alg: str) -> SigningKey:
    """A new key for RS256 (2048 bits), ES256 (P-256) or EdDSA (Ed25519)."""
    if alg == "RS256":
        return _named(alg, RSAKey.generate_key(LEAST_RSA_BITS))
    if alg == "ES256":
        return _named(alg, ECKey.generate_key("P-256"))
    return _named(alg, OKPKey.generate_key("Ed25519"))


def from_pem(pem: bytes, passphrase: bytes | None = None) -> SigningKey:
    """A private key out of a PEM file, checked in full; UnusableKey when it is none that we sign with."""
    try:
        private = load_pem_private_key(pem, passphrase)
    except (ValueError, TypeError) as error:
        raise UnusableKey(f"it holds no private key that can be read in PEM: {error}") from None
    return _usable(private)


def unwrapped(stored: StoredKey, folder: KeyFolder) -> SigningKey:
    """The private half of a stored key; BadWrapping when keys/ does not open it or it belongs to another row."""
    if stored.sealed_private is None:
        raise BadWrapping("its private half was erased when it retired")
    der = folder.unwrap(stored.sealed_private, binding(stored.kid, stored.alg))
    # Checked when it was made and authenticated since; the full check of an RSA key takes 36 ms.
    key = _usable(load_der_private_key(der, None, unsafe_skip_rsa_key_validation=True))
    if (key.kid, key.alg) != (stored.kid, stored.alg):
        raise BadWrapping("it is the private half of another key")
    return key


def public(stored: StoredKey) -> tuple[Key, dict[str, Any]]:
    """The public half to verify with, and its entry in the JWKS (RFC 7517 §4): use, alg and kid on each."""
    key = KEY_TYPES[stored.alg].import_key(json.loads(stored.public_jwk))
    if key.is_private or key.thumbprint() != stored.kid:
        raise UnusableKey("its public half is not the one that its kid was made from")
    return key, {**key.as_dict(private=False), "use": "sig", "alg": stored.alg, "kid": stored.kid}


def binding(kid: str, alg: str) -> bytes:
    """What a wrapped private half is bound to: it opens in no other row and for no other algorithm."""
    return f"signing key {alg} {kid}".encode()


def _usable(private: object) -> SigningKey:
    if isinstance(private, RSAPrivateKey):
        if not LEAST_RSA_BITS <= private.key_size <= MOST_RSA_BITS:
            raise UnusableKey(
                f"an RSA key needs {LEAST_RSA_BITS} to {MOST_RSA_BITS} bits; this one has {private.key_size}"
            )
        if private.public_key().public_numbers().e < LEAST_EXPONENT:
            raise UnusableKey(f"an RSA key needs a public exponent of {LEAST_EXPONENT} or more")
        return _named("RS256", RSAKey.import_key(private))
    if isinstance(private, EllipticCurvePrivateKey) and isinstance(private.curve, SECP256R1):
        return _named("ES256", ECKey.import_key(private))
    if isinstance(private, Ed25519PrivateKey):
        return _named("EdDSA", OKPKey.import_key(private))
    raise UnusableKey("signing keys are RSA (RS256), P-256 (ES256) or Ed25519 (EdDSA)")


def _named(alg: str, private: Key) -> SigningKey:
    return SigningKey(private.thumbprint(), alg, private)


def _der(private: Key) -> bytes:
    native = private.private_key
    if native is None:
        raise UnusableKey("it is only a public half")
    return native.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
