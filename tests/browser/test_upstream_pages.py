"""The pages around other providers in a real browser: accessible, fitting, and no button that leads nowhere."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser.chromium import DESKTOP, PHONE, SMALLEST, Looks, Scheme, page_fits, page_is_accessible, photograph
from tests.coming import links_of
from tests.emulators import openid
from tests.emulators.openid import ROBIN, Somewhere, somewhere
from tests.emulators.other_provider import OtherProvider, furnished
from tests.mailbox import Mailbox
from tests.parts import needs
from tests.people import ALICE, JANE, Person
from tests.relying_app import RelyingApp

pytestmark = [pytest.mark.browser, needs("Chromium")]

LOOKS: list[tuple[int, Scheme, str]] = [
    (SMALLEST, "light", "en"),
    (SMALLEST, "dark", "de"),
    (PHONE, "light", "en"),
    (PHONE, "dark", "en"),
    (DESKTOP, "light", "de"),
    (DESKTOP, "dark", "en"),
]
MARKED = ("facebook", "google", "apple", "microsoft", "github")


@pytest.fixture
def there(app: Flask) -> Iterator[Somewhere]:
    """A provider that sends people back at once."""
    with somewhere(label="Somewhere") as running:
        yield openid.furnished(app, running)


@pytest.fixture(params=LOOKS, ids=lambda look: "-".join(map(str, look)))
def page(request: pytest.FixtureRequest, provider: Looks) -> Iterator[Page]:
    width, scheme, language = request.param
    with provider.window(width, scheme, language=language) as window:
        yield window


@pytest.fixture
def look(request: pytest.FixtureRequest, photographs: Path | None) -> "Look":
    return Look(photographs, request.node.callspec.id)


class Look:
    """What must hold of every page, whatever it says."""

    def __init__(self, photographs: Path | None, name: str) -> None:
        self.photographs, self.name = photographs, name

    def at(self, page: Page, name: str, path: str = "") -> None:
        page.wait_for_load_state()
        assert path in page.url, page.url
        photograph(page, self.photographs, f"upstream-{name}-{self.name}")
        page_fits(page)
        page_is_accessible(page)


def arrives(page: Page) -> None:
    """At the app, and nothing behind its address."""
    expect(page.get_by_role("heading", level=1)).to_have_text("Welcome")
    assert "code=" in page.url
    assert "#" not in page.url


def test_every_page_is_accessible_and_fits(
    page: Page, look: Look, app: Flask, there: Somewhere, photo_box: RelyingApp, mailbox: Mailbox
) -> None:
    for preset in MARKED:
        name = preset.capitalize()
        furnished(app, OtherProvider(preset, name, f"https://{preset}.example"), preset=preset)
    alice = Person.of(ALICE, app).with_account()
    page.goto("/signup")
    look.at(page, "sign-up")
    page.goto(photo_box.asks().url)
    look.at(page, "sign-in")
    there.provider.people["robin-1"] = {"name": "Robin Example"}
    page.locator("form[action='/login/somewhere'] button").click()
    look.at(page, "almost-without-address", "/signup/almost")
    page.locator("main form[method=post] button").last.click()
    look.at(page, "almost-errors", "/signup/almost")
    there.provider.people["robin-1"] = dict(ROBIN)
    page.goto(photo_box.asks().url)
    page.locator("form[action='/login/somewhere'] button").click()
    look.at(page, "almost", "/signup/almost")
    page.locator("#terms").check()
    page.locator("button.btn--primary").click()
    page.wait_for_url("**/verify/sent**")
    page.goto(photo_box.asks().url)
    look.at(page, "last-used")
    there.provider.people["robin-1"] = {**ROBIN, "email": alice.email}
    page.locator("form[action='/login/somewhere'] button").click()
    look.at(page, "connect", "/signin/connect")
    page.locator("a.btn--primary").click()
    look.at(page, "connect-sign-in", "/signin?")
    page.locator("#password").fill(alice.password)
    page.locator("button.btn--primary").click()
    page.wait_for_url("**/consent?**")
    page.goto("/account/links")
    look.at(page, "links")
    page.goto("/signin/again?said=another&by=somewhere")
    look.at(page, "again")
    page.context.clear_cookies()
    page.goto(mailbox.newest(str(ROBIN["email"])).link)
    look.at(page, "elsewhere", "/verify")


def test_who_opens_the_address_by_themselves_is_asked(page: Page, look: Look, app: Flask, there: Somewhere) -> None:
    """The browser says that no page of ours led there."""
    alice = Person.of(ALICE, app).with_account()
    there.provider.people["robin-1"] = {**ROBIN, "email": alice.email}
    page.goto("/signin")
    page.locator("form[action='/login/somewhere'] button").click()
    page.wait_for_url("**/signin/connect?**")
    page.goto("/signin")
    page.locator("#email").fill(alice.email)
    page.locator("#password").fill(alice.password)
    page.locator("button.btn--primary").click()
    page.wait_for_url("**/account")
    page.goto("/signin/connected")
    look.at(page, "connected", "/signin/connected")
    page.locator("button.btn--primary").click()
    page.wait_for_url("**/account")
    assert links_of(app, alice.user_id) == ["robin-1"]


def test_an_app_that_needs_no_consent_is_reached_straight_from_every_form(
    provider: Looks, app: Flask, there: Somewhere, photo_box: RelyingApp, mailbox: Mailbox
) -> None:
    """Chromium applies form-action to the redirects after a POST: ours, the provider's, ours again, the app."""
    photo_box.changed(first_party=True)
    alice = Person.of(ALICE, app).with_account()
    with provider.window() as page:
        page.goto(photo_box.asks().url)
        page.get_by_role("button", name="Continue with Somewhere").click()
        page.locator("#terms").check()
        page.get_by_role("button", name="Create account").click()
        page.locator("#code").fill(mailbox.newest().code)
        page.get_by_role("button", name="Confirm email").click()
        arrives(page)
        page.goto(photo_box.asks(prompt="login").url)
        page.get_by_role("button", name="Continue with Somewhere").click()
        arrives(page)
    with provider.window() as page:
        page.goto(photo_box.asks().url)
        page.get_by_role("button", name="Continue with Somewhere").click()
        arrives(page)
    there.provider.people["robin-1"] = {"name": "Al", "email": alice.email}
    there.provider.people["robin-2"] = dict(there.provider.people["robin-1"])
    there.provider.at = "robin-2"
    with provider.window() as page:
        page.goto(photo_box.asks().url)
        page.get_by_role("button", name="Continue with Somewhere").click()
        page.get_by_role("link", name="Sign in", exact=True).click()
        page.locator("#password").fill(alice.password)
        page.get_by_role("button", name="Sign in", exact=True).click()
        arrives(page)
        page.goto(photo_box.asks(idp_hint="somewhere", prompt="login").url)
        page.get_by_role("button", name="Continue with Somewhere").click()
        arrives(page)


def test_linking_and_unlinking_by_mouse(provider: Looks, app: Flask, there: Somewhere) -> None:
    jane = Person.of(JANE, app).with_account()
    with provider.window(PHONE) as page:
        page.goto("/account/links")
        page.locator("#email").fill(jane.email)
        page.locator("#password").fill(jane.password)
        page.get_by_role("button", name="Sign in", exact=True).click()
        page.get_by_role("button", name="Link Somewhere").click()
        expect(page.get_by_text("Somewhere is connected to your account.")).to_be_visible()
        page.get_by_role("button", name="Unlink Somewhere").click()
        expect(page.get_by_text("Somewhere is not connected any more.")).to_be_visible()


def test_remember_goes_along_with_the_button(provider: Looks, app: Flask, there: Somewhere, jane: Person) -> None:
    """By a script: without one, whoever comes by a provider is signed in until the browser closes."""
    with provider.window() as page:
        page.goto("/signin")
        page.locator("#remember").check()
        with page.expect_request("**/login/somewhere") as sent:
            page.get_by_role("button", name="Continue with Somewhere").click()
        assert "remember=1" in (sent.value.post_data or "")
        page.goto("/signin")
        with page.expect_request("**/login/somewhere") as sent:
            page.get_by_role("button", name="Continue with Somewhere").click()
        assert "remember=&" in f"{sent.value.post_data}&"


@pytest.mark.usefixtures("jane")
def test_the_address_of_ones_domain_is_enough(
    provider: Looks, app: Flask, there: Somewhere, photo_box: RelyingApp
) -> None:
    house = app.extensions["portico"]
    routed = next(iter(house.upstreams))
    furnished(app, routed.provider, preset="openid", domains=("corp.example.com",))
    with provider.window(PHONE) as page:
        page.goto(photo_box.asks().url)
        page.locator("#email").fill("robin@corp.example.com")
        page.locator("#email").press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Almost there")
        page_is_accessible(page)
