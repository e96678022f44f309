"""The way to another provider and back, as rows: each step taken once, in one browser, in time, on both databases."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from typing import TypeVar

import pytest
from flask import Flask

from idp.store import identities, upstream_logins, users
from idp.store.base import db, new_id, unit_of_work
from idp.store.identities import Link
from idp.store.upstream_logins import SIGN_IN, Login

NOW, LATER = 1_800_000_000, 1_800_000_600
HERE, ELSEWHERE = "h" * 64, "e" * 64
Result = TypeVar("Result")
pytestmark = pytest.mark.usefixtures("store")


def away(**changes: object) -> Login:
    """Somebody left by a button a moment ago."""
    login = Login(new_id(), HERE, "facebook", SIGN_IN, remembered=True, created_at=NOW, expires_at=LATER, secrets="s")
    login = replace(login, **changes)  # type: ignore[arg-type]
    with unit_of_work():
        upstream_logins.open(login, f"state of {login.id}")
    return login


def at_once(store: Flask, act: Callable[[], Result], times: int = 8) -> list[Result]:
    """Threads, each with a connection of its own."""

    def run(_n: int) -> Result:
        with store.app_context(), unit_of_work():
            return act()

    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(run, range(times)))


def test_it_is_taken_by_one_of_eight(store: Flask) -> None:
    login = away()
    taken = at_once(store, partial(upstream_logins.take, f"state of {login.id}", HERE, NOW))
    assert [found for found in taken if found] == [login]


@pytest.mark.parametrize(
    ("browser", "at", "state"), [(ELSEWHERE, NOW, ""), (HERE, LATER, ""), (HERE, NOW, "another"), ("", NOW, "")]
)
def test_it_is_not_taken_elsewhere_too_late_or_by_another_state(browser: str, at: int, state: str) -> None:
    login = away()
    assert upstream_logins.take(state or f"state of {login.id}", browser, at) is None
    assert upstream_logins.take(f"state of {login.id}", HERE, LATER - 1) == login


def test_the_first_answer_by_post_counts_and_none_after_it_was_taken() -> None:
    login = away()
    assert upstream_logins.receive(f"state of {login.id}", "first", NOW)
    assert not upstream_logins.receive(f"state of {login.id}", "second", NOW)
    taken = upstream_logins.take(f"state of {login.id}", HERE, NOW)
    assert taken == replace(login, received="first")
    other = away()
    assert upstream_logins.take(f"state of {other.id}", HERE, NOW)
    assert not upstream_logins.receive(f"state of {other.id}", "late", NOW)


def test_who_waits_is_found_here_and_used_once(store: Flask) -> None:
    login = away()
    with unit_of_work():
        assert upstream_logins.find(login.id, HERE, NOW) is None
        assert upstream_logins.identified(login.id, "sealed", NOW, LATER)
        assert not upstream_logins.identified(login.id, "another", NOW, LATER)
    found = upstream_logins.find(login.id, HERE, NOW)
    assert found == replace(login, identity="sealed", identified_at=NOW)
    assert upstream_logins.find(login.id, ELSEWHERE, NOW) is None
    assert upstream_logins.find(login.id, HERE, LATER) is None
    assert upstream_logins.find("\0", HERE, NOW) is None
    db.session.remove()
    used = at_once(store, partial(upstream_logins.use, login.id, HERE, NOW))
    assert [one for one in used if one] == [found]
    assert upstream_logins.find(login.id, HERE, NOW) is None


def test_the_latest_of_a_browser_waits_for_its_account() -> None:
    first, second, new = away(), away(), away()
    with unit_of_work():
        alice = users.add("en", NOW)
        upstream_logins.identified(first.id, "sealed", NOW, LATER, alice)
        upstream_logins.identified(new.id, "sealed", NOW + 9, LATER)
        upstream_logins.identified(second.id, "sealed", NOW + 1, LATER)
        assert upstream_logins.awaits(second.id, HERE, alice, NOW)
        assert not upstream_logins.awaits(new.id, ELSEWHERE, alice, NOW)
    found = upstream_logins.connecting(HERE, NOW)
    assert found is not None
    assert (found.id, found.user_id) == (second.id, alice)
    assert upstream_logins.connecting(ELSEWHERE, NOW) is None


def test_what_is_too_old_is_cleared_away() -> None:
    old, fresh = away(expires_at=NOW - 1), away()
    with unit_of_work():
        assert upstream_logins.delete_expired(NOW, 10) == 1
    assert upstream_logins.take(f"state of {fresh.id}", HERE, NOW) == fresh
    assert upstream_logins.take(f"state of {old.id}", HERE, NOW - 2) is None


def linked(user_id: str, subject: str = "1") -> Link:
    return Link(new_id(), user_id, "facebook", "https://www.facebook.com", "app", subject, "Alice", NOW, NOW)


def test_an_identity_is_linked_to_one_account_of_eight(store: Flask) -> None:
    with unit_of_work():
        people = [users.add("en", NOW) for _ in range(8)]
    db.session.remove()
    remaining = iter(people)
    made = at_once(store, lambda: identities.add(linked(next(remaining))))
    assert sum(made) == 1
    assert len([user_id for user_id in people if identities.of_user(user_id)]) == 1


def test_a_link_is_found_used_and_removed_by_its_own_account() -> None:
    with unit_of_work():
        alice, bob = users.add("en", NOW), users.add("en", NOW)
        link = linked(alice)
        assert identities.add(link)
        assert identities.written(link.provider, link.app_id, link.subject) == link
        assert identities.used(link, "Al", NOW + 5)
    used = replace(link, label="Al", last_used_at=NOW + 5)
    assert identities.by_key(link.provider, link.app_id, link.subject) == used
    assert identities.of_user(alice) == (used,)
    for another in (("x", "app", "1"), (link.provider, "x", "1"), (link.provider, "app", "x")):
        assert identities.by_key(*another) is None
    with unit_of_work():
        assert identities.remove(link.id, bob) is None
        assert identities.remove("\0", alice) is None
        assert identities.remove(link.id, alice) == used
        assert identities.remove(link.id, alice) is None
        assert not identities.used(link, "Al", NOW)
        assert identities.add(link)
        assert identities.remove_by_key(link.provider, link.app_id, link.subject) == link
        assert identities.remove_by_key(link.provider, link.app_id, link.subject) is None


def test_a_person_who_goes_takes_their_links_along() -> None:
    with unit_of_work():
        alice = users.add("en", NOW)
        assert identities.add(linked(alice))
        users.remove(alice)
    assert identities.by_key("https://www.facebook.com", "app", "1") is None
