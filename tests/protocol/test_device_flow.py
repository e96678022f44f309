"""RFC 8628 §6.1: a code that people can read from one screen and type into another."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from idp.protocol import device_flow

pytestmark = pytest.mark.section("RFC 8628 §6.1")


@given(some.integers(min_value=0, max_value=device_flow.COUNT - 1))
def test_each_number_is_a_code_of_its_own_however_it_is_typed(number: int) -> None:
    code = device_flow.numbered(number)
    assert device_flow.read(code) == code
    assert device_flow.read(device_flow.shown(code).lower()) == code
    assert sum(device_flow.LETTERS.index(letter) * 20**place for place, letter in enumerate(code)) == number


@pytest.mark.parametrize("typed", ["WDJB-MJHT", "wdjb mjht", " wdjbmjht ", "W-D-J-B–MJHT", "wdjb.mjht", "WDJB_MJHT"])
def test_case_dashes_and_spaces_do_not_matter(typed: str) -> None:
    assert device_flow.read(typed) == "WDJBMJHT"


@pytest.mark.parametrize("typed", ["", "WDJB-MJH", "WDJB-MJHTT", "WDJB-MJHA", "WDJB-MJH1", "ẂDJB-MJHT", "WDJB/MJHT"])
def test_anything_else_is_no_code(typed: str) -> None:
    assert device_flow.read(typed) is None


@pytest.mark.section("RFC 8628 §5.1")
def test_there_are_enough_of_them_that_counted_guesses_find_none() -> None:
    assert device_flow.COUNT == 20**8
    assert set(device_flow.LETTERS).isdisjoint("AEIOUY0123456789")
