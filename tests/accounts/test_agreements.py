"""Who has to agree to changed terms, and who may put it off: the rule alone."""

from typing import NamedTuple

import pytest

from idp.accounts.agreements import Owed, insisted_on_from, owed
from idp.settings.people import comes_into_force_at
from idp.settings.sections import Brand

DAY = 86400
NOVEMBER = 1793491200  # 2026-11-01, midnight UTC
BRAND = Brand(terms_version="2026-11", privacy_version="2026-11")


class Somebody(NamedTuple):
    terms_version: str | None = "2026-11"
    privacy_version: str | None = "2026-11"
    auth_time: int = NOVEMBER
    put_off_at: int = 0


@pytest.mark.parametrize(
    ("version", "at"),
    [
        ("2026-11", NOVEMBER),
        ("2026-11-01", NOVEMBER),
        ("2026-11-02b", NOVEMBER + DAY),
        ("2026-11 for shops", NOVEMBER),
        ("2026-13", None),
        ("2026-02-30", None),
        ("2026-111", None),
        ("7.2", None),
        ("v2026-11", None),
        ("٢٠٢٦-11", None),
    ],
)
def test_a_version_may_begin_with_the_day_it_comes_into_force(version: str, at: int | None) -> None:
    assert comes_into_force_at(version) == at


def test_who_agreed_to_what_is_in_force_owes_nothing() -> None:
    assert owed(Somebody(), BRAND, 0, NOVEMBER) is Owed.NOTHING


@pytest.mark.parametrize("older", [Somebody(terms_version="2026-10"), Somebody(privacy_version="2026-10")])
def test_who_agreed_to_an_older_one_owes_it_unless_there_is_a_grace(older: Somebody) -> None:
    assert owed(older, BRAND, 0, NOVEMBER) is Owed.NOW
    assert owed(older, BRAND, 7 * DAY, NOVEMBER + 7 * DAY - 1) is Owed.MAY_WAIT
    assert owed(older, BRAND, 7 * DAY, NOVEMBER + 7 * DAY) is Owed.NOW


def test_who_never_agreed_to_anything_has_no_grace() -> None:
    for nobody in (Somebody(terms_version=None), Somebody(privacy_version=None)):
        assert owed(nobody, BRAND, 365 * DAY, NOVEMBER) is Owed.NOW


def test_who_put_it_off_is_asked_again_at_the_next_sign_in() -> None:
    older = Somebody(terms_version="2026-10", auth_time=NOVEMBER + 10)
    assert owed(older._replace(put_off_at=NOVEMBER + 10), BRAND, 7 * DAY, NOVEMBER + 20) is Owed.NOTHING
    assert owed(older._replace(put_off_at=NOVEMBER + 9), BRAND, 7 * DAY, NOVEMBER + 20) is Owed.MAY_WAIT
    assert owed(older._replace(put_off_at=NOVEMBER + 10), BRAND, 7 * DAY, NOVEMBER + 7 * DAY) is Owed.NOW


def test_a_version_announced_ahead_is_insisted_on_from_its_day() -> None:
    early = NOVEMBER - 5 * DAY
    assert owed(Somebody(terms_version="2026-10"), BRAND, 0, early) is Owed.MAY_WAIT
    assert insisted_on_from("2026-11", 3 * DAY) == NOVEMBER + 3 * DAY
    assert insisted_on_from("7.2", 0) == 0
