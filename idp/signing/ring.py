"""The key ring: signs with the one current key of an algorithm, verifies what we signed, shows the public set."""

import json
import logging
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwa import JWSAlgModel

from idp.signing import decryption
from idp.signing.compact import BadToken as BadToken
from idp.signing.compact import taken_apart
from idp.signing.keys import KEY_TYPES, Key, SigningKey, UnusableKey, public, unwrapped
from idp.signing.wrapping import BadWrapping, KeyFolder, KeyFolderError
from idp.store.signing_keys import StoredKey

OUR_HEADER = frozenset({"alg", "kid", "typ"})
ORDER = {"current": 0, "next": 1, "retiring": 2}
RETRY_AFTER = 5
log = logging.getLogger(__name__)


class NoSigner(Exception):
    """No key can sign with this algorithm now: it was never made, or keys/ does not open it."""


class _OurAlgorithms(jws.JWSRegistry):
    """joserfc's registry held to our three algorithms. EdDSA is the name OpenID Connect clients know (RFC 8037);
    joserfc warns at every use that RFC 9864 prefers another."""

    def get_alg(self, name: str) -> JWSAlgModel:
        if name not in KEY_TYPES:
            raise BadToken(f"algorithm {name!r} is none of ours")
        return self.algorithms[name]


REGISTRY = _OurAlgorithms()


@dataclass(frozen=True, slots=True)
class _View:
    """All keys as read at one moment, parsed."""

    read_at: int
    verifiers: Mapping[str, tuple[str, Key]]
    signers: Mapping[str, SigningKey]
    public_set: Mapping[str, Any]
    public_bytes: bytes


class KeyRing:
    """Shared by the threads of a process. What the database says is at most `cache_for` seconds old here."""

    def __init__(self, load: Callable[[], Sequence[StoredKey]], folder: KeyFolder, cache_for: int) -> None:
        self._load = load
        self._folder = folder
        self._cache_for = cache_for
        self._view: _View | None = None
        self._next_look = 0
        self._loading = threading.Lock()

    def sign(self, claims: Mapping[str, Any], alg: str, now: int, typ: str | None = None) -> str:
        """A JWT over `claims` as they are, by the current key of `alg`; `typ` JWT unless told (RFC 9068: at+jwt).

        Raises NoSigner when there is no such key.
        """
        signer = self._seen(now).signers.get(alg)
        if signer is None:
            raise NoSigner(f"no key signs {alg}: 'idp keys list' shows what there is")
        header = {"alg": alg, "kid": signer.kid, "typ": typ or "JWT"}
        return jwt.encode(header, dict(claims), signer.private, registry=REGISTRY)

    def verify(
        self,
        token: str,
        now: int,
        *,
        typ: Collection[str],
        algorithms: Collection[str] = tuple(KEY_TYPES),
        allow_expired: bool = False,
    ) -> dict[str, Any]:
        """The claims of a JWT that we signed with one of `algorithms` and whose header `typ` is one of `typ`.

        The key is ours by `kid` (a retired one too, while it is published) and good for its own algorithm alone;
        nothing in the header can bring another. Raises BadToken. The caller still compares iss and aud.
        """
        parsed, header = _parse(token)
        if header.get("alg") not in algorithms or header.get("typ") not in typ:
            raise BadToken(f"alg {header.get('alg')!r} or typ {header.get('typ')!r} is not taken here")
        key = self._verifier(header, now)
        try:
            genuine = jws.validate_compact(parsed, key, registry=REGISTRY)
        except (JoseError, ValueError):
            genuine = False
        if not genuine:
            raise BadToken("the signature does not fit")
        return _claims(parsed.payload, now, allow_expired)

    def public_set(self, now: int) -> Mapping[str, Any]:
        """The keys that sign (RFC 7517 §5): public halves only, the current key of each algorithm before the others."""
        return self._seen(now).public_set

    def public_set_bytes(self, now: int) -> bytes:
        """The JWKS: the same, and after them the key to encrypt requests for; as JSON, made once per change."""
        return self._seen(now).public_bytes

    def algorithms(self, now: int) -> tuple[str, ...]:
        """What can be signed with at this moment, RS256 first."""
        signers = self._seen(now).signers
        return tuple(alg for alg in KEY_TYPES if alg in signers)

    def forget(self) -> None:
        """Look at the database again at the next use: after a change that this process made."""
        self._next_look = 0

    def _verifier(self, header: Mapping[str, Any], now: int) -> Key:
        alg, key = self._seen(now).verifiers.get(str(header.get("kid")), ("", None))
        if key is None or alg != header["alg"]:
            raise BadToken(f"kid {header.get('kid')!r} is no key of ours for {header['alg']}")
        return key

    def _seen(self, now: int) -> _View:
        view = self._view
        if view is not None and now < self._next_look:
            return view
        if not self._loading.acquire(blocking=view is None):
            return self._seen(now) if view is None else view  # another thread looks; ours is a moment old
        try:
            if self._view is None or now >= self._next_look:
                self._view = self._look(self._view, now)
            return self._view
        finally:
            self._loading.release()

    def _look(self, before: _View | None, now: int) -> _View:
        self._follow_folder()
        try:
            view = _view_of(self._load(), self._folder, before, now)
        except Exception:
            if before is None or now - before.read_at > 2 * self._cache_for:
                raise
            # publish_ahead allows for twice the cache: a short silence of the database changes nothing for apps.
            log.warning("the signing keys could not be read; the last ones stand", exc_info=True)
            self._next_look = now + RETRY_AFTER
            return before
        self._next_look = now + self._cache_for
        return view

    def _follow_folder(self) -> None:
        try:
            self._folder.reread()
        except KeyFolderError as error:
            log.warning("%s; the keys read before stand", error)


def _view_of(rows: Sequence[StoredKey], folder: KeyFolder, before: _View | None, now: int) -> _View:
    verifiers: dict[str, tuple[str, Key]] = {}
    signers: dict[str, SigningKey] = {}
    entries: list[dict[str, Any]] = []
    names = tuple(KEY_TYPES)
    known = [row for row in rows if row.alg in names]  # a later version may have written others
    for row in sorted(known, key=lambda row: (names.index(row.alg), ORDER[row.state])):
        try:
            key, entry = public(row)
        except (UnusableKey, JoseError, ValueError) as error:
            log.error("a signing key cannot be used: %s", error, extra={"kid": row.kid})
            continue
        verifiers[row.kid] = (row.alg, key)
        entries.append(entry)
        if row.state == "current":
            signer = _signer(row, folder, before)
            if signer is not None:
                signers[row.alg] = signer
    published = {"keys": [*entries, decryption.public_entry(folder)]}
    return _View(now, verifiers, signers, {"keys": entries}, json.dumps(published, separators=(",", ":")).encode())


def _signer(row: StoredKey, folder: KeyFolder, before: _View | None) -> SigningKey | None:
    known = before and before.signers.get(row.alg)
    if known and known.kid == row.kid:
        return known  # parsed once
    try:
        return unwrapped(row, folder)
    except (BadWrapping, UnusableKey) as error:
        log.error("a signing key cannot be opened: %s", error, extra={"kid": row.kid})
        return None


def _parse(token: str) -> tuple[jws.CompactSignature, Mapping[str, Any]]:
    """RFC 7515 §5.2, of tokens we made: three segments, and a header of alg, kid and typ alone.

    What we never write (crit, jwk, jku, x5u, b64, zip …) is no token of ours.
    """
    parsed, header = taken_apart(token, REGISTRY)
    if not header.keys() <= OUR_HEADER:
        raise BadToken("a header that we do not write")
    if not all(isinstance(value, str) for value in header.values()):
        raise BadToken("a header that we do not write")
    return parsed, header


def _claims(payload: bytes, now: int, allow_expired: bool) -> dict[str, Any]:
    claims = json.loads(payload)
    expires = claims.get("exp")
    if type(expires) is not int:
        raise BadToken("no exp")
    if not allow_expired and now >= expires:
        raise BadToken("expired")
    return dict(claims)
