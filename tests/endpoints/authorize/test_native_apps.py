"""RFC 8252 §8.6: what a native app was allowed before goes to no program in silence."""

import pytest
from flask import Flask

from tests.people import Person
from tests.relying_app import RelyingApp
from tests.web_browser import Arrival

pytestmark = pytest.mark.section("RFC 8252 §8.6")


@pytest.fixture
def known(phone: RelyingApp, alice: Person) -> RelyingApp:
    """Alice is signed in and allowed it before."""
    phone.asks("openid email").seen_by(alice).signs_in().allows().redeems()
    return phone


@pytest.mark.parametrize("where", ["com.example.phone:/callback", "http://127.0.0.1:49152/callback"])
def test_a_program_that_asks_in_its_name_meets_the_person_first(known: RelyingApp, alice: Person, where: str) -> None:
    visit = known.asks("openid email", redirect_uri=where).seen_by(alice)
    assert "would like to use your account" in visit.page.heading
    assert visit.declines().error == "access_denied"


def test_without_a_page_it_gets_nothing(known: RelyingApp, alice: Person) -> None:
    assert known.asks("openid email", prompt="none").seen_by(alice).error == "consent_required"


def test_one_press_goes_on(known: RelyingApp, alice: Person) -> None:
    tokens = known.asks("openid email").seen_by(alice).allows().redeems()
    assert tokens.claims["email"] == alice.email


def test_whoever_typed_a_password_for_it_or_chose_an_account_is_not_asked_again(
    known: RelyingApp, alice: Person
) -> None:
    assert known.asks("openid email", prompt="login").seen_by(alice).signs_in().code
    assert known.asks("openid email", prompt="select_account").seen_by(alice).chooses(alice).code


def test_the_operators_own_app_is_no_exception(app: Flask, alice: Person) -> None:
    own = RelyingApp.registered(
        app,
        "own",
        application_type="native",
        token_endpoint_auth_method="none",
        redirect_uris=["com.example.own:/callback"],
        first_party=True,
    )
    own.asks().seen_by(alice).signs_in().redeems()
    assert own.asks(prompt="none").seen_by(alice).error == "consent_required"
    assert own.asks().seen_by(alice).allows().code


@pytest.mark.parametrize(
    "identity",
    [
        {"redirect_uris": ["https://phone.example/callback"], "token_endpoint_auth_method": "none"},
        {"redirect_uris": ["com.example.phone:/callback"]},
    ],
    ids=["an address of its own", "a secret"],
)
def test_an_app_that_shows_who_it_is_signs_in_silently(app: Flask, alice: Person, identity: dict[str, object]) -> None:
    proved = RelyingApp.registered(app, "proved", application_type="native", **identity)
    proved.asks("openid email").seen_by(alice).signs_in().allows()
    assert isinstance(proved.asks("openid email").seen_by(alice).at, Arrival)
