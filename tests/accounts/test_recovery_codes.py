"""Recovery codes can be written down, read and typed by people, and guessed by nobody."""

import re

import pytest

from idp.accounts.recovery_codes import LEGIBLE, hashed, new_codes, read


def test_ten_codes_of_fifty_bits_each() -> None:
    codes = new_codes()
    assert len(set(codes)) == len(codes) == 10
    assert all(re.fullmatch(r"[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}", code) for code in codes)
    assert len(set(LEGIBLE)) == 32
    assert not set(LEGIBLE) & set("OILU"), "none is taken for another when it is read out"


@pytest.mark.parametrize(
    "typed",
    [
        "7K3QM-90T1A",
        "7k3qm-9ot1a",
        " 7K3QM 90TIA ",
        "7k3qm90tla",
        "７Ｋ３ＱＭ－９０Ｔ１Ａ",
        "7K3QM–90T1A",
        "7K-3Q-M9-0T-1A",
    ],
)
def test_a_code_is_the_same_however_it_is_typed(typed: str) -> None:
    assert read(typed) == "7K3QM-90T1A"


@pytest.mark.parametrize("typed", ["", "7K3QM-90T1", "7K3QM-90T1AA", "7K3QM-90T1U", "7K3QM-90T1ß", "123456", "x" * 64])
def test_what_cannot_be_a_code_is_none(typed: str) -> None:
    assert read(typed) is None


def test_without_the_key_a_hash_tells_nothing_of_its_code() -> None:
    assert hashed(b"a" * 20, "7K3QM-90T1A") != hashed(b"b" * 20, "7K3QM-90T1A")
    assert hashed(b"a" * 20, "7K3QM-90T1A") != hashed(b"a" * 20, "7K3QM-90T1B")
