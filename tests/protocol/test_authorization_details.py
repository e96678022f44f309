"""RFC 9396: what an app asks for in detail."""

import json
from typing import Any

import pytest

from idp.protocol.authorization_details import (
    LONGEST,
    Field,
    Kind,
    apis_of,
    each,
    facts,
    for_apis,
    narrowed,
    parse,
)
from idp.protocol.errors import InvalidAuthorizationDetails

BANK, NOTES = "https://bank.example", "https://notes.example"
KINDS = {
    "payment": Kind(
        "payment",
        BANK,
        "Make a payment",
        {
            "amount": Field("table", "Amount", required=True),
            "to": Field("text", "Paid to", required=True),
            "times": Field("number", "How often"),
            "urgent": Field("flag", "At once"),
            "notes": Field("texts", "Notes"),
        },
    ),
    "note": Kind("note", NOTES, "Read a note", {"id": Field("text", "Note")}),
}
ALL = tuple(KINDS)
PAYMENT: dict[str, Any] = {"type": "payment", "amount": {"value": "12.50", "currency": "EUR"}, "to": "Shop"}
NOTE: dict[str, Any] = {"type": "note", "id": "n1"}


def read(*details: object, allowed: tuple[str, ...] = ALL) -> str:
    return parse(json.dumps(details), KINDS, allowed)


@pytest.mark.section("RFC 9396 §2")
@pytest.mark.parametrize(
    "more",
    [{}, {"locations": [BANK]}, {"times": 2.5, "urgent": True, "notes": ["a", "b"]}, {"amount": {"value": 12}}],
)
def test_a_detail_as_its_type_has_it(more: dict[str, Any]) -> None:
    assert each(read({**PAYMENT, **more}, NOTE)) == [{**PAYMENT, **more}, NOTE]


def test_nothing_is_nothing() -> None:
    assert parse(None, KINDS, ALL) == ""
    assert each("") == []


@pytest.mark.section("RFC 9396 §5")
@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("{}", "array"),
        ("[", "well-formed"),
        ("[]", "1 to 10"),
        (json.dumps([NOTE] * 11), "1 to 10"),
        ('["payment"]', "type"),
        ('[{"type": 1}]', "type"),
        ('[{"type": "other"}]', "unknown"),
        (json.dumps([{**NOTE, "id": "x" * LONGEST}]), "longer"),
        (json.dumps([{**NOTE, "more": 1}]), "'more'"),
        (json.dumps([{"type": "payment", "to": "Shop"}]), "misses amount"),
        (json.dumps([{**PAYMENT, "locations": [NOTES]}]), "locations"),
    ],
)
def test_what_is_no_detail_of_a_known_type(text: str, word: str) -> None:
    with pytest.raises(InvalidAuthorizationDetails, match=word):
        parse(text, KINDS, ALL)


@pytest.mark.section("RFC 9396 §5")
@pytest.mark.parametrize(
    "change",
    [
        {"to": ""},
        {"to": "x" * 201},
        {"to": 7},
        {"to": "Shop\u202e"},
        {"to": "Sh\u200bop"},
        {"times": "2"},
        {"times": True},
        {"urgent": "yes"},
        {"notes": []},
        {"notes": "a"},
        {"notes": [1]},
        {"amount": {}},
        {"amount": "12"},
        {"amount": {"value": True}},
        {"amount": {"": "1"}},
    ],
)
def test_a_member_that_is_not_as_it_should_be(change: dict[str, Any]) -> None:
    with pytest.raises(InvalidAuthorizationDetails, match=f"{next(iter(change))} of payment"):
        read({**PAYMENT, **change})


@pytest.mark.section("RFC 9396 §5")
def test_a_type_is_for_the_apps_that_registered_it() -> None:
    with pytest.raises(InvalidAuthorizationDetails, match="not for this client"):
        read(PAYMENT, allowed=("note",))


@pytest.mark.section("RFC 9396 §6.1")
def test_a_token_has_a_part_of_what_was_granted_word_for_word() -> None:
    granted = read(PAYMENT, NOTE)
    assert narrowed(None, granted) == granted
    assert each(narrowed(json.dumps([NOTE]), granted)) == [NOTE]
    for more in ([{**NOTE, "id": "n2"}], [], [NOTE, {"type": "other"}]):
        with pytest.raises(InvalidAuthorizationDetails, match="more than was granted"):
            narrowed(json.dumps(more), granted)
    with pytest.raises(InvalidAuthorizationDetails, match="array"):
        narrowed("{}", granted)


@pytest.mark.section("RFC 9396 §6.1")
def test_what_was_granted_once_is_given_once_and_as_it_was() -> None:
    once = {**PAYMENT, "times": 1}
    granted = read(once, NOTE)
    assert each(narrowed(json.dumps([dict(reversed(once.items()))]), granted)) == [once]
    for more in ([once, once], [{**once, "times": True}], [{**once, "times": 1.0}]):
        with pytest.raises(InvalidAuthorizationDetails, match="more than was granted"):
            narrowed(json.dumps(more), granted)


@pytest.mark.section("RFC 9396 §9.1")
def test_each_api_sees_its_own_alone() -> None:
    granted = read(PAYMENT, NOTE, PAYMENT)
    assert apis_of(granted, KINDS) == (BANK, NOTES)
    assert each(for_apis(granted, (NOTES,), KINDS)) == [NOTE]
    assert for_apis(granted, ("https://other.example",), KINDS) == ""


def test_people_read_every_member_that_was_sent() -> None:
    assert facts(PAYMENT, KINDS["payment"]) == (("Amount", PAYMENT["amount"]), ("Paid to", "Shop"))
