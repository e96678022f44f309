"""A key that an app holds, and the proofs it makes with it (RFC 9449 §4)."""

import json
import secrets
from base64 import urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from joserfc import jwk, jws

from idp import clock


@dataclass
class Holder:
    """`alg` says which kind of key. Every proof is an honest one, until told otherwise."""

    alg: str = "ES256"
    key: Any = field(init=False)

    def __post_init__(self) -> None:
        kinds = {"ES256": ("EC", "P-256"), "EdDSA": ("OKP", "Ed25519"), "PS256": ("RSA", 2048), "RS256": ("RSA", 2048)}
        kind, size = kinds[self.alg]
        self.key = jwk.generate_key(kind, size, private=True)

    @property
    def jkt(self) -> str:
        return str(self.key.thumbprint())

    @property
    def public(self) -> dict[str, Any]:
        return dict(self.key.as_dict(private=False))

    def proof(
        self,
        method: str,
        address: str,
        *,
        token: str | None = None,
        header: dict[str, Any] | None = None,
        **claims: Any,
    ) -> str:
        """A claim given as None is left out; `header` changes members of the header in the same way."""
        usual: dict[str, Any] = {"jti": secrets.token_urlsafe(16), "htm": method, "htu": address, "iat": clock.now()}
        if token is not None:
            usual["ath"] = urlsafe_b64encode(sha256(token.encode()).digest()).rstrip(b"=").decode()
        head = {"typ": "dpop+jwt", "alg": self.alg, "jwk": self.public, **(header or {})}
        return signed(
            {name: value for name, value in head.items() if value is not None},
            {name: value for name, value in {**usual, **claims}.items() if value is not None},
            self.key,
        )


def signed(header: dict[str, Any], claims: dict[str, Any], key: Any) -> str:
    """A JWT as told, sensible or not."""
    parts = [urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in (header, claims)]
    body = b".".join(parts)
    signature = jws.JWSRegistry.algorithms[header["alg"]].sign(body, key)
    return (body + b"." + urlsafe_b64encode(signature).rstrip(b"=")).decode()
