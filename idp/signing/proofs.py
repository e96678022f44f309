"""Proofs that we hold a key made for the moment (RFC 9449 §4.2), to ask an endpoint of our own as an app would."""

from base64 import urlsafe_b64encode
from hashlib import sha256
from typing import NamedTuple

from joserfc import jwk, jwt

from idp.protocol import dpop
from idp.store.base import new_secret

ALG = "ES256"


class Key(NamedTuple):
    """A key that nobody keeps."""

    private: jwk.ECKey

    def proof(self, method: str, address: str, now: int, token: str = "", nonce: str = "") -> str:
        """For one request; with `token` for one that carries it (§7), with `nonce` as the server asked (§8)."""
        claims: dict[str, object] = {"jti": new_secret(), "htm": method, "htu": address, "iat": now}
        if token:
            claims["ath"] = urlsafe_b64encode(sha256(token.encode()).digest()).rstrip(b"=").decode()
        if nonce:
            claims["nonce"] = nonce
        header = {"typ": dpop.TYPE, "alg": ALG, "jwk": self.private.as_dict(private=False)}
        return jwt.encode(header, claims, self.private)


def new_key() -> Key:
    return Key(jwk.ECKey.generate_key("P-256"))
