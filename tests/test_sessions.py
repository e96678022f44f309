"""A browser's sign-in: how long it lasts, whose it is, and how it ends, on both databases."""

import pytest
from flask import Flask
from sqlalchemy import text

from idp import sessions
from idp.sessions import Session, Started, Visit
from idp.settings.sections import Session as Lifetimes
from idp.store import emails, users
from idp.store.base import db, unit_of_work

NOW = 1_800_000_000
HOUR, DAY = 3600, 86400
LIFETIMES = Lifetimes()
FIREFOX = Visit("Mozilla/5.0 Firefox/140.0", "192.0.2.1")
pytestmark = pytest.mark.usefixtures("store")


def somebody(lookup: str = "alice@example.org") -> str:
    with unit_of_work():
        user_id = users.add("de", NOW)
        assert emails.prove(lookup, lookup, user_id, NOW, "link")
    return user_id


def started(user_id: str, now: int = NOW, *, remembered: bool = False, previous: Session | None = None) -> Started:
    with unit_of_work():
        return sessions.start(user_id, now, FIREFOX, LIFETIMES, remembered=remembered, previous=previous)


def current(cookie: str | None, now: int = NOW) -> Session | None:
    return sessions.current(cookie, now, LIFETIMES)


def live(cookie: str | None, now: int = NOW) -> Session:
    found = current(cookie, now)
    assert found is not None
    return found


def test_a_session_knows_its_person_and_how_they_proved_themselves() -> None:
    alice = somebody()
    session = live(started(alice).cookie_value)
    assert (session.user_id, session.email, session.locale) == (alice, "alice@example.org", "de")
    assert (session.auth_time, session.amr, session.acr) == (NOW, "pwd", "urn:portico:acr:1")


@pytest.mark.parametrize("cookie", [None, "", "x", "x" * 43, "\udcff", "é" * 5000])
def test_any_other_cookie_is_nobody(cookie: str | None) -> None:
    started(somebody())
    assert current(cookie) is None


def test_the_stored_form_of_a_cookie_opens_nothing() -> None:
    started(somebody())
    stored = db.session.execute(text("SELECT cookie FROM browser_sessions")).scalar_one()
    assert current(stored) is None


def test_a_session_that_was_not_remembered_ends_after_twelve_idle_hours() -> None:
    cookie = started(somebody()).cookie_value
    session = live(cookie, NOW + 11 * HOUR)
    sessions.seen(session, NOW + 11 * HOUR)
    assert current(cookie, NOW + 23 * HOUR - 1)
    assert current(cookie, NOW + 23 * HOUR) is None


def test_being_seen_writes_at_most_once_a_minute() -> None:
    cookie = started(somebody()).cookie_value
    sessions.seen(live(cookie), NOW + 59)
    assert live(cookie).last_seen_at == NOW
    sessions.seen(live(cookie), NOW + 60)
    assert live(cookie).last_seen_at == NOW + 60


def test_a_session_that_is_used_all_the_time_ends_after_a_week() -> None:
    cookie = started(somebody()).cookie_value
    for at in range(NOW, NOW + 7 * DAY, 6 * HOUR):
        sessions.seen(live(cookie, at), at)
    assert current(cookie, NOW + 7 * DAY) is None


def test_a_remembered_session_lasts_thirty_days_from_sign_in_used_or_not() -> None:
    cookie = started(somebody(), remembered=True).cookie_value
    sessions.seen(live(cookie, NOW + 29 * DAY), NOW + 29 * DAY)
    assert current(cookie, NOW + 30 * DAY - 1)
    assert current(cookie, NOW + 30 * DAY) is None


def test_an_ended_session_is_over_whatever_the_browser_still_sends() -> None:
    cookie = started(somebody()).cookie_value
    with unit_of_work():
        sessions.end(live(cookie), NOW)
    assert current(cookie) is None


def test_proving_oneself_again_moves_the_time_and_changes_the_cookie_but_not_the_sid() -> None:
    first = started(somebody())
    with unit_of_work():
        previous = live(first.cookie_value)
        second = sessions.start(previous.user_id, NOW + HOUR, FIREFOX, LIFETIMES, previous=previous)
    assert current(first.cookie_value, NOW + HOUR) is None
    session = live(second.cookie_value, NOW + HOUR)
    assert session.id == first.id
    assert session.auth_time == NOW + HOUR


@pytest.mark.incident("CVE-2025-12390")
def test_a_new_sign_in_never_reuses_the_cookie_value_or_another_persons_id() -> None:
    alice, bob = somebody(), somebody("bob@example.org")
    first = started(alice)
    second = started(bob, previous=live(first.cookie_value))
    assert second.cookie_value != first.cookie_value
    assert second.id != first.id
    assert current(first.cookie_value) is None
    assert live(second.cookie_value).user_id == bob


def test_a_session_that_ended_meanwhile_is_not_revived_by_signing_in_again() -> None:
    alice = somebody()
    first = started(alice)
    session = live(first.cookie_value)
    with unit_of_work():
        sessions.end(session, NOW)
    second = started(alice, previous=session)
    assert second.id != first.id
    assert current(first.cookie_value) is None


def test_everywhere_else_means_all_but_here() -> None:
    alice = somebody()
    here, there = started(alice), started(alice)
    others = started(somebody("bob@example.org"))
    with unit_of_work():
        assert sessions.end_everywhere_else(alice, NOW, here.id) == 1
    assert current(here.cookie_value)
    assert current(there.cookie_value) is None
    assert current(others.cookie_value)


@pytest.mark.incident("CVE-2025-53942")
def test_a_suspended_person_has_no_session_any_more() -> None:
    alice = somebody()
    cookie = started(alice).cookie_value
    with unit_of_work():
        users.become(alice, users.SUSPENDED, NOW)
    assert current(cookie) is None


def test_a_long_user_agent_is_cut_not_refused(store: Flask) -> None:
    alice = somebody()
    with unit_of_work():
        begun = sessions.start(alice, NOW, Visit("x" * 5000, "192.0.2.1"), LIFETIMES)
    assert current(begun.cookie_value)


def test_the_cookie_value_is_not_in_the_repr() -> None:
    begun = started(somebody())
    assert begun.cookie_value not in repr(begun)
