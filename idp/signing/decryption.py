"""Requests that an app encrypted for us (RFC 9101 §6.1): the keys for that come from keys/, and are stored nowhere.

Each key of keys/ gives one, the same on every node. The one that seals is published; what was encrypted for an older
one opens as long as its file stays.
"""

from typing import Any, Final

from cryptography.hazmat.primitives.asymmetric import ec
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from idp.protocol.encryption import ENCS, REQUEST_ALGS
from idp.signing.compact import LONGEST_JWT, BadToken
from idp.signing.wrapping import KeyFolder, WrappingKey

ORDER: Final = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of P-256 (FIPS 186-5)."""
REGISTRY: Final = jwe.JWERegistry(algorithms=[*REQUEST_ALGS, *ENCS])
LABEL: Final = b"portico/request-encryption/1/"


def is_encrypted(text: str) -> bool:
    """Whether it looks like a JWE in its compact form (RFC 7516 §3.1), and not like a JWS."""
    return text.count(".") == 4


def public_entry(folder: KeyFolder) -> dict[str, Any]:
    """The key to encrypt for, as it stands in the JWKS (RFC 7517 §4)."""
    private = _key(folder.sealing_key)
    return {**private.as_dict(private=False), "use": "enc", "kid": private.thumbprint()}


def decrypted(text: str, folder: KeyFolder) -> str:
    """The signed request inside. Raises BadToken: nobody learns more than that it does not open."""
    if len(text) > 2 * LONGEST_JWT:
        raise BadToken("too long")
    for known in folder.all_keys:
        try:
            return jwe.decrypt_compact(text.encode("ascii"), _key(known), registry=REGISTRY).plaintext.decode("ascii")  # type: ignore[union-attr]
        except (JoseError, ValueError, TypeError, KeyError, RecursionError):
            continue
    raise BadToken("it is encrypted for no key of ours, or not as we read it")


def _key(known: WrappingKey) -> ECKey:
    """FIPS 186-5 §A.2.1: 48 octets, so that no private key is likelier than another."""
    octets = known.derive(LABEL + b"a") + known.derive(LABEL + b"b")[:16]
    return ECKey.import_key(ec.derive_private_key(int.from_bytes(octets) % (ORDER - 1) + 1, ec.SECP256R1()))
