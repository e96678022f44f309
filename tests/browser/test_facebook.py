"""With Facebook in a real browser: the dialogue, the pages around it, the emulator's own page, and nothing in the app's
address that Facebook put there.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from idp.settings import upstreams
from idp.settings.load import Settings
from tests.browser.chromium import DESKTOP, PHONE, Looks, Scheme, page_fits, page_is_accessible, photograph
from tests.browser.server import free_port
from tests.emulators.facebook import APP_ID, MIKA, ROBIN, SECRET, Emulator, facebook
from tests.mailbox import Mailbox
from tests.parts import needs
from tests.relying_app import RelyingApp

pytestmark = [pytest.mark.browser, needs("Chromium")]

BUTTON = "Continue with Facebook (emulator)"
LOOKS: list[tuple[int, Scheme]] = [(PHONE, "light"), (PHONE, "dark"), (DESKTOP, "light"), (DESKTOP, "dark")]


@pytest.fixture
def port() -> int:
    return free_port()


@pytest.fixture
def emulator(port: int) -> Iterator[Emulator]:
    ours = f"http://127.0.0.1:{port}/login/facebook"
    callbacks = {"deauthorize_url": f"{ours}/deauthorize", "deletion_url": f"{ours}/deletion"}
    with facebook(f"{ours}/callback", **callbacks) as running:
        yield running


@pytest.fixture
def settings(settings: Settings, port: int, emulator: Emulator) -> Settings:
    there = {"dialog_url": emulator.url, "graph_url": emulator.url, "emulated": True}
    section = upstreams.Facebook(preset="facebook", client_id=APP_ID, client_secret=SECRET, **there)
    server = settings.server.model_copy(update={"issuer": f"http://127.0.0.1:{port}"})
    return settings.model_copy(update={"server": server, "upstream": {"facebook": section}})


@dataclass
class Visitor:
    """Somebody at a window; `at` looks at the page they are on."""

    page: Page
    photographs: Path | None
    look: str

    def at(self, heading: str, name: str) -> "Visitor":
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)
        photograph(self.page, self.photographs, f"facebook-{name}-{self.look}")
        page_fits(self.page)
        page_is_accessible(self.page)
        return self

    def presses(self, name: str) -> "Visitor":
        self.page.get_by_role("button", name=name, exact=True).click()
        return self

    def is_in_the_dialogue(self, name: str, who: str = ROBIN.name, *, email: bool = True) -> "Visitor":
        self.at("Continue to Portico?", name)
        self.page.get_by_label(who).check()
        if not email:
            self.page.get_by_label("E-mail address").uncheck()
        return self

    def arrives(self) -> "Visitor":
        """At the app, with a code, and without a fragment of anybody's."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Welcome")
        assert "code=" in self.page.url
        assert "#" not in self.page.url
        assert self.page.evaluate("location.hash") == ""
        return self


@pytest.fixture(params=LOOKS, ids=str)
def visitor(request: pytest.FixtureRequest, provider: Looks, photographs: Path | None) -> Iterator[Visitor]:
    width, scheme = request.param
    with provider.window(width, scheme) as page:
        yield Visitor(page, photographs, f"{width}-{scheme}")


def test_somebody_new_comes_by_facebook_and_the_second_time_is_straight_in(
    visitor: Visitor, provider: Looks, photo_box: RelyingApp, mailbox: Mailbox, emulator: Emulator
) -> None:
    page = visitor.page
    page.goto(photo_box.asks("openid profile email").url)
    visitor.at("Sign in", "sign-in").presses(BUTTON).is_in_the_dialogue("dialog").presses("Continue")
    visitor.at("Almost there", "almost")
    assert "_=_" not in page.url
    page.locator("#terms").check()
    visitor.presses("Create account").at("Check your email", "mailed")
    page.locator("#code").fill(mailbox.newest(ROBIN.email).code)
    visitor.presses("Confirm email").at("Photo Box would like to use your account", "consent")
    visitor.presses("Allow").arrives()
    page.context.clear_cookies()
    page.goto(photo_box.asks("openid profile email").url)
    visitor.presses(BUTTON).is_in_the_dialogue("dialog-again").presses("Continue").arrives()
    ours = (provider.home, emulator.url, photo_box.redirect_uri.removesuffix("/callback"))
    assert [url for url in provider.fetched if not url.startswith(ours)] == []


def test_who_says_no_and_who_gives_no_address(visitor: Visitor, photo_box: RelyingApp) -> None:
    page = visitor.page
    page.goto(photo_box.asks().url)
    visitor.presses(BUTTON).is_in_the_dialogue("dialog-no").presses("Cancel").at("Sign in", "cancelled")
    expect(page.get_by_text("sign-in was cancelled")).to_be_visible()
    visitor.presses(BUTTON).is_in_the_dialogue("dialog-unticked", MIKA.name, email=False).presses("Continue")
    visitor.at("Almost there", "no-address")
    expect(page.locator("#email")).to_be_focused()
    visitor.presses("Ask Facebook (emulator) again").is_in_the_dialogue("dialog-rerequest", MIKA.name)
    visitor.presses("Continue").at("Almost there", "address")
    expect(page.get_by_text(MIKA.email)).to_be_visible()


def test_each_way_of_failing_is_told_on_a_page_one_can_go_on_from(
    visitor: Visitor, photo_box: RelyingApp, emulator: Emulator
) -> None:
    page = visitor.page
    page.goto(photo_box.asks().url)
    for name, switches in {
        "down": {"fails at": "token", "fails with": "503"},
        "throttled": {"fails at": "me", "fails with": "4"},
        "foreign": {"debug_token": "foreign app"},
    }.items():
        emulator.state.reset()
        emulator.state.turn(switches)
        visitor.presses(BUTTON).is_in_the_dialogue(f"dialog-{name}").presses("Continue").at("Sign in", name)
        expect(page.get_by_text("try again in a few minutes")).to_be_visible()


def test_the_emulators_page_turns_switches_and_posts_what_facebook_would(visitor: Visitor, emulator: Emulator) -> None:
    page = visitor.page
    page.goto(emulator.url)
    visitor.at("Facebook emulator", "panel")
    page.get_by_label("debug_token", exact=True).select_option("foreign app")
    visitor.presses("Set").at("Facebook emulator", "panel-set")
    assert emulator.state.switches["debug_token"] == "foreign app"
    page.get_by_label("How the post is signed").select_option("tampered")
    visitor.presses("Remove the app").at("Facebook emulator", "panel-refused")
    expect(page.get_by_role("status")).to_have_text("HTTP 400")
    visitor.presses("Ask for deletion of data")
    expect(page.get_by_role("status")).to_have_text("HTTP 200")
    told = json.loads(page.get_by_label("Body of the answer").inner_text())
    page.goto(told["url"])
    visitor.at("Deletion request", "deletion")
    expect(page.get_by_text(told["confirmation_code"])).to_be_visible()


def test_without_scripts_it_is_the_same_way(provider: Looks, photo_box: RelyingApp, mailbox: Mailbox) -> None:
    with provider.window(PHONE, scripts=False) as page:
        page.goto(photo_box.asks().url)
        page.get_by_role("button", name=BUTTON).click()
        page.get_by_role("button", name="Continue").click()
        page.locator("#terms").check()
        page.get_by_role("button", name="Create account").click()
        page.locator("#code").fill(mailbox.newest(ROBIN.email).code)
        page.get_by_role("button", name="Confirm email").click()
        page.get_by_role("button", name="Allow", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Welcome")
        assert "#" not in page.url
