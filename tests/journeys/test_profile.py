"""What people say about themselves, who gets it, and what stays as it is."""

import json

import pytest

from tests.conftest import Clock
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.signing_up import shown, signs_in
from tests.web_browser import Browser, Page

EVERYTHING = {
    "name": "Alice van Example",
    "given_name": "Alice",
    "middle_name": "M.",
    "family_name": "van Example",
    "nickname": "Al",
    "preferred_username": "al@wonder/land",
    "gender": "own",
    "own_gender": "agender",
    "birth_day": "4",
    "birth_month": "7",
    "birth_year": "1990",
    "website": "alice.example.org",
    "profile": "https://alice.example.org/me",
    "zoneinfo": "Europe/Paris",
    "phone_number": "+33 6 12 34 56 78",
    "street_address": "1 Rue\nBât. B",
    "postal_code": "69001",
    "locality": "Lyon",
    "region": "Rhône",
    "country": "France",
}
CLAIMS = {
    "name": "Alice van Example",
    "given_name": "Alice",
    "middle_name": "M.",
    "family_name": "van Example",
    "nickname": "Al",
    "preferred_username": "al@wonder/land",
    "gender": "agender",
    "birthdate": "1990-07-04",
    "website": "https://alice.example.org",
    "profile": "https://alice.example.org/me",
    "zoneinfo": "Europe/Paris",
    "phone_number": "+33612345678",
    "phone_number_verified": False,
    "address": {
        "street_address": "1 Rue\nBât. B",
        "postal_code": "69001",
        "locality": "Lyon",
        "region": "Rhône",
        "country": "France",
    },
}


def fills_in(person: Person, **typed: str) -> Page:
    page = shown(person.browser.open("/account/profile"))
    return shown(person.browser.submit(page, form=page.form("name"), **typed))


@pytest.mark.section("OpenID Connect Core §5.1")
@pytest.mark.section("OpenID Connect Core §5.4")
def test_what_a_person_fills_in_is_what_apps_are_told(shop: RelyingApp, alice: Person, clock: Clock) -> None:
    signs_in(alice)
    clock.moves(60)
    assert "Your profile is saved." in fills_in(alice, **EVERYTHING).text
    tokens = shop.asks("openid profile address phone email").seen_by(alice).allows().redeems()
    told = tokens.userinfo()
    standing = {"sub": alice.user_id, "locale": "en", "updated_at": clock.now()}
    assert told == {**CLAIMS, **standing, "email": alice.email, "email_verified": True}


def test_the_id_token_has_it_where_the_app_asks_there(shop: RelyingApp, alice: Person) -> None:
    signs_in(alice)
    fills_in(alice, **EVERYTHING)
    asked = json.dumps({"id_token": {"birthdate": None, "address": None, "phone_number_verified": None}})
    tokens = shop.asks("openid profile address phone", claims=asked).seen_by(alice).allows().redeems()
    names = ("birthdate", "address", "phone_number_verified")
    assert {name: tokens.claims[name] for name in names} == {name: CLAIMS[name] for name in names}


def test_the_form_shows_what_was_said_and_saving_it_again_changes_nothing(
    shop: RelyingApp, alice: Person, clock: Clock
) -> None:
    signs_in(alice)
    fills_in(alice, **EVERYTHING)
    before = shop.asks("openid profile").seen_by(alice).allows().redeems()
    known = before.userinfo()
    clock.moves(60)
    assert "Your profile is saved." in fills_in(alice).text
    assert before.userinfo() == known, "not even the time of the last change"


def test_what_is_emptied_is_told_to_nobody_any_more(shop: RelyingApp, alice: Person) -> None:
    signs_in(alice)
    fills_in(alice, **EVERYTHING)
    tokens = shop.asks("openid profile address phone").seen_by(alice).allows().redeems()
    fills_in(alice, **{**dict.fromkeys(EVERYTHING, ""), "nickname": "Al"})
    assert tokens.userinfo().keys() == {"sub", "nickname", "locale", "updated_at"}


def test_a_slip_is_named_and_nothing_typed_is_lost(alice: Person) -> None:
    signs_in(alice)
    typed = {**EVERYTHING, "phone_number": "0612345678", "birth_day": "31", "birth_month": "4", "website": "a@b"}
    page = fills_in(alice, **typed)
    assert page.status == 422
    for sentence in (
        "Begin with + and the number of your country",
        "There is no such day.",
        "Enter the address of a web page",
        "Check these 3 fields",
    ):
        assert sentence in page.text
    assert page.read.invalid == {"phone_number", "birth_day", "website"}
    fields = page.form("name").fields
    assert {name: fields[name].strip() for name in typed} == typed
    assert "Alice van Example" not in shown(alice.browser.open("/account")).heading, "nothing was saved"


@pytest.mark.parametrize("field", ["name", "preferred_username", "street_address", "country"])
@pytest.mark.parametrize("text", ["Al\u202eice", "Al\x07ice", "Al\x00ice", "x" * 500])
def test_what_cannot_be_seen_and_what_is_endless_is_refused(alice: Person, field: str, text: str) -> None:
    signs_in(alice)
    page = fills_in(alice, **{field: text})
    assert page.status == 422
    assert page.read.invalid == {field}


def test_nobody_makes_themselves_more_than_they_are(shop: RelyingApp, alice: Person) -> None:
    """Whatever the form is sent with: groups, proofs and identifiers are not a person's own to say."""
    alice.fills_in(groups=["staff"], phone_number="+33612345678", phone_number_verified=True)
    signs_in(alice)
    stolen = {"sub": "x", "groups": "admins", "roles": "root", "email": "root@example.org", "email_verified": "true"}
    fills_in(alice, name="Alice", **stolen, picture="https://evil.example/x.png", updated_at="0", locale="xx")
    told = shop.asks("openid profile email phone").seen_by(alice).allows().redeems().userinfo()
    assert (told["sub"], told["email"], told["locale"]) == (alice.user_id, alice.email, "en")
    assert told["phone_number_verified"] is True, "the number is the one that was verified"
    assert "picture" not in told
    fills_in(alice, phone_number="+33600000000", phone_number_verified="true")
    told = shop.asks("openid phone").seen_by(alice).redeems().userinfo()
    assert (told["phone_number"], told["phone_number_verified"]) == ("+33600000000", False)


def test_each_field_says_who_gets_it(shop: RelyingApp, alice: Person) -> None:
    signs_in(alice)
    assert "Shared with" not in shown(alice.browser.open("/account/profile")).text
    shop.asks("openid profile").seen_by(alice).allows().redeems()
    page = shown(alice.browser.open("/account/profile"))
    assert page.html.count("Photo Box") == 13, "every claim of that scope, and none of the others"
    assert "Shared with: Photo Box" in page.text
    shop.suspended()
    assert "Shared with" not in shown(alice.browser.open("/account/profile")).text


def test_the_language_of_the_account_is_that_of_its_pages_at_once(shop: RelyingApp, alice: Person) -> None:
    signs_in(alice)
    alice.browser.open("/account?ui_locales=en")
    page = fills_in(alice, locale="de")
    assert page.read.language == "de"
    phone = Browser(alice.server)
    assert signs_in(alice, phone).read.language == "de"
    assert shop.asks("openid profile").seen_by(alice).allows().redeems().userinfo()["locale"] == "de"


def test_a_language_that_is_not_offered_changes_nothing(alice: Person) -> None:
    signs_in(alice)
    assert fills_in(alice, locale="tlh").read.language == "en"


def test_the_form_of_another_site_changes_nothing(alice: Person) -> None:
    signs_in(alice)
    page = shown(alice.browser.open("/account/profile"))
    fields = {**page.form("name").fields, "name": "Mallory"}
    answer = shown(alice.browser.post("/account/profile", fields, Origin="https://evil.example"))
    assert answer.status == 400
    assert shown(alice.browser.open("/account/profile")).form("name").fields["name"] == "Alice Example"


def test_only_whoever_is_signed_in_sees_a_profile(alice: Person) -> None:
    assert shown(alice.browser.open("/account/profile")).heading == "Sign in"
