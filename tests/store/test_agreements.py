"""The ledger: rows are only added, a choice is written once, and news go to those alone who want them now."""

from flask import Flask

from idp.store import agreements, emails, users
from idp.store.agreements import MARKETING, TERMS
from idp.store.base import unit_of_work

NOW = 1_800_000_000


def somebody(address: str, locale: str = "en") -> str:
    with unit_of_work():
        user_id = users.add(locale, NOW, '{"name": "Some Body"}')
        assert emails.prove(address, address, user_id, NOW, "link")
    return user_id


def chooses(user_id: str, *, wanted: bool, at: int) -> bool:
    with unit_of_work():
        return agreements.choose_marketing(user_id, "2026-11", at, wanted=wanted, locale="de", network="192.0.2.1")


def test_a_choice_is_kept_each_time_it_changes_and_never_twice(store: Flask) -> None:
    alice = somebody("alice@example.org")
    assert not chooses(alice, wanted=False, at=NOW), "nobody gets news who never asked for them"
    assert chooses(alice, wanted=True, at=NOW + 1)
    assert not chooses(alice, wanted=True, at=NOW + 2)
    assert chooses(alice, wanted=False, at=NOW + 3)
    assert chooses(alice, wanted=True, at=NOW + 4)
    kept = [(row.accepted, row.decided_at, row.version) for row in agreements.history(alice)]
    assert kept == [(True, NOW + 4, "2026-11"), (False, NOW + 3, "2026-11"), (True, NOW + 1, "2026-11")]
    assert not chooses("nobody-at-all", wanted=True, at=NOW)


def test_the_history_holds_everything_and_the_latest_is_of_one_document(store: Flask) -> None:
    alice = somebody("alice@example.org")
    with unit_of_work():
        for version, accepted in (("2026-10", True), ("2026-11", False), ("2026-11", True)):
            agreements.record(alice, TERMS, version, NOW, accepted=accepted, locale="en", network="x", digest="d" * 64)
    chooses(alice, wanted=True, at=NOW)
    latest = agreements.latest(alice, TERMS)
    assert latest is not None
    assert (latest.version, latest.accepted, latest.digest) == ("2026-11", True, "d" * 64)
    assert [row.document for row in agreements.history(alice)] == [MARKETING, TERMS, TERMS, TERMS]
    assert agreements.history("nobody") == ()


def test_news_go_to_those_who_want_them_now(store: Flask) -> None:
    names = ("wants", "wanted", "never", "suspended", "wants-again")
    people = {name: somebody(f"{name}@example.org", "fr") for name in names}
    for name in ("wants", "wanted", "suspended", "wants-again"):
        chooses(people[name], wanted=True, at=NOW)
    for name in ("wanted", "wants-again"):
        chooses(people[name], wanted=False, at=NOW + 1)
    chooses(people["wants-again"], wanted=True, at=NOW + 2)
    with unit_of_work():
        users.become(people["suspended"], users.SUSPENDED, NOW)
        found = list(agreements.subscribers())
    assert {row.address for row in found} == {"wants@example.org", "wants-again@example.org"}
    assert {(row.locale, row.profile) for row in found} == {("fr", '{"name": "Some Body"}')}
