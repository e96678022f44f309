"""Values that leave the house sealed: only ours come back, for the purpose they left with."""

import base64
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from idp.signing.sealing import MOST_CACHED, BadSeal, Sealer
from idp.signing.wrapping import KeyFolder

NOW = 1_780_000_000
DAY = 86400
ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"


@pytest.fixture
def folder(tmp_path: Path) -> KeyFolder:
    return KeyFolder.create_first(tmp_path / "keys")


@pytest.fixture
def sealer(folder: KeyFolder) -> Sealer:
    return Sealer(folder)


@given(
    value=st.binary(max_size=2000),
    purpose=st.sampled_from(["code", "access", "refresh"]),
    now=st.integers(0, 65535 * DAY),
)
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_was_sealed_comes_back_unchanged(sealer: Sealer, value: bytes, purpose: str, now: int) -> None:
    assert sealer.unseal(purpose, sealer.seal(purpose, value, now)) == value


@given(text=st.text(max_size=200))
@settings(max_examples=200, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nothing_else_opens_and_nothing_else_is_raised(sealer: Sealer, text: str) -> None:
    with pytest.raises(BadSeal):
        sealer.unseal("code", text)


def test_an_access_token_fits_into_110_characters(sealer: Sealer) -> None:
    grant_id, expiry, scope = bytes(16), NOW.to_bytes(5), b"openid profile email"
    assert len(sealer.seal("access", grant_id + expiry + scope, NOW)) <= 110


def test_a_value_sealed_for_one_purpose_opens_for_no_other(sealer: Sealer) -> None:
    code = sealer.seal("code", b"value", NOW)
    for purpose in ("access", "refresh", "cod", "code/", "", "code\x00"):
        with pytest.raises(BadSeal):
            sealer.unseal(purpose, code)


def test_the_same_value_never_looks_the_same_twice(sealer: Sealer) -> None:
    assert len({sealer.seal("code", b"value", NOW) for _ in range(100)}) == 100


@pytest.mark.incident("CVE-2026-27840")
@pytest.mark.parametrize("warm", [True, False])
def test_cve_2026_27840_a_truncated_token_is_worthless(folder: KeyFolder, warm: bool) -> None:
    sealer = Sealer(folder)
    text = sealer.seal("access", b"sixteen byte id!" + b"openid", NOW)
    if warm:
        sealer.unseal("access", text)
    for length in range(len(text)):
        with pytest.raises(BadSeal):
            sealer.unseal("access", text[:length])
        with pytest.raises(BadSeal):
            sealer.unseal("access", text[length + 1 :])


def test_no_single_character_can_be_changed(sealer: Sealer) -> None:
    text = sealer.seal("code", b"value", NOW)
    for place, character in enumerate(text):
        other = ALPHABET[ALPHABET.index(character) ^ 1]
        with pytest.raises(BadSeal):
            sealer.unseal("code", text[:place] + other + text[place + 1 :])


@pytest.mark.parametrize("size", [1, 2, 3])
def test_a_sealed_value_has_one_spelling(sealer: Sealer, size: int) -> None:
    text = sealer.seal("code", bytes(size), NOW)
    raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    spellings = {
        text + "=" * (-len(text) % 4 or 4),
        text + "=",
        text + "\n",
        " " + text,
        text[:20] + "\r\n" + text[20:],
        text[:20] + "!" + text[20:],
        text + "A",
        base64.b64encode(raw).decode().rstrip("=").replace("+", "%2B"),
        base64.b64encode(raw + b"\x00").decode(),
        raw.hex(),
    }
    last = ALPHABET.index(text[-1])
    spare_bits = {0: 0, 2: 15, 3: 3}[len(text) % 4]
    spellings |= {text[:-1] + ALPHABET[last | bits] for bits in range(1, spare_bits + 1)}
    for spelling in spellings - {text}:
        with pytest.raises(BadSeal):
            sealer.unseal("code", spelling)
    assert sealer.unseal("code", text) == bytes(size)


def test_the_standard_alphabet_is_not_ours(sealer: Sealer) -> None:
    text = next(text for text in (sealer.seal("code", bytes(99), NOW) for _ in range(1000)) if {"-", "_"} <= set(text))
    with pytest.raises(BadSeal):
        sealer.unseal("code", text.replace("-", "+").replace("_", "/"))


def test_a_huge_text_is_refused_before_it_is_decoded(sealer: Sealer) -> None:
    with pytest.raises(BadSeal):
        sealer.unseal("code", sealer.seal("code", bytes(7000), NOW))


def test_yesterdays_values_open_today(sealer: Sealer) -> None:
    yesterday, today = sealer.seal("refresh", b"a", NOW - DAY), sealer.seal("refresh", b"b", NOW)
    assert sealer.unseal("refresh", yesterday) == b"a"
    assert sealer.unseal("refresh", today) == b"b"


def test_the_day_in_the_header_cannot_be_moved(sealer: Sealer) -> None:
    text = sealer.seal("refresh", b"value", NOW)
    raw = bytearray(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    raw[4] ^= 1
    with pytest.raises(BadSeal):
        sealer.unseal("refresh", base64.urlsafe_b64encode(raw).decode().rstrip("="))


def test_two_installs_cannot_read_each_other(sealer: Sealer, tmp_path: Path) -> None:
    other = Sealer(KeyFolder.create_first(tmp_path / "others"))
    with pytest.raises(BadSeal):
        other.unseal("code", sealer.seal("code", b"value", NOW))


def test_nodes_change_the_sealing_key_without_losing_a_value(folder: KeyFolder, tmp_path: Path) -> None:
    behind = Sealer(KeyFolder.open(Path(shutil.copytree(folder.directory, tmp_path / "behind"))))
    ahead = Sealer(folder)
    before = ahead.seal("refresh", b"value", NOW)
    folder.prepare()
    shutil.copy(folder.directory / "0002.next", tmp_path / "behind")
    folder.promote()
    after = ahead.seal("refresh", b"value", NOW)
    assert after[:4] != before[:4]
    for sealer in (ahead, behind):
        assert sealer.unseal("refresh", before) == sealer.unseal("refresh", after) == b"value"
    assert behind.derive("csrf") in ahead.derive_all("csrf")
    assert ahead.derive("csrf") in behind.derive_all("csrf")


def test_a_key_taken_out_of_the_folder_opens_nothing_any_more(folder: KeyFolder) -> None:
    sealer = Sealer(folder)
    before = sealer.seal("refresh", b"value", NOW)
    assert sealer.unseal("refresh", before) == b"value"
    folder.prepare()
    folder.promote()
    (folder.directory / "0001.key").unlink()
    folder.reread()
    with pytest.raises(BadSeal):
        sealer.unseal("refresh", before)


def test_derived_keys_are_stable_and_one_per_purpose(folder: KeyFolder) -> None:
    sealer, again = Sealer(folder), Sealer(KeyFolder.open(folder.directory))
    assert sealer.derive("csrf") == again.derive("csrf")
    assert sealer.derive_all("csrf") == (sealer.derive("csrf"),)
    assert len(sealer.derive("csrf")) == 32
    assert sealer.derive("csrf") != sealer.derive("cookie")
    assert sealer.derive("csrf") != folder.sealing_key.secret


def test_any_number_of_days_is_remembered_in_bounded_memory(sealer: Sealer) -> None:
    for day in range(MOST_CACHED + 2):
        text = sealer.seal("refresh", b"value", day * DAY)
        assert sealer.unseal("refresh", text) == b"value"
    assert len(sealer._opening) <= MOST_CACHED
