"""Tries are counted one by one, whoever counts them at the same time."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask

from idp.store import throttles
from idp.store.base import unit_of_work

NOW = 1_800_000_000
pytestmark = pytest.mark.usefixtures("store")


def test_tries_add_up_until_the_window_ends_and_start_again_after_it() -> None:
    assert [throttles.count_try("k", 60, NOW + second) for second in (0, 10, 59)] == [
        (1, NOW + 60),
        (2, NOW + 60),
        (3, NOW + 60),
    ]
    assert throttles.count_try("k", 60, NOW + 60) == (1, NOW + 120)


def test_a_try_given_back_is_not_counted_and_none_goes_below_zero() -> None:
    throttles.count_try("k", 60, NOW)
    throttles.give_back("k")
    throttles.give_back("k")
    assert throttles.count_try("k", 60, NOW) == (1, NOW + 60)


def test_forgetting_starts_again() -> None:
    throttles.count_try("k", 60, NOW)
    throttles.count_try("k", 60, NOW)
    throttles.forget("k")
    assert throttles.count_try("k", 60, NOW + 1) == (1, NOW + 61)


def test_a_count_lasts_when_the_request_around_it_fails() -> None:
    def fails() -> None:
        with unit_of_work():
            throttles.count_try("k", 60, NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fails()
    assert throttles.count_try("k", 60, NOW)[0] == 2


def test_forty_tries_at_once_are_forty_tries(store: Flask) -> None:
    def one(_: int) -> int:
        with store.app_context():
            return throttles.count_try("k", 60, NOW)[0]

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(one, range(40))) == list(range(1, 41))


def test_windows_that_are_over_are_cleared_away() -> None:
    throttles.count_try("old", 60, NOW)
    throttles.count_try("new", 600, NOW)
    with unit_of_work():
        assert throttles.delete_expired(NOW + 60, 10) == 1
    assert throttles.count_try("new", 600, NOW + 60)[0] == 2
