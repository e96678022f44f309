"""Signing in by another provider: the button, the way there and back, and who is in afterwards."""

from dataclasses import replace

import pytest
from flask import Flask

from idp.upstream.provider import Failure
from tests.clocks import Clock
from tests.coming import comes, labels, leaves, linked, subs_of, with_authenticator
from tests.emulators.other_provider import OtherProvider, furnished
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.signing_up import shown, signs_in
from tests.web_browser import Arrival, Browser, Page


@pytest.fixture
def other(app: Flask) -> OtherProvider:
    return furnished(app)


def policy(page: Page) -> str:
    """Where the page's forms may end."""
    return page.response.headers["Content-Security-Policy"].partition("form-action ")[2].partition(";")[0]


def test_no_provider_no_button(app: Flask, alice: Person) -> None:
    for path in ("/signin", "/signup"):
        page = shown(alice.browser.open(path))
        assert labels(page) == []
        assert "or" not in page.read.words
    furnished(app)
    for path in ("/signin", "/signup"):
        page = shown(alice.browser.open(path))
        assert labels(page) == ["Continue with Other"]
        assert policy(page) == "'self' https://other.example"


def test_somebody_linked_signs_in_and_the_app_is_told_how(
    other: OtherProvider, shop: RelyingApp, alice: Person
) -> None:
    linked(alice, other, other.knows("1"))
    visit = shop.asks("openid").seen_by(alice)
    assert policy(visit.page) == "'self' https://other.example https://photobox.example"
    visit.at = comes(alice.browser, other, other.knows("1"), visit.at)
    claims = visit.allows().redeems().claims
    assert (claims["sub"], claims["amr"], claims["acr"]) == (alice.user_id, ["fed"], "urn:portico:acr:1")


def test_what_configuration_lets_the_provider_say_reaches_the_app(
    other: OtherProvider, shop: RelyingApp, alice: Person
) -> None:
    linked(alice, other, other.knows("1"))
    visit = shop.asks("openid").seen_by(alice)
    surely = other.knows("1", amr="fed otp mfa", acr="urn:portico:acr:2")
    visit.at = comes(alice.browser, other, surely, visit.at)
    claims = visit.allows().redeems().claims
    assert (claims["amr"], claims["acr"]) == (["fed", "otp", "mfa"], "urn:portico:acr:2")


def test_what_a_provider_says_of_its_own_accord_is_one_factor(
    other: OtherProvider, shop: RelyingApp, alice: Person
) -> None:
    linked(alice, other, other.knows("1"))
    visit = shop.asks("openid").seen_by(alice)
    visit.at = comes(alice.browser, other, other.knows("1", acr="https://other.example/very-sure"), visit.at)
    assert visit.allows().redeems().claims["acr"] == "urn:portico:acr:1"


@pytest.mark.section("OpenID Connect Core §2")
def test_whoever_proved_themselves_there_long_ago_did_so_here(
    other: OtherProvider, shop: RelyingApp, alice: Person, clock: Clock
) -> None:
    """A provider signs in silently who is signed in there: that opens no page that needs a recent proof."""
    linked(alice, other, other.knows("1"))
    comes(alice.browser, other, replace(other.knows("1"), auth_time=clock.now() - 3600))
    assert shown(alice.browser.open("/account/authenticator/new")).url.startswith(f"{shop.issuer}/signin/again")
    assert "aria-current" in shown(alice.browser.open("/account")).html, "and is signed in all the same"
    claims = shop.asks().seen_by(alice).allows().redeems().claims
    assert claims["auth_time"] == clock.now() - 3600


@pytest.mark.section("OpenID Connect Core §3.1.2.1")
def test_max_age_is_asked_of_the_provider_and_looked_at(
    other: OtherProvider, shop: RelyingApp, alice: Person, clock: Clock
) -> None:
    linked(alice, other, other.knows("1"))
    visit = shop.asks(max_age="600").seen_by(alice)
    visit.at = comes(alice.browser, other, replace(other.knows("1"), auth_time=clock.now() - 3600), visit.at)
    assert other.wishes[-1].max_age == 600
    assert visit.page.url.startswith(f"{shop.issuer}/signin/again")
    visit.at = comes(alice.browser, other, replace(other.knows("1"), auth_time=clock.now()), visit.at)
    assert other.wishes[-1].again
    assert visit.allows().redeems().claims["auth_time"] == clock.now()


def test_the_way_back_ends_with_an_empty_fragment(other: OtherProvider, alice: Person, jane: Person) -> None:
    """ux §3.9: a browser carries a provider's fragment (Facebook's #_=_) across redirects into the app's address."""
    linked(alice, other, other.knows("1"))
    for person, identity in ((alice, other.knows("1")), (jane, other.knows("2")), (jane, None)):
        comes(person.browser, other, identity)
        back = [sent for sent in person.browser.trail if "/callback?" in sent.request.url][-1]
        assert back.status_code == 303
        assert back.headers["Location"].endswith("#")


@pytest.mark.parametrize(
    ("failure", "said"),
    [
        (Failure.DENIED, "Other sign-in was cancelled. Nothing was changed."),
        (Failure.DOWN, "We couldn’t reach Other. Use your email and password, or try again in a few minutes."),
        (Failure.THROTTLED, "Other is too busy right now. Use your email and password"),
        (Failure.EXPIRED, "That took a little too long. Please try again."),
        (Failure.WRONG_APP, "Other sent an answer we can’t use. Use your email and password"),
        (Failure.BROKEN, "Other sent an answer we can’t use. Use your email and password"),
        (Failure.NOT_ANEW, "Other can’t confirm that it’s still you. Use another way, or choose a password by email."),
    ],
)
def test_each_failure_is_told_where_the_sign_in_began_and_the_app_still_waits(
    other: OtherProvider, shop: RelyingApp, alice: Person, failure: Failure, said: str
) -> None:
    visit = shop.asks("openid").seen_by(alice)
    departed = leaves(alice.browser, other, visit.at)
    other.fails = failure
    visit.at = other.sends_back(alice.browser, departed, other.knows("1"))
    assert (visit.page.status, visit.page.heading) == (200, "Sign in")
    assert said in visit.page.text
    assert "Photo Box" in visit.page.text
    assert visit.signs_in().allows().code


def test_a_provider_that_is_down_is_told_before_anybody_leaves(other: OtherProvider, alice: Person) -> None:
    other.fails = Failure.DOWN
    page = shown(alice.browser.open("/signin"))
    page = shown(alice.browser.submit(page, "Continue with Other"))
    assert "We couldn’t reach Other." in page.text


def test_a_provider_that_asks_nobody_again_is_not_said_to_be_cancelled(other: OtherProvider, alice: Person) -> None:
    """Google, GitHub: who has no other way reads which one is left."""
    linked(alice, other, other.knows("1"))
    signs_in(alice)
    other.fails = Failure.NOT_ANEW
    page = shown(alice.browser.submit(shown(alice.browser.open("/signin/again")), "Continue with Other"))
    assert "Other can’t confirm that it’s still you. Use another way, or choose a password by email." in page.text
    assert "cancelled" not in page.text
    assert "Forgot password?" in page.text


def test_pressing_cancel_changes_nothing(other: OtherProvider, alice: Person) -> None:
    page = shown(comes(alice.browser, other, None))
    assert "Other sign-in was cancelled. Nothing was changed." in page.text
    assert page.read.title.startswith("Sign in"), "no error was made"


def test_only_what_we_say_can_be_said(other: OtherProvider, alice: Person) -> None:
    for query in ("said=denied&by=stranger", "said=%3Cb%3E&by=other", "by=other", "said=denied"):
        page = shown(alice.browser.open(f"/signin?{query}"))
        assert "cancelled" not in page.text
        assert "<b>" not in page.html


def test_it_takes_ten_minutes_at_most(other: OtherProvider, alice: Person, clock: Clock) -> None:
    linked(alice, other, other.knows("1"))
    departed = leaves(alice.browser, other)
    clock.moves(601)
    assert "took a little too long" in shown(other.sends_back(alice.browser, departed, other.knows("1"))).text
    departed = leaves(alice.browser, other)
    clock.moves(599)
    assert shown(other.sends_back(alice.browser, departed, other.knows("1"))).url.endswith("/account")


def test_the_way_used_last_comes_first_and_says_so(app: Flask, other: OtherProvider, alice: Person) -> None:
    """Beside the people whom this browser remembers, and whoever signs in: a password afterwards takes it back."""
    third = furnished(app, OtherProvider("third", "Third", "https://third.example"))
    linked(alice, third, third.knows("1"))
    assert labels(shown(alice.browser.open("/signin"))) == ["Continue with Other", "Continue with Third"]
    comes(alice.browser, third, third.knows("1"))
    alice.signs_out()
    assert labels(shown(alice.browser.open("/signin"))) == ["Continue with Third Last used", "Continue with Other"]
    signs_in(alice)
    alice.signs_out()
    assert labels(shown(alice.browser.open("/signin"))) == ["Continue with Other", "Continue with Third"]


def test_remember_for_30_days_goes_along(other: OtherProvider, alice: Person, clock: Clock) -> None:
    linked(alice, other, other.knows("1"))
    other.sends_back(alice.browser, leaves(alice.browser, other, remember="1"), other.knows("1"))
    alice.browser.closes()
    clock.moves(29 * 86400)
    assert shown(alice.browser.open("/account")).url.endswith("/account")
    alice.signs_out()
    comes(alice.browser, other, other.knows("1"))
    alice.browser.closes()
    assert shown(alice.browser.open("/account")).heading == "Sign in"


def test_the_page_that_was_asked_for_follows(other: OtherProvider, alice: Person) -> None:
    linked(alice, other, other.knows("1"))
    page = shown(alice.browser.open("/account/links"))
    assert page.heading == "Sign in"
    assert shown(comes(alice.browser, other, other.knows("1"), page)).heading == "Linked accounts"


def test_a_second_factor_is_asked_for_whichever_way_somebody_comes(
    app: Flask, other: OtherProvider, alice: Person
) -> None:
    linked(alice, other, other.knows("1"))
    with_authenticator(alice)
    assert shown(comes(alice.browser, other, other.knows("1"))).heading == "Enter your code"
    assert shown(alice.browser.open("/account")).heading == "Sign in"


def test_somebody_else_who_comes_takes_the_browser_over(
    app: Flask, other: OtherProvider, alice: Person, bob: Person
) -> None:
    """One person per browser at a time (docs/decisions/0007)."""
    linked(bob, other, other.knows("b"))
    signs_in(alice)
    comes(alice.browser, other, other.knows("b"), alice.browser.open("/signup"))
    assert subs_of(app, alice.browser) == [bob.user_id]


def test_an_app_that_asks_for_a_fresh_sign_in_gets_one(other: OtherProvider, shop: RelyingApp, alice: Person) -> None:
    """Core §3.1.2.1 prompt=login: the provider is asked to prove the person anew, and whose hint it was."""
    linked(alice, other, other.knows("1"))
    visit = shop.asks("openid", prompt="login", login_hint=alice.email).seen_by(alice)
    visit.at = comes(alice.browser, other, other.knows("1"), visit.at)
    assert visit.allows().code
    assert (other.wishes[-1].again, other.wishes[-1].login_hint) == (True, alice.email)
    assert other.wishes[-1].rerequest_email is False


def test_whoever_has_no_password_proves_themselves_again_by_the_provider(
    app: Flask, other: OtherProvider, shop: RelyingApp, alice: Person
) -> None:
    link = other.knows("1")
    linked(alice, other, link)
    furnished(app, OtherProvider("third", "Third", "https://third.example"))
    comes(alice.browser, other, link)
    visit = shop.asks("openid", prompt="login").seen_by(alice)
    assert visit.page.heading == "Confirm it’s you"
    assert labels(visit.page)[0].startswith("Continue with Other")
    assert len(labels(visit.page)) == 1, "Third is nothing of theirs"
    visit.at = comes(alice.browser, other, other.knows("2"), visit.at)
    assert visit.page.heading == "Confirm it’s you"
    assert "That is not the Other account you sign in with here." in visit.page.text
    visit.at = comes(alice.browser, other, link, visit.at)
    assert other.wishes[-1].again
    assert visit.allows().redeems().claims["sub"] == alice.user_id


def test_a_remembered_sign_in_stays_one_when_it_is_proved_again(
    other: OtherProvider, alice: Person, clock: Clock
) -> None:
    linked(alice, other, other.knows("1"))
    other.sends_back(alice.browser, leaves(alice.browser, other, remember="1"), other.knows("1"))
    clock.moves(901)
    page = shown(alice.browser.open("/signin/again?then=links.links"))
    assert shown(comes(alice.browser, other, other.knows("1"), page)).heading == "Linked accounts"
    alice.browser.closes()
    assert shown(alice.browser.open("/account/links")).heading == "Linked accounts"


def test_nobody_proves_by_their_own_identity_that_they_are_the_one_who_is_signed_in(
    app: Flask, other: OtherProvider, alice: Person, bob: Person, clock: Clock
) -> None:
    linked(alice, other, other.knows("a"))
    linked(bob, other, other.knows("b"))
    comes(alice.browser, other, other.knows("a"))
    before = alice.browser.cookie("portico_session")
    again = shown(alice.browser.open("/signin/again?then=links.links"))
    page = shown(comes(alice.browser, other, other.knows("b"), again))
    assert page.heading == "Confirm it’s you"
    assert alice.browser.cookie("portico_session") == before
    assert subs_of(app, alice.browser) == [alice.user_id]
    assert shown(comes(alice.browser, other, other.knows("a"), page)).heading == "Linked accounts"


def test_an_answer_by_post_of_the_providers_page_is_kept_until_the_cookies_are_there(
    app: Flask, other: OtherProvider, alice: Person
) -> None:
    """OAuth 2.0 Form Post Response Mode (Apple): such a POST comes without SameSite cookies, and sets none."""
    linked(alice, other, other.knows("1"))
    departed = leaves(alice.browser, other)
    answer = other.answers(departed, other.knows("1"))
    post = Browser(app).client.post(other.callback(departed), data=answer, headers={"Origin": other.origin})
    assert post.status_code == 303
    assert "Set-Cookie" not in post.headers
    assert answer["code"] not in post.headers["Location"], "no code in an address"
    stranger = Browser(app)
    assert "took a little too long" in shown(stranger.open(post.headers["Location"].rstrip("#"))).text
    assert shown(alice.browser.open(post.headers["Location"].rstrip("#"))).url.endswith("/account")
    assert isinstance(leaves(Browser(app), other), Arrival)
