"""One round of background work: what is due is done, and one piece that fails holds up no other."""

from collections.abc import Iterator

import pytest
from sqlalchemy import insert

from idp import clock
from idp.cli import tick
from idp.cli.opened import opened
from idp.cli.tick import Chore
from idp.settings.load import load_settings
from idp.store import audit, throttles
from idp.store.base import db, unit_of_work
from idp.web.house import House, house
from tests.process.node import Install

MANY = 2 * tick.BATCH + 7


@pytest.fixture
def home(install: Install) -> Iterator[House]:
    with opened(load_settings(install.config)):
        yield house()


def test_what_has_expired_is_forgotten_in_batches_and_nothing_else(home: House) -> None:
    now = clock.now()
    rows = [{"key": f"old{number}", "tries": 1, "window_ends_at": now - 1} for number in range(MANY)]
    with unit_of_work():
        db.session.execute(insert(throttles.Throttle), [*rows, {"key": "new", "tries": 1, "window_ends_at": now + 60}])
    assert tick.forget_expired(home, now) == MANY
    assert tick.forget_expired(home, now) == 0
    assert tick.forget_expired(home, now + 61) == 1


def test_what_happened_is_kept_as_long_as_the_settings_say(home: House) -> None:
    now = clock.now()
    with unit_of_work():
        audit.record("signed_in", now - home.settings.account.activity_for - 1, user_id="somebody", network="192.0.2.1")
        audit.record("sign_in_failed", now - home.settings.account.activity_for - 1, network="192.0.2.1")
        audit.record("signed_in", now - home.settings.account.activity_for + 60, user_id="somebody")
    assert tick.forget_expired(home, now) == 2
    assert tick.forget_expired(home, now + 61) >= 1


def test_first_keys_are_made_once(home: House) -> None:
    assert tick.rotate_keys(home, clock.now()) == 0
    assert tick.rotate_keys(home, clock.now() + home.settings.keys.sign_for) > 0


def test_a_chore_that_fails_is_logged_without_what_it_was_about(home: House, caplog: pytest.LogCaptureFixture) -> None:
    def breaks(_home: House, _now: int) -> int:
        raise ValueError("alice@example.com")

    assert tick.did(Chore("mails", breaks), home) is False
    assert tick.did(tick.KEYS, home) is True
    assert "background work failed: mails" in caplog.text
    assert "alice" not in caplog.records[0].getMessage()
