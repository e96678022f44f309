"""Passkeys and challenges as rows: what happens once, what never goes, and what is cleared away."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from threading import Barrier, Event, Thread
from time import sleep

import pytest
from flask import Flask
from sqlalchemy import text

from idp.store import base, challenges, credentials, passkeys, users
from idp.store.base import unit_of_work
from idp.store.passkeys import Registered

NOW = 1_800_000_000


@pytest.fixture
def alice(store: Flask) -> str:
    with unit_of_work():
        return users.add("en", NOW)


def passkey(user_id: str, number: int = 1, **what: object) -> Registered:
    made = Registered(
        id=f"{number:022}",
        user_id=user_id,
        credential=f"credential{number}",
        public_key="key",
        sign_count=0,
        name="Phone",
        aaguid="",
        transports="internal",
        backup_eligible=True,
        backed_up=False,
        user_verified=True,
        created_at=NOW + number,
    )
    return replace(made, **what)  # type: ignore[arg-type]


def added(*some: Registered) -> list[bool]:
    with unit_of_work():
        return [passkeys.add(one, 3) for one in some]


def test_a_passkey_is_found_by_its_credential_and_in_its_persons_list(store: Flask, alice: str) -> None:
    assert added(passkey(alice, 2), passkey(alice, 1)) == [True, True]
    assert passkeys.by_credential("credential2") == passkey(alice, 2)
    assert passkeys.by_credential("credential3") is None
    with unit_of_work():
        assert passkeys.of_user(alice) == (passkey(alice, 1), passkey(alice, 2))
        assert passkeys.find(f"{1:022}", alice) == passkey(alice, 1)
        assert passkeys.find(f"{1:022}", "x" * 22) is None
        assert passkeys.find("no id\0", alice) is None


def test_a_credential_is_registered_once_and_nobody_has_more_than_the_most(store: Flask, alice: str) -> None:
    with unit_of_work():
        bob = users.add("en", NOW)
    assert added(passkey(alice, 1), passkey(bob, 2, credential="credential1")) == [True, False]
    assert added(*(passkey(alice, number) for number in (3, 4, 5))) == [True, True, False]


@pytest.mark.parametrize(
    ("before", "after", "is_fine"),
    [(0, 0, True), (0, 1, True), (1, 2, True), (2, 2, False), (2, 1, False), (2, 0, False)],
)
def test_a_counter_grows_or_is_none(store: Flask, alice: str, before: int, after: int, is_fine: bool) -> None:
    added(passkey(alice, 1, sign_count=before))
    with unit_of_work():
        assert passkeys.use(f"{1:022}", after, backed_up=True, now=NOW + 9) is is_fine
        found = passkeys.of_user(alice)[0]
    used = replace(passkey(alice), sign_count=after, backed_up=True, last_used_at=NOW + 9)
    assert found == (used if is_fine else passkey(alice, 1, sign_count=before))


def test_of_two_answers_with_one_count_one_counts(store: Flask, alice: str) -> None:
    added(passkey(alice, 1, sign_count=4))
    assert sorted(both(store, lambda: passkeys.use(f"{1:022}", 5, backed_up=False, now=NOW))) == [False, True]


def test_the_last_way_in_stays_whoever_removes_the_others_meanwhile(store: Flask, alice: str) -> None:
    added(passkey(alice, 1), passkey(alice, 2))
    ways = (partial(passkeys.remove, f"{number:022}", alice) for number in (1, 2))
    assert overlapping(store, alice, *ways) == [True, False]


def test_password_and_last_passkey_do_not_go_meanwhile(store: Flask, alice: str) -> None:
    added(passkey(alice, 1))
    with unit_of_work():
        credentials.set_password(alice, "hash", NOW)
    ways = partial(passkeys.remove, f"{1:022}", alice), partial(credentials.remove_password, alice)
    assert overlapping(store, alice, *ways) == [True, False]


def test_the_last_free_place_is_taken_once(store: Flask, alice: str) -> None:
    added(passkey(alice, 1), passkey(alice, 2))
    takes = (partial(passkeys.add, passkey(alice, number), 3) for number in (3, 4))
    assert overlapping(store, alice, *takes) == [True, False]


@pytest.mark.parametrize("verified", [True, False])
def test_a_password_goes_for_a_passkey_that_checks_its_user(store: Flask, alice: str, verified: bool) -> None:
    added(passkey(alice, 1, user_verified=verified))
    with unit_of_work():
        credentials.set_password(alice, "hash", NOW)
        assert credentials.remove_password(alice) is verified
        assert credentials.remove_password(alice) is False


@pytest.mark.parametrize(
    ("changed", "is_spent"),
    [
        ({}, True),
        ({"challenge": "other"}, False),
        ({"browser": "other"}, False),
        ({"purpose": "make"}, False),
        ({"user_id": None}, False),
        ({"user_id": "somebody else"}, False),
        ({"now": NOW + 60}, False),
    ],
)
def test_a_challenge_is_spent_as_it_was_asked(
    store: Flask, alice: str, changed: dict[str, object], is_spent: bool
) -> None:
    with unit_of_work():
        challenges.open("c", "browser", "again", alice, NOW + 60)
        challenges.open("of nobody yet", "browser", "sign_in", None, NOW + 60)
    asked = {"challenge": "c", "browser": "browser", "purpose": "again", "user_id": alice, "now": NOW + 59}
    assert challenges.spend(**{**asked, **changed}) is is_spent  # type: ignore[arg-type]
    assert challenges.spend(**asked) is not is_spent  # type: ignore[arg-type]
    assert challenges.spend("of nobody yet", "browser", "sign_in", alice, NOW) is False
    assert challenges.spend("of nobody yet", "browser", "sign_in", None, NOW) is True


def test_two_threads_spend_one_challenge_once(store: Flask) -> None:
    with unit_of_work():
        challenges.open("c", "browser", "sign_in", None, NOW + 60)
    assert sorted(both(store, lambda: challenges.spend("c", "browser", "sign_in", None, NOW))) == [False, True]


def test_challenges_nobody_answered_are_cleared_away(store: Flask) -> None:
    with unit_of_work():
        for number in range(3):
            challenges.open(f"c{number}", "browser", "sign_in", None, NOW + number)
    with unit_of_work():
        assert challenges.delete_expired(NOW + 1, 1) == 1
        assert challenges.delete_expired(NOW + 1, 9) == 1
        left = base.db.session.execute(text("SELECT challenge FROM challenges")).scalars().all()
    assert left == ["c2"]


def test_they_go_with_their_person(store: Flask, alice: str) -> None:
    added(passkey(alice))
    with unit_of_work():
        challenges.open("c", "browser", "again", alice, NOW + 60)
    with unit_of_work():
        users.remove(alice)
    assert passkeys.by_credential("credential1") is None
    assert not challenges.spend("c", "browser", "again", alice, NOW)


def both(store: Flask, act: Callable[[], bool]) -> Iterator[bool]:
    """Two threads that do the same at the same moment, each in a transaction of its own."""
    ready, found = Barrier(2), list[bool]()

    def run() -> None:
        with store.app_context(), unit_of_work():
            ready.wait(20)
            found.append(act())

    threads = [Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(found) == 2
    return iter(found)


def overlapping(store: Flask, user_id: str, *acts: Callable[[], bool]) -> list[bool]:
    """The second begins while the first is done but not committed; both hold the person."""
    begun, found = Event(), list[bool]()

    def run(act: Callable[[], bool]) -> None:
        with store.app_context(), unit_of_work():
            users.hold(user_id)
            found.append(act())
            begun.set()
            sleep(0.3)

    threads = [Thread(target=run, args=(act,)) for act in acts]
    threads[0].start()
    assert begun.wait(20)
    threads[1].start()
    for thread in threads:
        thread.join(30)
    return found
