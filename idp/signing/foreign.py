"""JWTs that others signed: verified with the keys of their own provider, and with nothing that the token brings."""

from base64 import urlsafe_b64decode
from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final, NamedTuple

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwa import JWSAlgModel
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from idp.protocol.client_members import SECRET_ALGS
from idp.protocol.strict_json import BadJson, read_object
from idp.signing.compact import LONGEST_JWT, BadToken, taken_apart
from idp.signing.keys import LEAST_RSA_BITS, Key

MOST_RSA_BITS: Final = 8192
MOST_EXPONENT_BITS: Final = 64
"""RFC 8017 knows no bound, and a large one makes each look at a signature expensive for us."""
MOST_KEYS: Final = 100
KINDS: Final[Mapping[str, tuple[str, str]]] = {
    **dict.fromkeys(("RS256", "RS384", "RS512", "PS256", "PS384", "PS512"), ("RSA", "")),
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
    "ES512": ("EC", "P-521"),
    **dict.fromkeys(("EdDSA", "Ed25519"), ("OKP", "Ed25519")),
}
"""The type and curve of key that each algorithm takes. Nothing symmetric, not `none`, no curve but the usual."""
ALGORITHMS: Final = tuple(KINDS)
CLASSES: Final[Mapping[str, type[RSAKey] | type[ECKey] | type[OKPKey]]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
IGNORED: Final = frozenset({"alg", "kid", "typ", "cty", "x5t", "x5t#S256"})
"""What a header may hold; all but the first three means nothing here. Whatever names a key or asks for more (jwk, jku,
x5u, x5c, crit, b64, zip …) is refused (RFC 7515 §4.1)."""


class UnknownKey(BadToken):
    """No key of the set is called like the token's: the provider may have a new one."""


class Verified(NamedTuple):
    """Claims that the provider signed, and the algorithm it used; their meaning is the caller's to check."""

    claims: Mapping[str, Any]
    alg: str


class _Only(jws.JWSRegistry):
    """joserfc's registry held to some algorithms."""

    def __init__(self, names: Collection[str]) -> None:
        super().__init__(algorithms=list(names), strict_check_header=False)  # `_parse` looks at the header itself

    def get_alg(self, name: str) -> JWSAlgModel:
        if self.allowed is None or name not in self.allowed:
            raise BadToken(f"algorithm {name!r:.40} is not taken")
        return self.algorithms[name]


REGISTRY: Final = _Only(ALGORITHMS)
OF_SECRETS: Final = _Only(SECRET_ALGS)
"""With a secret that both sides know; never looked for where keys are (RFC 8725 §3.1)."""


def verify(
    token: str, keys: Mapping[str, Any], *, algorithms: Collection[str], typ: Collection[str] = ("jwt", "")
) -> Verified:
    """What a JWT says that a key of this JWKS signed with one of `algorithms`; `typ` in lower case, "" for none.

    RFC 7515 §5.2, RFC 8725 §3. Raises UnknownKey, and BadToken for everything else; the sentence is for the log.
    """
    parsed, header, alg = _fitting(token, [name for name in algorithms if name in KINDS], typ)
    if not any(_is_genuine(parsed, key) for key in _candidates(keys, alg, header.get("kid"))):
        raise BadToken("the signature does not fit")
    return Verified(_claims(parsed), alg)


def verify_shared(token: str, secret: bytes, *, typ: Collection[str]) -> Verified:
    """The same for what was signed with a secret that we know too (RFC 7518 §3.2). Raises BadToken."""
    parsed, _, alg = _fitting(token, SECRET_ALGS, typ)
    if not _is_genuine(parsed, OctKey.import_key(secret), OF_SECRETS):
        raise BadToken("the signature does not fit")
    return Verified(_claims(parsed), alg)


def _fitting(
    token: str, algorithms: Collection[str], typ: Collection[str]
) -> tuple[jws.CompactSignature, Mapping[str, str], str]:
    parsed, header = _parse(token)
    alg = header["alg"]
    if alg not in algorithms:
        raise BadToken(f"algorithm {alg!r:.40} is not taken")
    if header.get("typ", "").lower().removeprefix("application/") not in typ:
        raise BadToken(f"typ {header.get('typ')!r:.40} is not taken here")
    return parsed, header, alg


def _parse(token: str) -> tuple[jws.CompactSignature, Mapping[str, str]]:
    parsed, header = taken_apart(token, REGISTRY)
    if not header.keys() <= IGNORED:
        raise BadToken("a header that asks for more than a signature")
    if "alg" not in header or not all(isinstance(value, str) for value in header.values()):
        raise BadToken("a header that cannot be read")
    return parsed, header


def _claims(parsed: jws.CompactSignature) -> Mapping[str, Any]:
    try:
        return read_object(parsed.payload.decode(), LONGEST_JWT)
    except (BadJson, UnicodeDecodeError) as error:
        raise BadToken(f"the claims cannot be read: {error}") from None


def _candidates(keys: Mapping[str, Any], alg: str, kid: str | None) -> list[Key]:
    """OpenID Connect Core §10.1: the key that `kid` names; without one, the only key there is for the algorithm."""
    entries = keys.get("keys")
    if not isinstance(entries, list):
        raise BadToken("the provider's key set holds no keys")
    fitting = [entry for entry in entries[:MOST_KEYS] if isinstance(entry, dict) and _fits(entry, alg)]
    named = [entry for entry in fitting if kid is None or entry.get("kid") == kid]
    if not named or (kid is None and len(named) > 1):
        raise UnknownKey(f"kid {kid!r:.80} names no key for {alg}")
    return list(_imported(named))


def _fits(entry: Mapping[str, object], alg: str) -> bool:
    """RFC 7517 §4: of the algorithm's kind and curve, for signatures, and for no other algorithm."""
    kind, curve = KINDS[alg]
    operations = entry.get("key_ops", ["verify"])
    return (
        entry.get("kty") == kind
        and entry.get("crv", "") == curve
        and entry.get("use", "sig") == "sig"
        and isinstance(operations, list)
        and "verify" in operations
        and entry.get("alg", alg) == alg
    )


def _imported(entries: list[dict[str, Any]]) -> Iterator[Key]:
    for entry in entries:
        public: dict[str, Any] = {name: entry[name] for name in ("kty", "n", "e", "crv", "x", "y") if name in entry}
        try:
            if entry["kty"] != "RSA" or is_usable_rsa(entry):
                yield CLASSES[str(entry["kty"])].import_key(public)
        except (JoseError, ValueError, TypeError, KeyError):
            continue


def is_usable_rsa(entry: Mapping[str, Any]) -> bool:
    """Long enough to be safe, short enough to be quick."""
    return LEAST_RSA_BITS <= bits(entry["n"]) <= MOST_RSA_BITS and bits(entry["e"]) <= MOST_EXPONENT_BITS


def bits(modulus: str) -> int:
    """Of a number in base64url (RFC 7518 §2)."""
    return int.from_bytes(urlsafe_b64decode(modulus + "=" * (-len(modulus) % 4))).bit_length()


def _is_genuine(parsed: jws.CompactSignature, key: Key | OctKey, registry: jws.JWSRegistry = REGISTRY) -> bool:
    try:
        return jws.validate_compact(parsed, key, registry=registry)
    except (JoseError, ValueError):
        return False


def read_keys(body: bytes, at_most: int) -> Mapping[str, Any]:
    """A JWKS (RFC 7517 §5) as it came; BadToken when it is none."""
    try:
        keys = read_object(body.decode(), at_most)
    except (BadJson, UnicodeDecodeError) as error:
        raise BadToken(f"the provider's key set {error}") from None
    if not isinstance(keys.get("keys"), list):
        raise BadToken("the provider's key set holds no keys")
    return keys


def claimed(token: str, name: str) -> str:
    """What a JWT says of itself in one text claim, before anything is verified: good for finding its keys alone."""
    parsed, _ = _parse(token)
    value = _claims(parsed).get(name)
    return value if isinstance(value, str) else ""


def is_by_secret(token: str) -> bool:
    """Whether a JWT says by itself that a shared secret signed it."""
    _, header = _parse(token)
    return header["alg"] in SECRET_ALGS


def is_unsigned(token: str) -> bool:
    """Whether a JWT says by itself that nobody signed it (`alg` none)."""
    try:
        _, header = taken_apart(token, REGISTRY)
    except BadToken:
        return False
    return header.get("alg") == "none"
