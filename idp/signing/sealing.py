"""Short values that leave the house and come back unchanged: codes, refresh and access tokens, cookies.

A sealed value is base64url of: version (1 byte), number of the key in keys/ (2), day (2), nonce (12),
AES-256-GCM of the value (n + 16). Its key is derived from purpose and day, so a value sealed for one purpose
opens for no other, and no key ever comes near the number of random 96-bit nonces it may have
(NIST SP 800-38D §8.3: 2³² messages; here per purpose and day).
"""

import base64
import os
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from idp.signing.wrapping import NONCE_BYTES, KeyFolder, WrappingKey

DAY = 86400
VERSION = b"\x01"
HEADER_BYTES = 5
VALUE_AT = HEADER_BYTES + NONCE_BYTES
TAG_BYTES = 16
LONGEST_TEXT = 8192
MOST_CACHED = 4096


class BadSeal(Exception):
    """Not a value that was sealed here for this purpose, or not any more: nothing more is told."""


@dataclass(frozen=True, slots=True)
class _Lock:
    """The cipher of one purpose, day and key, and the header that names the last two."""

    day: int
    key: WrappingKey
    header: bytes
    cipher: AESGCM


class Sealer:
    """Seals and unseals under the keys of keys/. Threads may share one; ciphers are derived once and kept."""

    def __init__(self, folder: KeyFolder) -> None:
        self._folder = folder
        self._sealing: dict[str, _Lock] = {}
        self._opening: dict[tuple[str, bytes], _Lock] = {}

    def seal(self, purpose: str, value: bytes, now: int) -> str:
        """`value` as text of 4/3 × (33 + its bytes) characters, for one purpose."""
        lock, key = self._sealing.get(purpose), self._folder.sealing_key
        if lock is None or lock.day != now // DAY or lock.key is not key:
            lock = self._sealing[purpose] = _lock(key, purpose, now // DAY)
        nonce = os.urandom(NONCE_BYTES)
        sealed = lock.header + nonce + lock.cipher.encrypt(nonce, value, lock.header)
        return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode("ascii")

    def unseal(self, purpose: str, text: str) -> bytes:
        """The value again. BadSeal for anything that `seal` did not give for this purpose, to the last bit."""
        raw = _decode(text)
        header = raw[:HEADER_BYTES]
        known = self._opening.get((purpose, header))
        if known and known.key is not self._folder.find(known.key.number):
            known = None  # keys/ changed: what was taken out opens nothing any more
        lock = known or self._lock_named(header, purpose)
        try:
            value = lock.cipher.decrypt(raw[HEADER_BYTES:VALUE_AT], raw[VALUE_AT:], header)
        except InvalidTag:
            raise BadSeal from None
        if known is None:  # kept only now: nobody can fill the cache with days that never were
            self._keep(purpose, lock)
        return value

    def derive(self, purpose: str) -> bytes:
        """A stable 32-byte key for a purpose of its own (an HMAC, say), from the key that seals."""
        return _derived(self._folder.sealing_key, purpose)

    def derive_all(self, purpose: str) -> tuple[bytes, ...]:
        """The same from every key of keys/, the sealing one first: what was made before a change of keys fits one."""
        return tuple(_derived(key, purpose) for key in self._folder.all_keys)

    def _lock_named(self, header: bytes, purpose: str) -> _Lock:
        key = self._folder.find(int.from_bytes(header[1:3])) if header[:1] == VERSION else None
        if key is None:
            raise BadSeal
        return _lock(key, purpose, int.from_bytes(header[3:5]))

    def _keep(self, purpose: str, lock: _Lock) -> None:
        if len(self._opening) >= MOST_CACHED:
            self._opening.clear()
        self._opening[purpose, lock.header] = lock


def _lock(key: WrappingKey, purpose: str, day: int) -> _Lock:
    header = VERSION + key.number.to_bytes(2) + day.to_bytes(2)
    label = b"portico/seal/1/" + purpose.encode() + b"/" + header[3:]
    return _Lock(day, key, header, AESGCM(key.derive(label)))


def _derived(key: WrappingKey, purpose: str) -> bytes:
    return key.derive(b"portico/derive/1/" + purpose.encode())


def _decode(text: str) -> bytes:
    """Canonical base64url without padding, or BadSeal: of all spellings of the same bytes, only ours is taken."""
    if len(text) > LONGEST_TEXT:
        raise BadSeal
    try:
        encoded = text.encode("ascii")
        raw = base64.urlsafe_b64decode(encoded + b"=" * (-len(encoded) % 4))
    except ValueError:
        raise BadSeal from None
    if len(raw) < VALUE_AT + TAG_BYTES or base64.urlsafe_b64encode(raw).rstrip(b"=") != encoded:
        raise BadSeal
    return raw
