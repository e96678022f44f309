"""The key-encryption keys of an install (the folder keys/), and private halves wrapped under them.

`NNNN.key` holds 32 random bytes in base64. The highest number seals, every number unseals. `NNNN.next` is a
key on its way: it unseals already and seals nothing yet, so that it can reach every node before it is used.
"""

import base64
import binascii
import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_FILE = re.compile(r"([0-9]{4})\.(key|next)")
KEY_BYTES = 32
NONCE_BYTES = 12
OTHERS_MAY = 0o027  # group may read (mounted secrets), nobody else may do anything
WRAPPED = b"\x01"


class KeyFolderError(Exception):
    """The folder keys/ cannot be used as it stands: one sentence that says how to mend it."""


class BadWrapping(Exception):
    """A private half that no key of keys/ opens: another key, another row, or changed on the way."""


@dataclass(frozen=True, slots=True)
class WrappingKey:
    """One key-encryption key. `seals` is False while it is only being distributed."""

    number: int
    seals: bool
    secret: bytes = field(repr=False)

    def derive(self, label: bytes) -> bytes:
        """32 bytes for one use (HKDF-SHA-256, RFC 5869): no two labels share a key."""
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=None, info=label).derive(self.secret)


@dataclass(frozen=True, slots=True)
class _Contents:
    """The folder at one moment; replaced whole, so that no thread sees half a change."""

    names: frozenset[str]
    keys: Mapping[int, WrappingKey]
    sealing_key: WrappingKey


class KeyFolder:
    """The keys of keys/ as last read. All threads of a process share one; `reread` follows changes on disk."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._contents = _read(directory, _key_files(directory))

    @classmethod
    def open(cls, directory: Path) -> Self:
        """Read the folder; KeyFolderError when it is missing, empty, unsafe, or holds a broken file."""
        return cls(directory)

    @classmethod
    def create_first(cls, directory: Path) -> Self:
        """The folder, with a first key made if it holds none; processes that do this together end with one key."""
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not _key_files(directory):
            _write_key(directory / "0001.key")
        return cls.open(directory)

    def reread(self) -> bool:
        """Follow the folder on disk; True when it had changed. KeyFolderError leaves the keys as they were."""
        names = _key_files(self.directory)
        if names == self._contents.names:
            return False
        self._contents = _read(self.directory, names)
        return True

    @property
    def sealing_key(self) -> WrappingKey:
        """The highest `.key`: everything new is sealed under it."""
        return self._contents.sealing_key

    @property
    def all_keys(self) -> tuple[WrappingKey, ...]:
        """The sealing key first, then every other that unseals, newest first."""
        contents = self._contents
        others = sorted(contents.keys.values(), key=lambda key: -key.number)
        return (contents.sealing_key, *(key for key in others if key is not contents.sealing_key))

    def find(self, number: int) -> WrappingKey | None:
        """The key of that number; an unknown number looks at the disk once more, for it may have just arrived."""
        key = self._contents.keys.get(number)
        if key is None and self._arrived():
            key = self._contents.keys.get(number)
        return key

    def _arrived(self) -> bool:
        try:
            return self.reread()
        except KeyFolderError:
            return False

    def prepare(self) -> int:
        """Put the next key beside the others as `NNNN.next`, unless one waits already; its number."""
        waiting = [key.number for key in self.all_keys if not key.seals]
        if waiting:
            return max(waiting)
        number = max(self._contents.keys) + 1
        _write_key(self.directory / f"{number:04}.next")
        self.reread()
        return number

    def promote(self) -> int:
        """Let every waiting `NNNN.next` seal from now on (renamed to `NNNN.key`); the number that seals."""
        for key in self.all_keys:
            if not key.seals:
                name = self.directory / f"{key.number:04}.next"
                try:
                    name.rename(name.with_suffix(".key"))
                except OSError as error:
                    raise KeyFolderError(f"{name} cannot be renamed to {key.number:04}.key: {error.strerror}") from None
        self.reread()
        return self.sealing_key.number

    def wrap(self, private: bytes, aad: bytes) -> str:
        """A private half as text for the database; it opens only together with the same `aad`."""
        key = self.sealing_key
        header = WRAPPED + key.number.to_bytes(2)
        nonce = os.urandom(NONCE_BYTES)
        sealed = AESGCM(key.derive(b"portico/wrap/1")).encrypt(nonce, private, header + aad)
        return base64.urlsafe_b64encode(header + nonce + sealed).decode()

    def unwrap(self, text: str, aad: bytes) -> bytes:
        """The private half again; BadWrapping, naming the key that is missing, when it cannot be had."""
        number = wrapped_under(text)
        key = self.find(number)
        if key is None:
            raise BadWrapping(f"it is sealed under {number:04}.key, which is not in {self.directory}")
        raw = base64.urlsafe_b64decode(text)
        header, nonce, sealed = raw[:3], raw[3 : 3 + NONCE_BYTES], raw[3 + NONCE_BYTES :]
        try:
            return AESGCM(key.derive(b"portico/wrap/1")).decrypt(nonce, sealed, header + aad)
        except (InvalidTag, ValueError):
            raise BadWrapping(f"the {number:04}.key in {self.directory} is not the one it was sealed under") from None

    def rewrapped(self, text: str, aad: bytes) -> str | None:
        """The same under the key that seals now; None where it is already. Raises BadWrapping."""
        if wrapped_under(text) == self.sealing_key.number:
            return None
        return self.wrap(self.unwrap(text, aad), aad)


def wrapped_under(text: str) -> int:
    """The number of the key in keys/ that a wrapped private half needs."""
    try:
        raw = base64.urlsafe_b64decode(text)
    except ValueError:
        raw = b""
    if raw[:1] != WRAPPED or len(raw) < 3 + NONCE_BYTES:
        raise BadWrapping("it is not a wrapped private half")
    return int.from_bytes(raw[1:3])


def _key_files(directory: Path) -> frozenset[str]:
    try:
        return frozenset(name for name in os.listdir(directory) if KEY_FILE.fullmatch(name))  # noqa: PTH208 (4 times faster)
    except OSError as error:
        raise KeyFolderError(f"{directory} cannot be read: {error.strerror}; 'idp init' creates it") from None


def _read(directory: Path, names: frozenset[str]) -> _Contents:
    keys: dict[int, WrappingKey] = {}
    for name in sorted(names, reverse=True):  # 0002.next before 0002.key: while both are there, the key seals
        key = _read_key(directory / name)
        if key.number in keys and keys[key.number].secret != key.secret:
            raise KeyFolderError(f"{directory} holds two different keys with the number {key.number:04}; remove one")
        keys[key.number] = key
    sealing = [key.number for key in keys.values() if key.seals]
    if not sealing:
        raise KeyFolderError(f"{directory} holds no key (NNNN.key); 'idp init' creates the first one")
    return _Contents(names, keys, keys[max(sealing)])


def _read_key(file: Path) -> WrappingKey:
    try:
        mode, text = file.stat().st_mode, file.read_bytes()
    except OSError as error:
        raise KeyFolderError(f"{file} cannot be read: {error.strerror}") from None
    if mode & OTHERS_MAY:
        raise KeyFolderError(f"{file} can be read or changed by others: chmod 600 {file}")
    try:
        secret = base64.b64decode(text.strip(), validate=True)
    except binascii.Error:
        secret = b""
    if len(secret) != KEY_BYTES:
        raise KeyFolderError(f"{file} must hold {KEY_BYTES} bytes in base64 (a line of 44 characters)")
    return WrappingKey(number=int(file.stem), seals=file.suffix == ".key", secret=secret)


def _write_key(file: Path) -> None:
    """A new key that appears whole or not at all, and never over another."""
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(base64.b64encode(secrets.token_bytes(KEY_BYTES)) + b"\n")
            stream.flush()
            os.fsync(stream.fileno())
        file.hardlink_to(draft)
    except FileExistsError:
        pass  # another process was first: its key is the key
    finally:
        draft.unlink()
