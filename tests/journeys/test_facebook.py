"""With Facebook, from the button to the app and back again, and each way in which Facebook can fail on the way."""

import logging
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from flask import Flask

from idp.settings import upstreams
from idp.settings.load import Settings
from idp.web.logs import DevelopmentLines, JsonLines
from tests.coming import joins, labels, links_of, types_code
from tests.emulators.facebook import APP_ID, CHARLIE, MIKA, ROBIN, SECRET, TONI, Emulator, facebook
from tests.emulators.facebook import Person as Member
from tests.mailbox import Mailbox
from tests.people import Person
from tests.relying_app import RelyingApp, Visit
from tests.secrets_in_logs import leaked
from tests.signing_up import shown
from tests.web_browser import Arrival, Page

CALLBACK = "http://127.0.0.1:8000/login/facebook/callback"
BUTTON = "Continue with Facebook (emulator)"
INSTEAD = "Use your email and password, or try again in a few minutes."


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with facebook(CALLBACK) as running:
        yield running


@pytest.fixture
def settings(settings: Settings, emulator: Emulator) -> Settings:
    there = {"dialog_url": emulator.url, "graph_url": emulator.url, "emulated": True, "timeout": 2}
    section = upstreams.Facebook(preset="facebook", client_id=APP_ID, client_secret=SECRET, **there)
    return settings.model_copy(update={"upstream": {"facebook": section}})


@pytest.fixture(autouse=True)
def nothing_leaks(caplog: pytest.LogCaptureFixture, emulator: Emulator) -> Iterator[None]:
    """No code, token or app secret stands in what we log at any level, whichever way it went."""
    caplog.set_level(logging.DEBUG)
    yield
    ours = [record for record in caplog.records if record.name.split(".")[0] == "idp"]
    said = "\n".join(form.format(record) for record in ours for form in (JsonLines(), DevelopmentLines()))
    assert leaked(emulator.secrets, said) == set()


def comes(
    person: Person,
    emulator: Emulator,
    at: Page | Arrival | None,
    who: Member = ROBIN,
    press: str = BUTTON,
    **how: object,
) -> Page:
    """The button, the dialogue, and back."""
    away = person.browser.submit(shown(at), press)
    assert isinstance(away, Arrival), away.text[:500]
    assert away.url.startswith(emulator.url)
    received = emulator.sends_back(away.url, who, **how)  # type: ignore[arg-type]
    return shown_or_there(person.browser.open(f"{CALLBACK}?{urlencode(received)}"))


def shown_or_there(at: Page | Arrival) -> Page:
    assert isinstance(at, Page), at
    return at


def stories(shop: RelyingApp, person: Person) -> Visit:
    return shop.asks("openid profile email").seen_by(person)


def test_somebody_new_agrees_proves_the_address_and_lands_in_the_app(
    emulator: Emulator, shop: RelyingApp, jane: Person, mailbox: Mailbox, app: Flask
) -> None:
    visit = stories(shop, jane)
    page = comes(jane, emulator, visit.at)
    assert page.heading == "Almost there"
    assert ROBIN.email in page.text
    jane.email = ROBIN.email
    page = shown(joins(jane.browser, page))
    assert page.heading == "Check your email"
    assert labels(page) == []
    visit.at = types_code(jane, page, mailbox)
    claims = visit.allows().redeems().claims
    told = {name: claims[name] for name in ("email", "email_verified", "amr")}
    assert told == {"email": ROBIN.email, "email_verified": True, "amr": ["fed"]}
    assert links_of(app, claims["sub"]) == [ROBIN.user_id]


def test_the_second_time_they_are_straight_in(
    emulator: Emulator, shop: RelyingApp, jane: Person, mailbox: Mailbox
) -> None:
    test = stories(shop, jane)
    jane.email = ROBIN.email
    test.at = types_code(jane, shown(joins(jane.browser, comes(jane, emulator, test.at))), mailbox)
    sub = test.allows().redeems().claims["sub"]
    elsewhere = jane.elsewhere()
    again = stories(shop, elsewhere)
    away = elsewhere.browser.submit(again.page, BUTTON)
    assert isinstance(away, Arrival)
    again.at = elsewhere.browser.open(f"{CALLBACK}?{urlencode(emulator.sends_back(away.url))}")
    assert isinstance(again.at, Arrival), "what was agreed to is not asked again"
    assert again.redeems().claims["sub"] == sub


@pytest.mark.parametrize(("who", "email"), [(TONI, True), (MIKA, False)], ids=["only a telephone", "unticked"])
def test_without_an_address_they_type_one(
    emulator: Emulator, shop: RelyingApp, jane: Person, mailbox: Mailbox, who: Member, email: bool
) -> None:
    visit = stories(shop, jane)
    page = comes(jane, emulator, visit.at, who, email=email)
    assert (page.heading, "didn’t give us an email address" in page.text) == ("Almost there", True)
    page = shown(joins(jane.browser, page, email=jane.email))
    visit.at = types_code(jane, page, mailbox)
    assert visit.allows().redeems().claims["email"] == jane.email


def test_facebook_asks_for_the_address_again_when_they_wish_it(
    emulator: Emulator, shop: RelyingApp, jane: Person
) -> None:
    page = comes(jane, emulator, stories(shop, jane).at, MIKA, email=False)
    page = comes(jane, emulator, page, MIKA, press="Ask Facebook (emulator) again")
    assert (page.heading, MIKA.email in page.text) == ("Almost there", True)


def test_an_address_with_an_account_is_not_linked_by_facebooks_word(
    emulator: Emulator, alice: Person, jane: Person, app: Flask
) -> None:
    """Whoever has registered somebody's address at Facebook gets nothing here."""
    emulator.state.told = {"email": alice.email}
    page = comes(jane, emulator, jane.browser.open("/signin"))
    assert page.heading == "You already have an account"
    assert links_of(app, alice.user_id) == []
    assert jane.browser.cookie("portico_session") is None


def test_who_says_no_is_told_that_nothing_changed(emulator: Emulator, shop: RelyingApp, jane: Person) -> None:
    page = comes(jane, emulator, stories(shop, jane).at, decision="cancel")
    assert page.heading == "Sign in"
    assert "Facebook (emulator) sign-in was cancelled. Nothing was changed." in page.text


def test_who_is_kept_at_a_checkpoint_never_comes_back(emulator: Emulator, jane: Person) -> None:
    away = jane.browser.submit(shown(jane.browser.open("/signin")), BUTTON)
    assert isinstance(away, Arrival)
    with pytest.raises(AssertionError, match="Facebook wants to make sure"):
        emulator.sends_back(away.url, CHARLIE)


UNUSABLE = "Facebook (emulator) sent an answer we can’t use."


@pytest.mark.parametrize(
    ("switches", "said"),
    [
        ({"dialog": "app fault"}, UNUSABLE),
        ({"dialog": "server error"}, "We couldn’t reach Facebook (emulator)."),
        ({"code": "expired"}, "That took a little too long. Please try again."),
        ({"debug_token": "foreign app"}, UNUSABLE),
        ({"debug_token": "another person"}, UNUSABLE),
        ({"fails at": "token", "fails with": "503"}, "We couldn’t reach Facebook (emulator)."),
        ({"fails at": "me", "fails with": "slow"}, "We couldn’t reach Facebook (emulator)."),
        ({"fails at": "me", "fails with": "17"}, "Facebook (emulator) is too busy right now."),
        ({"fails at": "me", "fails with": "190/459"}, "Facebook (emulator) sign-in was cancelled."),
        ({"fails at": "debug_token", "fails with": "190/460"}, "That took a little too long. Please try again."),
        ({"version": "past its sunset"}, UNUSABLE),
    ],
    ids=str,
)
def test_each_failure_is_told_where_it_began_and_the_password_still_works(
    emulator: Emulator,
    shop: RelyingApp,
    alice: Person,
    switches: dict[str, str],
    said: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    visit = stories(shop, alice)
    away = alice.browser.submit(visit.page, BUTTON)
    assert isinstance(away, Arrival)
    emulator.state.turn(switches)
    received = emulator.comes_back(away.url) if "dialog" in switches else emulator.sends_back(away.url)
    visit.at = alice.browser.open(f"{CALLBACK}?{urlencode(received)}")
    assert (visit.page.heading, said in visit.page.text) == ("Sign in", True), visit.page.text
    assert [record for record in caplog.records if "nobody came back from facebook" in record.getMessage()]
    assert visit.signs_in().allows().code


def test_facebooks_fragment_ends_here(emulator: Emulator, shop: RelyingApp, jane: Person) -> None:
    """A browser carries #_=_ across redirects that name no fragment; ours name an empty one."""
    comes(jane, emulator, stories(shop, jane).at)
    back = [sent for sent in jane.browser.trail if "/callback?" in sent.request.url][-1]
    assert back.headers["Location"].endswith("#")


def test_unlinking_here_ends_the_permission_there(
    emulator: Emulator, alice: Person, app: Flask, mailbox: Mailbox
) -> None:
    page = alice.browser.open("/account/links")
    page = shown(alice.browser.submit(shown(page), email=alice.email, password=alice.password))
    away = alice.browser.submit(page, "Link Facebook (emulator)")
    assert isinstance(away, Arrival)
    page = shown(alice.browser.open(f"{CALLBACK}?{urlencode(emulator.sends_back(away.url))}"))
    assert links_of(app, alice.user_id) == [ROBIN.user_id]
    assert ROBIN.user_id in emulator.state.granted
    alice.browser.submit(page, "Unlink Facebook (emulator)")
    assert links_of(app, alice.user_id) == []
    assert ROBIN.user_id not in emulator.state.granted
    assert mailbox.kinds(alice.email)[-1] == "identity_unlinked"
