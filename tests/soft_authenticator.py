"""An authenticator made of software: keeps passkeys, signs with them, and lies where a test tells it to."""

import json
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_bytes
from typing import Any

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa

PRESENT, VERIFIED, ELIGIBLE, BACKED_UP, ATTESTED = 0x01, 0x04, 0x08, 0x10, 0x40
ES256, EDDSA, RS256, ES384 = -7, -8, -257, -35
Json = dict[str, Any]


@dataclass
class Key:
    """One credential: who it is of, what signs, and its counter."""

    id: bytes
    user_handle: bytes
    algorithm: int
    private: Any
    count: int = 0


@dataclass
class Lies:
    """What an answer says instead of the truth; `client` are members of its client data, None to leave one out."""

    client: Json = field(default_factory=dict)
    flags: int | None = None
    count: int | None = None
    rp_id: str | None = None
    members: Json = field(default_factory=dict)
    response: Json = field(default_factory=dict)
    attestation: Json = field(default_factory=dict)
    credential: bytes | None = None
    sign: Callable[[bytes], bytes] | None = None


HONEST = Lies()


@dataclass
class SoftAuthenticator:
    """`origin` is of the page it believes to be on; `counts`: as hardware does; `synced`: as password managers do."""

    origin: str
    verifies: bool = True
    synced: bool = False
    counts: bool = True
    algorithm: int = ES256
    aaguid: bytes = bytes(16)
    transports: tuple[str, ...] = ("internal",)
    keys: list[Key] = field(default_factory=list)

    @property
    def flags(self) -> int:
        synced = ELIGIBLE | BACKED_UP if self.synced else 0
        return PRESENT | (VERIFIED if self.verifies else 0) | synced

    def creates(self, options: Json, lies: Lies = HONEST) -> str:
        """navigator.credentials.create(): the answer as the page's script sends it."""
        key = Key(token_bytes(32), read(options["user"]["id"]), self.algorithm, made(self.algorithm))
        self.keys.append(key)
        shown = lies.credential or key.id
        attested = self.aaguid + struct.pack(">H", len(shown)) + shown + cbor2.dumps(public(key))
        data = self._data(options["rp"]["id"], lies, key, ATTESTED) + attested
        client = self._client("webauthn.create", options["challenge"], lies)
        object_ = {"fmt": "none", "attStmt": {}, "authData": data, **lies.attestation}
        response = {
            "clientDataJSON": text(client),
            "attestationObject": text(cbor2.dumps(object_)),
            "transports": list(self.transports),
        }
        return self._answer(key, response, lies)

    def signs(self, options: Json, lies: Lies = HONEST, key: Key | None = None) -> str:
        """navigator.credentials.get(): with the newest passkey that is asked for."""
        allowed = {read(one["id"]) for one in options.get("allowCredentials", [])}
        key = key or next(k for k in reversed(self.keys) if not allowed or k.id in allowed)
        key.count += self.counts
        client = self._client("webauthn.get", options["challenge"], lies)
        data = self._data(options["rpId"], lies, key)
        signed = (lies.sign or (lambda octets: signature(key, octets)))(data + sha256(client).digest())
        response = {
            "clientDataJSON": text(client),
            "authenticatorData": text(data),
            "signature": text(signed),
            "userHandle": text(key.user_handle),
        }
        return self._answer(key, response, lies)

    def _data(self, rp_id: str, lies: Lies, key: Key, more: int = 0) -> bytes:
        flags = (self.flags if lies.flags is None else lies.flags) | more
        count = key.count if lies.count is None else lies.count
        return sha256((lies.rp_id or rp_id).encode()).digest() + struct.pack(">BI", flags, count)

    def _client(self, kind: str, challenge: str, lies: Lies) -> bytes:
        told = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False, **lies.client}
        return json.dumps({name: value for name, value in told.items() if value is not None}).encode()

    def _answer(self, key: Key, response: Json, lies: Lies) -> str:
        credential = text(lies.credential or key.id)
        answer = {
            "id": credential,
            "rawId": credential,
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": told({**response, **lies.response}),
        }
        return json.dumps(told({**answer, **lies.members}))


def told(members: Json) -> Json:
    return {name: value for name, value in members.items() if value is not None}


def made(algorithm: int) -> Any:
    if algorithm == EDDSA:
        return ed25519.Ed25519PrivateKey.generate()
    if algorithm == RS256:
        return rsa.generate_private_key(65537, 2048)
    return ec.generate_private_key(ec.SECP384R1() if algorithm == ES384 else ec.SECP256R1())


def public(key: Key) -> dict[int, Any]:
    """RFC 9052 §7: the public key as a COSE_Key."""
    if key.algorithm == EDDSA:
        return {1: 1, 3: EDDSA, -1: 6, -2: key.private.public_key().public_bytes_raw()}
    numbers = key.private.public_key().public_numbers()
    if key.algorithm == RS256:
        return {1: 3, 3: RS256, -1: numbers.n.to_bytes(256, "big"), -2: numbers.e.to_bytes(3, "big")}
    size, curve = (48, 2) if key.algorithm == ES384 else (32, 1)
    return {1: 2, 3: key.algorithm, -1: curve, -2: numbers.x.to_bytes(size, "big"), -3: numbers.y.to_bytes(size, "big")}


def signature(key: Key, octets: bytes) -> bytes:
    if key.algorithm == EDDSA:
        return bytes(key.private.sign(octets))
    if key.algorithm == RS256:
        return bytes(key.private.sign(octets, padding.PKCS1v15(), hashes.SHA256()))
    return bytes(key.private.sign(octets, ec.ECDSA(hashes.SHA256())))


def read(base64url: str) -> bytes:
    return urlsafe_b64decode(base64url + "=" * (-len(base64url) % 4))


def text(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()
