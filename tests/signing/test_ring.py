"""The key ring: one signer per algorithm, our keys and nothing else to verify with."""

import base64
import json
import threading
from collections.abc import Sequence
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from joserfc import jwt
from joserfc.jwk import KeySet

from idp.signing import decryption
from idp.signing.keys import KEY_TYPES, generate
from idp.signing.ring import BadToken, KeyRing, NoSigner
from idp.signing.wrapping import KeyFolder
from idp.store.signing_keys import StoredKey

NOW = 1_780_000_000
CACHE = 30
CLAIMS = {"iss": "https://id.example", "sub": "s", "aud": "app", "exp": NOW + 3600, "name": "Zoë ☂"}
ALGORITHMS = pytest.mark.parametrize("alg", KEY_TYPES)


class Rows:
    """What the database would answer, and how often it was asked."""

    def __init__(self, *rows: StoredKey) -> None:
        self.rows: Sequence[StoredKey] = rows
        self.asked = 0
        self.silent = False

    def __call__(self) -> Sequence[StoredKey]:
        self.asked += 1
        if self.silent:
            raise ConnectionError("the database does not answer")
        return self.rows


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> KeyFolder:
    return KeyFolder.create_first(tmp_path_factory.mktemp("install") / "keys")


@pytest.fixture(scope="module")
def current(folder: KeyFolder) -> tuple[StoredKey, ...]:
    return tuple(generate(alg).stored("current", folder, NOW) for alg in reversed(KEY_TYPES))


@pytest.fixture
def rows(current: tuple[StoredKey, ...]) -> Rows:
    return Rows(*current)


@pytest.fixture
def ring(rows: Rows, folder: KeyFolder) -> KeyRing:
    return KeyRing(rows, folder, CACHE)


def verified(ring: KeyRing, token: str, now: int = NOW) -> dict[str, object]:
    return ring.verify(token, now, typ=("JWT",))


def of(alg: str, current: Sequence[StoredKey]) -> StoredKey:
    return next(row for row in current if row.alg == alg)


def header_of(token: str) -> dict[str, str]:
    segment = token.partition(".")[0]
    return json.loads(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))  # type: ignore[no-any-return]


@ALGORITHMS
def test_what_the_ring_signed_it_verifies(ring: KeyRing, current: Sequence[StoredKey], alg: str) -> None:
    token = ring.sign(CLAIMS, alg, NOW)
    assert header_of(token) == {"typ": "JWT", "alg": alg, "kid": of(alg, current).kid}
    assert verified(ring, token) == CLAIMS


@ALGORITHMS
def test_a_relying_party_verifies_it_with_the_published_set(ring: KeyRing, alg: str) -> None:
    published = KeySet.import_key_set(json.loads(ring.public_set_bytes(NOW)))
    if alg == "EdDSA":
        with pytest.warns(Warning, match="EdDSA"):
            claims = jwt.decode(ring.sign(CLAIMS, alg, NOW), published, algorithms=[alg]).claims
    else:
        claims = jwt.decode(ring.sign(CLAIMS, alg, NOW), published, algorithms=[alg]).claims
    assert claims == CLAIMS


def test_signing_leaves_the_claims_alone(ring: KeyRing) -> None:
    claims = dict(CLAIMS)
    ring.sign(claims, "RS256", NOW)
    assert claims == CLAIMS


def test_the_published_set_starts_with_the_signer_of_rs256(ring: KeyRing, rows: Rows, folder: KeyFolder) -> None:
    rows.rows = (generate("RS256").stored("next", folder, NOW), *rows.rows)
    keys = ring.public_set(NOW)["keys"]
    assert [entry["alg"] for entry in keys] == ["RS256", "RS256", "ES256", "EdDSA"]
    assert keys[0]["kid"] == header_of(ring.sign(CLAIMS, "RS256", NOW))["kid"]
    published = json.loads(ring.public_set_bytes(NOW))["keys"]
    assert published == [*keys, decryption.public_entry(folder)], "last, the key to encrypt for"
    assert ring.algorithms(NOW) == ("RS256", "ES256", "EdDSA")


def test_a_published_key_that_is_not_current_never_signs(ring: KeyRing, rows: Rows) -> None:
    rows.rows = [replace(row, state="next") for row in rows.rows]
    with pytest.raises(NoSigner, match="idp keys list"):
        ring.sign(CLAIMS, "RS256", NOW)
    assert len(ring.public_set(NOW)["keys"]) == 3
    assert ring.algorithms(NOW) == ()


def test_a_retired_key_still_verifies_and_a_dropped_one_does_not(ring: KeyRing, rows: Rows, folder: KeyFolder) -> None:
    token = ring.sign(CLAIMS, "ES256", NOW)
    old = of("ES256", rows.rows)
    fresh = generate("ES256").stored("current", folder, NOW)
    rows.rows = [replace(old, state="retiring", sealed_private=None), fresh]
    assert verified(ring, token, NOW + CACHE) == CLAIMS
    assert header_of(ring.sign(CLAIMS, "ES256", NOW + CACHE))["kid"] == fresh.kid
    rows.rows = [fresh]
    with pytest.raises(BadToken, match="no key of ours"):
        verified(ring, token, NOW + 2 * CACHE)


def test_our_own_clock_gets_no_tolerance(ring: KeyRing) -> None:
    token = ring.sign(CLAIMS, "ES256", NOW)
    assert verified(ring, token, NOW + 3599) == CLAIMS
    with pytest.raises(BadToken, match="expired"):
        verified(ring, token, NOW + 3600)
    assert ring.verify(token, NOW + 3600, typ=("JWT",), allow_expired=True) == CLAIMS


@pytest.mark.parametrize("exp", [None, "1790000000", True, 1.5e9, [NOW + 5]])
def test_a_token_without_a_whole_expiry_is_refused(ring: KeyRing, exp: object) -> None:
    token = ring.sign({"exp": exp}, "ES256", NOW)
    with pytest.raises(BadToken, match="no exp"):
        ring.verify(token, NOW, typ=("JWT",), allow_expired=True)
    with pytest.raises(BadToken, match="no exp"):
        verified(ring, ring.sign({}, "ES256", NOW))


def test_each_use_says_which_types_and_algorithms_it_takes(ring: KeyRing) -> None:
    access = ring.sign(CLAIMS, "RS256", NOW, typ="at+jwt")
    assert ring.verify(access, NOW, typ=("at+jwt",)) == CLAIMS
    for typ, algorithms in [
        (("JWT",), ("RS256",)),
        ((), ("RS256",)),
        (("at+jwt",), ("ES256", "EdDSA")),
        (("at+jwt",), ()),
    ]:
        with pytest.raises(BadToken, match="not taken here"):
            ring.verify(access, NOW, typ=typ, algorithms=algorithms)


def test_the_database_is_asked_once_in_a_while(ring: KeyRing, rows: Rows) -> None:
    for moment in range(NOW, NOW + CACHE):
        ring.sign(CLAIMS, "ES256", moment)
        ring.public_set_bytes(moment)
    assert rows.asked == 1
    ring.public_set_bytes(NOW + CACHE)
    assert rows.asked == 2
    ring.forget()
    ring.public_set_bytes(NOW + CACHE)
    assert rows.asked == 3


def test_a_private_half_is_opened_once(rows: Rows, folder: KeyFolder, current: Sequence[StoredKey]) -> None:
    """A PEM parsed at every signature costs 36 ms: after the first one, the sealed half is not even looked at."""
    ring = KeyRing(rows, folder, CACHE)
    token = ring.sign(CLAIMS, "RS256", NOW)
    rows.rows = [replace(row, sealed_private="no longer readable") for row in current]
    again = ring.sign(CLAIMS, "RS256", NOW + CACHE)
    assert (rows.asked, again) == (2, token)


def test_a_short_silence_of_the_database_changes_nothing(
    ring: KeyRing, rows: Rows, caplog: pytest.LogCaptureFixture
) -> None:
    token = ring.sign(CLAIMS, "RS256", NOW)
    rows.silent = True
    assert ring.sign(CLAIMS, "RS256", NOW + 2 * CACHE) == token
    assert "the last ones stand" in caplog.text
    asked = rows.asked
    assert ring.sign(CLAIMS, "RS256", NOW + 2 * CACHE + 1) == token
    assert rows.asked == asked, "it is not asked at every request meanwhile"
    with pytest.raises(ConnectionError):
        ring.sign(CLAIMS, "RS256", NOW + 2 * CACHE + 6)
    rows.silent = False
    assert ring.sign(CLAIMS, "RS256", NOW + 2 * CACHE + 7) == token


def test_a_database_that_never_answered_is_an_error(ring: KeyRing, rows: Rows) -> None:
    rows.silent = True
    with pytest.raises(ConnectionError):
        ring.public_set(NOW)


def test_a_key_that_cannot_be_opened_is_still_published_and_logged(
    ring: KeyRing, rows: Rows, caplog: pytest.LogCaptureFixture
) -> None:
    lost = replace(of("ES256", rows.rows), sealed_private=of("RS256", rows.rows).sealed_private)
    rows.rows = [lost, of("RS256", rows.rows)]
    assert ring.algorithms(NOW) == ("RS256",)
    assert [entry["alg"] for entry in ring.public_set(NOW)["keys"]] == ["RS256", "ES256"]
    assert [(record.message.partition(":")[0], vars(record)["kid"]) for record in caplog.records] == [
        ("a signing key cannot be opened", lost.kid)
    ]


def test_a_row_that_makes_no_sense_does_not_take_the_others_down(
    ring: KeyRing, rows: Rows, caplog: pytest.LogCaptureFixture
) -> None:
    good = of("RS256", rows.rows)
    broken = replace(of("ES256", rows.rows), public_jwk="{}")
    rows.rows = [good, broken, replace(good, kid="later", alg="ML-DSA-44")]
    assert [entry["kid"] for entry in ring.public_set(NOW)["keys"]] == [good.kid]
    assert [(record.message.partition(":")[0], vars(record)["kid"]) for record in caplog.records] == [
        ("a signing key cannot be used", broken.kid)
    ]


def test_the_ring_follows_the_folder_of_sealing_keys(
    rows: Rows, folder: KeyFolder, caplog: pytest.LogCaptureFixture
) -> None:
    mine = KeyFolder.open(folder.directory)
    ring = KeyRing(rows, mine, CACHE)
    ring.public_set(NOW)
    extra = folder.directory / "0007.key"
    extra.write_bytes(base64.b64encode(b"7" * 32))
    extra.chmod(0o600)
    ring.public_set(NOW + CACHE)
    assert mine.sealing_key.number == 7
    extra.rename(extra.with_name("0008.key"))
    extra.with_name("0008.key").write_bytes(b"broken")
    ring.public_set(NOW + 2 * CACHE)
    assert mine.sealing_key.number == 7
    assert "the keys read before stand" in caplog.text
    extra.with_name("0008.key").unlink()


def test_threads_share_one_ring(ring: KeyRing, rows: Rows) -> None:
    wrong: list[object] = []
    together = threading.Barrier(8)

    def work() -> None:
        together.wait()
        for moment in range(NOW, NOW + 5 * CACHE, 7):
            try:
                verified(ring, ring.sign(CLAIMS, "ES256", moment), NOW)
            except Exception as error:
                wrong.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert rows.asked < 8 * 6, "threads do not each ask the database"


@pytest.mark.parametrize("place", [0, 1, 2])
def test_no_segment_can_be_changed_or_left_out(ring: KeyRing, place: int) -> None:
    segments = ring.sign(CLAIMS, "ES256", NOW).split(".")
    changed = segments[place][:-2] + ("AA" if segments[place][-2:] != "AA" else "BA")
    for replacement in (changed, "", "e30", "!", segments[place] + "=", segments[place][:-1]):
        with pytest.raises(BadToken):
            verified(ring, ".".join([*segments[:place], replacement, *segments[place + 1 :]]))


def test_an_ecdsa_signature_in_der_is_not_taken(ring: KeyRing) -> None:
    head, body, signature = ring.sign(CLAIMS, "ES256", NOW).split(".")
    raw = base64.urlsafe_b64decode(signature + "==")
    der = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    assert decode_dss_signature(der)[0] == int.from_bytes(raw[:32])
    with pytest.raises(BadToken):
        verified(ring, f"{head}.{body}.{base64.urlsafe_b64encode(der).decode().rstrip('=')}")


@pytest.mark.parametrize(
    "text", ["", ".", "..", "...", "a.b", "é.é.é", "\x00", "e30.e30.", "W10.e30.e30", "NQ.e30.e30", "." * 500]
)
def test_what_is_no_token_is_a_bad_token(ring: KeyRing, text: str) -> None:
    with pytest.raises(BadToken):
        verified(ring, text)
