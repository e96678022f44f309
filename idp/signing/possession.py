"""Proofs that somebody holds a key of their own: the one place where a key out of a message is believed (RFC 9449).

It is believed to be the sender's, and nothing else: what was bound to its thumbprint opens for it.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from joserfc import jwk, jws
from joserfc.errors import JoseError
from joserfc.jwa import JWSAlgModel

from idp.protocol import dpop
from idp.protocol.strict_json import BadJson, read_object
from idp.signing.compact import BadToken, taken_apart
from idp.signing.foreign import KINDS, is_usable_rsa

LONGEST = 8 * 1024
PRIVATE = frozenset({"d", "p", "q", "dp", "dq", "qi", "oth", "k"})


class BadProof(Exception):
    """Not a proof that its sender holds the key in it; the sentence may be told."""


class Possession(NamedTuple):
    """`thumbprint` (RFC 7638) names the key, `claims` are what its holder signed, with `alg`."""

    thumbprint: str
    claims: Mapping[str, Any]
    alg: str


class _ProofAlgorithms(jws.JWSRegistry):
    """The algorithms that proofs may use; never symmetric, never none (RFC 9449 §4.3). An RSA key fits the header."""

    max_header_length = 2048

    def get_alg(self, name: str) -> JWSAlgModel:
        if name not in dpop.ALGORITHMS:
            raise BadProof(f"alg must be one of {', '.join(dpop.ALGORITHMS)}")
        return self.algorithms[name]


REGISTRY = _ProofAlgorithms(strict_check_header=False)  # RFC 7515 §4: members nobody knows are ignored


def read(text: str) -> Possession:
    """A proof whose signature fits the public key in its header. Raises BadProof."""
    if len(text) > LONGEST:
        raise BadProof("the proof is too long")
    try:
        parsed, header = taken_apart(text, REGISTRY)
        key = _key(header)
        genuine = jws.validate_compact(parsed, key, registry=REGISTRY)
        claims = read_object(bytes(parsed.payload).decode(), LONGEST)
    except (BadToken, JoseError, BadJson, ValueError, TypeError, KeyError, RecursionError):
        raise BadProof("the proof is no JWT, or its key cannot be used") from None
    if not genuine:
        raise BadProof("the signature does not fit the key in the header")
    return Possession(key.thumbprint(), claims, str(header["alg"]))


def _key(header: Mapping[str, Any]) -> jwk.Key:
    """§4.3: typ, an asymmetric alg, a public jwk of the right kind, and nothing that must be understood beside."""
    found, alg = header.get("jwk"), header.get("alg")
    if header.get("typ") != dpop.TYPE:
        raise BadProof(f"typ must be {dpop.TYPE}")
    if alg not in dpop.ALGORITHMS:
        raise BadProof(f"alg must be one of {', '.join(dpop.ALGORITHMS)}")
    if "crit" in header or not isinstance(found, dict) or PRIVATE & found.keys():
        raise BadProof("the header must hold a public jwk, and no crit")
    kind, curve = KINDS[alg]
    if found.get("kty") != kind or (curve and found.get("crv") != curve):
        raise BadProof("the jwk is not a key for this alg")
    if kind == "RSA" and not is_usable_rsa(found):
        raise BadProof("an RSA key needs 2048 bits")
    return jwk.import_key({name: found[name] for name in ("kty", "crv", "x", "y", "n", "e") if name in found})
