"""What one app alone can read: sealed for a key of its own (RFC 7516)."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, OKPKey, RSAKey

from idp.protocol.encryption import ENCS, KEY_ALGS
from idp.signing.foreign import MOST_KEYS, is_usable_rsa

CLASSES: Final[Mapping[str, type[RSAKey] | type[ECKey] | type[OKPKey]]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
CURVES: Final = frozenset({"P-256", "P-384", "P-521", "X25519"})
REGISTRY: Final = jwe.JWERegistry(algorithms=[*KEY_ALGS, *ENCS])
EncryptionKey = RSAKey | ECKey | OKPKey


class NoKey(Exception):
    """The app has no key that this could be encrypted for; the message says which kind was looked for."""


def encrypted(text: str, keys: Mapping[str, Any], alg: str, enc: str, *, is_jwt: bool) -> str:
    """`text` for whoever holds the private half of one of these keys. Raises NoKey.

    RFC 7519 §5.2: `cty` says that a JWT is inside.
    """
    for entry in _fitting(keys, alg):
        header = {"alg": alg, "enc": enc, **({"cty": "JWT"} if is_jwt else {})}
        if isinstance(kid := entry.get("kid"), str):
            header["kid"] = kid
        try:
            return jwe.encrypt_compact(header, text.encode(), _imported(entry), registry=REGISTRY)
        except (JoseError, ValueError, TypeError, KeyError):
            continue
    raise NoKey(f"the keys of the client hold none to encrypt for with {alg}")


def _fitting(keys: Mapping[str, Any], alg: str) -> Iterator[Mapping[str, Any]]:
    """OpenID Connect Core §10.2.1: those named for encryption first; a key named for signatures is for nothing else."""
    entries = keys.get("keys")
    known = [entry for entry in (entries if isinstance(entries, list) else [])[:MOST_KEYS] if isinstance(entry, dict)]
    for use in ("enc", None):
        yield from (entry for entry in known if entry.get("use") == use and _is_for(entry, alg))


def _is_for(entry: Mapping[str, Any], alg: str) -> bool:
    if entry.get("alg", alg) != alg:
        return False
    if alg.startswith("RSA"):
        return entry.get("kty") == "RSA"
    return entry.get("kty") in ("EC", "OKP") and entry.get("crv") in CURVES


def _imported(entry: Mapping[str, Any]) -> EncryptionKey:
    public: dict[str, Any] = {name: entry[name] for name in ("kty", "n", "e", "crv", "x", "y") if name in entry}
    if entry["kty"] == "RSA" and not is_usable_rsa(entry):
        raise ValueError("a key of a size that is not taken")
    return CLASSES[str(entry["kty"])].import_key(public)
