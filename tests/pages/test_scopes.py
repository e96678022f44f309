"""What an app would get, in sentences and with the real values."""

import pytest
from flask import Flask

from idp.protocol.scope import Scope
from idp.store.consents import NEVER_ASKED, Agreed
from idp.web import scopes
from tests.pages.stand_ins import JANE

NINETY_DAYS = 90 * 86400
EVERYTHING = {
    "name": "Jane Doe",
    "nickname": "Jay",
    "picture": "x",
    "birthdate": "1990",
    "gender": "female",
    "website": "x",
    "zoneinfo": "Europe/Paris",
    "locale": "en",
}
ADDRESS = {"locality": "Lyon", "country": "France", "street_address": "1 Rue"}


def rows(app: Flask, scope: str, claims: dict[str, object], before: Agreed = NEVER_ASKED) -> dict[str, scopes.Row]:
    with app.test_request_context("/"):
        return {row.scope: row for row in scopes.rows(Scope.parse(scope), before, claims, NINETY_DAYS)}


def test_openid_is_mentioned_only_when_it_is_all_there_is(app: Flask) -> None:
    assert list(rows(app, "openid", JANE)) == ["openid"]
    assert list(rows(app, "openid email", JANE)) == ["email"]


def test_the_order_is_ours_and_no_scope_is_hidden(app: Flask) -> None:
    asked = rows(app, "offline_access orders.read email profile", JANE)
    assert list(asked) == ["profile", "email", "offline_access", "orders.read"]
    assert asked["orders.read"].sentence == "orders.read"
    assert not asked["orders.read"].is_explained
    assert asked["orders.read"].value == "The app has not said what this lets it do."


def test_an_apps_own_scope_is_worded_by_its_registration_and_ours_by_us(app: Flask) -> None:
    own = {"orders.read": "Read your orders", "email": "Nothing at all"}
    with app.test_request_context("/"):
        asked = scopes.rows(Scope.parse("email orders.read"), NEVER_ASKED, JANE, NINETY_DAYS, own)
    assert [(row.sentence, row.is_explained) for row in asked] == [
        ("See your email address", True),
        ("Read your orders", True),
    ]


@pytest.mark.parametrize(
    ("scope", "claims", "value"),
    [
        ("profile", {"name": "Jane Doe"}, "Jane Doe"),
        ("profile", {"given_name": "Jane", "family_name": "Doe"}, "Jane Doe"),
        ("profile", {}, "Not set – nothing is shared"),
        ("profile", {"locale": "en", "updated_at": 1}, "no name yet, language, time of your last change"),
        ("profile", EVERYTHING, "Jane Doe, other names, picture, birthday, gender, web pages, time zone, language"),
        ("profile", {"name": "Jane", "groups": ["a"], "email": "jane@example.org"}, "Jane"),
        ("email", {"email": "jane@example.org", "email_verified": True}, "jane@example.org"),
        ("email", {"email": "jane@example.org"}, "jane@example.org (not confirmed yet)"),
        ("phone", {"phone_number": "+33600000042"}, "••• 42"),
        ("address", {"address": ADDRESS}, "Lyon, France"),
        ("address", {"address": {"formatted": "1 Rue\nLyon"}}, "1 Rue, Lyon"),
        ("address", {"address": {"postal_code": "69001", "region": "Rhône"}}, "Rhône"),
        ("address", {"address": "not an object"}, "Not set – nothing is shared"),
        ("groups", {"groups": ["a", "b", "c", "d", "e"]}, "a, b, c and 2 more"),
        ("groups", {"groups": ["a"]}, "a"),
        ("offline_access", {}, "Until you disconnect it, or 90 days without use"),
    ],
)
def test_the_value_is_what_would_really_be_shared(
    app: Flask, scope: str, claims: dict[str, object], value: str
) -> None:
    assert rows(app, scope, claims)[scope].value == value


def test_what_is_asked_for_the_first_time_is_new_unless_everything_is(app: Flask) -> None:
    assert not rows(app, "openid email", JANE)["email"].is_new
    before = Agreed(Scope.parse("openid email"), Scope.parse("openid email phone"))
    asked = rows(app, "openid email phone profile", JANE, before)
    assert {name for name, row in asked.items() if row.is_new} == {"profile"}
    assert {name for name, row in asked.items() if row.is_allowed} == {"email"}


def test_other_pages_use_the_same_sentences(app: Flask) -> None:
    with app.test_request_context("/"):
        assert scopes.sentence_of("email") == "See your email address"
        assert scopes.sentence_of("orders.read") == ""
