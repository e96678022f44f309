"""Several people at one browser, and showing that it is still you."""

import pytest

from tests.conftest import Clock
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.signing_up import shown, signs_in


@pytest.fixture
def shared(alice: Person, bob: Person) -> Person:
    """Alice's browser remembers both; Alice signed in last."""
    bob.browser = alice.browser
    signs_in(bob, remember="1")
    bob.signs_out()
    signs_in(alice, remember="1")
    return alice


def test_the_chooser_lists_whom_this_browser_remembers(shop: RelyingApp, shared: Person, bob: Person) -> None:
    page = shop.asks("openid", prompt="select_account").seen_by(shared).page
    assert page.heading == "Choose an account"
    assert "Photo Box" in page.text
    assert page.text.index("Signed in") > page.text.index(shared.email)
    assert page.text.index("Signed out") > page.text.index(bob.email)


def test_whoever_is_signed_in_goes_on_with_one_press(shop: RelyingApp, shared: Person) -> None:
    visit = shop.asks("openid", prompt="select_account").seen_by(shared).chooses(shared)
    assert visit.allows().redeems().claims["sub"] == shared.user_id


def test_whoever_is_only_remembered_types_their_password(shop: RelyingApp, shared: Person, bob: Person) -> None:
    visit = shop.asks("openid", prompt="select_account").seen_by(shared).chooses(bob)
    assert visit.page.heading == "Sign in"
    assert visit.page.form("password").fields["email"] == bob.email
    visit.person = bob
    assert visit.signs_in().allows().redeems().claims["sub"] == bob.user_id


def test_somebody_else_signs_in_instead(shop: RelyingApp, shared: Person, jane_has_account: Person) -> None:
    visit = shop.asks("openid", prompt="select_account").seen_by(shared).uses_another_account()
    visit.person = jane_has_account
    assert visit.signs_in().allows().redeems().claims["sub"] == jane_has_account.user_id


@pytest.fixture
def jane_has_account(jane: Person) -> Person:
    return jane.with_account()


def test_a_row_is_removed_and_that_person_is_remembered_no_more(shop: RelyingApp, shared: Person, bob: Person) -> None:
    page = shop.asks("openid", prompt="select_account").seen_by(shared).page
    page = shown(shared.browser.submit(page, form=page.form("remove")))
    assert page.heading == "Choose an account"
    assert bob.email not in page.text
    assert shared.email in page.text


def test_a_person_who_did_not_tick_remember_leaves_no_trace(shop: RelyingApp, alice: Person, bob: Person) -> None:
    signs_in(alice)
    alice.signs_out()
    bob.browser = alice.browser
    signs_in(bob)
    page = shop.asks("openid", prompt="select_account").seen_by(bob).page
    assert bob.email in page.text
    assert alice.email not in page.text


def test_nobody_is_chosen_by_an_id_this_browser_does_not_know(shop: RelyingApp, alice: Person, bob: Person) -> None:
    signs_in(alice)
    visit = shop.asks("openid", prompt="select_account").seen_by(alice)
    form = visit.page.form("account")
    page = shown(alice.browser.submit(visit.page, form=form, account=str(bob.user_id)))
    assert page.heading == "Choose an account"
    assert bob.email not in page.text


def test_confirming_that_it_is_you_moves_auth_time(shop: RelyingApp, alice: Person, clock: Clock) -> None:
    first = shop.asks("openid").seen_by(alice).signs_in().allows().redeems()
    clock.moves(600)
    visit = shop.asks("openid", prompt="login").seen_by(alice)
    assert visit.page.heading == "Confirm it’s you"
    assert alice.email in visit.page.text
    again = visit.signs_in().redeems()
    assert again.claims["auth_time"] == first.claims["auth_time"] + 600
    assert again.claims["sid"] == first.claims["sid"]


def test_a_wrong_password_confirms_nothing_and_asking_again_does_not_skip_it(shop: RelyingApp, alice: Person) -> None:
    """A failed re-authentication grants nothing (a failed prompt=login used to be skipped by asking again)."""
    signs_in(alice)
    visit = shop.asks("openid", prompt="login").seen_by(alice).signs_in("Wrong-password-1")
    assert visit.page.status == 422
    assert "That password isn’t right." in visit.page.text
    resumed = shown(alice.browser.open(f"/authorize/{visit.page.form('password').fields['for']}"))
    assert resumed.heading == "Confirm it’s you"
    visit.at = resumed
    assert visit.signs_in().allows().redeems().claims["sub"] == alice.user_id


@pytest.mark.incident("CVE-2026-49448")
def test_an_empty_form_confirms_nothing(shop: RelyingApp, alice: Person) -> None:
    signs_in(alice)
    visit = shop.asks("openid", prompt="login").seen_by(alice)
    page = shown(alice.browser.submit(visit.page, form=visit.page.form("password")))
    assert (page.status, page.heading) == (422, "Confirm it’s you")
    assert "Enter your password." in page.text


def test_a_remembered_session_stays_remembered_when_confirmed(shop: RelyingApp, alice: Person, clock: Clock) -> None:
    signs_in(alice, remember="1")
    clock.moves(86400)
    shop.asks("openid", prompt="login").seen_by(alice).signs_in()
    alice.browser.closes()
    assert shown(alice.browser.open("/account")).heading == "Hello, Alice Example"


def test_whom_the_app_names_stands_first_with_the_focus(shop: RelyingApp, shared: Person, bob: Person) -> None:
    page = shop.asks("openid", prompt="select_account", login_hint=bob.email.upper()).seen_by(shared).page
    assert page.text.index(bob.email) < page.text.index(shared.email)
    assert page.html.index(f'value="{bob.user_id}"') < page.html.index("autofocus") < page.html.index(bob.email)
    assert page.html.count("autofocus") == 1
