"""People, their addresses, passwords and agreements, on both databases."""

import json

import pytest
from flask import Flask
from sqlalchemy import update

from idp.store import agreements, audit, credentials, emails, users
from idp.store.base import db, unit_of_work

NOW = 1_800_000_000
pytestmark = pytest.mark.usefixtures("store")


def somebody(lookup: str = "alice@example.org") -> str:
    with unit_of_work():
        user_id = users.add("de", NOW)
        assert emails.prove(lookup, lookup.title(), user_id, NOW, "link")
        credentials.set_password(user_id, "hash", NOW)
    return user_id


def test_a_person_is_found_by_a_proved_address_and_by_their_id() -> None:
    alice = somebody()
    account = users.by_email("alice@example.org")
    assert account == users.by_id(alice)
    assert account is not None
    assert (account.user_id, account.email, account.locale) == (alice, "Alice@Example.Org", "de")
    assert account.password == "hash"
    assert account.is_active
    assert users.by_email("bob@example.org") is None
    assert users.by_id("nobody") is None


def test_an_address_belongs_to_one_account_for_good() -> None:
    alice = somebody()
    with unit_of_work():
        mallory = users.add("en", NOW)
        assert not emails.prove("alice@example.org", "alice@example.org", mallory, NOW, "link")
    account = users.by_email("alice@example.org")
    assert account is not None
    assert account.user_id == alice


def test_a_second_proved_address_finds_the_same_account_and_the_first_stays_the_primary_one() -> None:
    alice = somebody()
    with unit_of_work():
        assert emails.prove("al@example.org", "al@example.org", alice, NOW, "link")
    account = users.by_email("al@example.org")
    assert account is not None
    assert account.email == "Alice@Example.Org"


def test_a_new_password_takes_the_place_of_the_old_one() -> None:
    alice = somebody()
    with unit_of_work():
        credentials.set_password(alice, "new", NOW + 5)
    account = users.by_id(alice)
    assert account is not None
    assert (account.password, account.password_changed_at) == ("new", NOW + 5)


def test_a_rehash_loses_against_a_change_made_meanwhile() -> None:
    alice = somebody()
    with unit_of_work():
        assert not credentials.keep_password(alice, "older", "rehashed")
        assert credentials.keep_password(alice, "hash", "rehashed")
    account = users.by_id(alice)
    assert account is not None
    assert (account.password, account.password_changed_at) == ("rehashed", NOW)


def test_suspension_is_told_once() -> None:
    alice = somebody()
    with unit_of_work():
        assert users.become(alice, users.SUSPENDED, NOW)
        assert not users.become(alice, users.SUSPENDED, NOW)
    account = users.by_id(alice)
    assert account is not None
    assert not account.is_active


def test_a_removed_person_leaves_nothing_and_frees_the_address() -> None:
    alice = somebody()
    with unit_of_work():
        assert users.remove(alice)
        assert not users.remove(alice)
    assert users.by_email("alice@example.org") is None
    assert somebody() != alice


def test_the_latest_decision_about_a_document_counts_and_all_are_kept() -> None:
    alice = somebody()
    with unit_of_work():
        for accepted in (True, False):
            agreements.record(
                alice, agreements.MARKETING, "2026-11", NOW, accepted=accepted, locale="de", network="192.0.2.1"
            )
    latest = agreements.latest(alice, agreements.MARKETING)
    assert latest is not None
    assert (latest.version, latest.accepted) == ("2026-11", False)
    assert agreements.latest(alice, agreements.TERMS) is None


def test_events_are_listed_newest_first_and_cleared_by_age(store: Flask) -> None:
    alice = somebody()
    with unit_of_work():
        audit.record("account_created", NOW, user_id=alice, network="192.0.2.1", proved_by="link")
        audit.record("signed_in", NOW + 60, user_id=alice)
    assert audit.events_of(alice, 10) == ["signed_in", "account_created"]
    with unit_of_work():
        assert audit.delete_before(NOW + 1, 10) == 1
    assert audit.events_of(alice, 10) == ["signed_in"]


def profile_of(user_id: str) -> dict[str, object]:
    account = users.by_id(user_id)
    assert account is not None
    return dict(json.loads(account.profile))


def test_what_a_person_says_takes_the_place_of_that_claim_and_of_no_other() -> None:
    alice = somebody()
    with unit_of_work():
        said = {"name": 'Alice "A" \' é 😀', "address": {"locality": "Lyon", "country": "France"}}
        assert users.set_profile(alice, said, NOW + 5, "en")
    with unit_of_work():
        assert users.set_profile(alice, {"address": {"country": "Italy"}, "nickname": "Al", "website": None}, NOW + 9)
    account = users.by_id(alice)
    assert account is not None
    assert profile_of(alice) == {"name": 'Alice "A" \' é 😀', "nickname": "Al", "address": {"country": "Italy"}}
    assert account.locale == "en"
    with unit_of_work():
        assert not users.set_profile("nobody", {"name": "Nobody"}, NOW)


def test_what_the_operator_says_of_a_person_stays_but_for_the_proof_of_a_number_that_changes() -> None:
    alice = somebody()
    given = {"groups": ["staff"], "phone_number": "+33612345678", "phone_number_verified": True, "x": {"y": None}}
    with unit_of_work():
        db.session.execute(update(users.User).values(profile=json.dumps(given)))
    with unit_of_work():
        assert users.set_profile(alice, {"name": "Alice"}, NOW + 5)
    assert profile_of(alice) == {**given, "name": "Alice"}
    with unit_of_work():
        assert users.set_profile(alice, {"phone_number": "+33600000000"}, NOW + 9)
    changed = {"groups": ["staff"], "phone_number": "+33600000000", "x": {"y": None}, "name": "Alice"}
    assert profile_of(alice) == changed


@pytest.mark.parametrize("claim", ["sub", "groups", "roles", "email_verified", "phone_number_verified", "email", "acr"])
def test_nobody_says_of_themselves_what_others_have_to_prove(claim: str) -> None:
    alice = somebody()
    with pytest.raises(ValueError, match=claim):
        users.set_profile(alice, {"name": "Alice", claim: True}, NOW)
    assert profile_of(alice) == {}
