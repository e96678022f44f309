"""What a developer reads of requests, in a real browser: explained, checked, tried out and pasted."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from idp.settings.load import Settings
from tests.browser.chromium import DESKTOP, PHONE, Looks, Scheme, page_fits, page_is_accessible, photograph
from tests.browser.test_console_look import signs_in
from tests.developers.console import CALLBACK, Developer, open_to
from tests.parts import needs
from tests.people import ALICE, Person

pytestmark = [pytest.mark.browser, needs("Chromium")]

LOOKS: list[tuple[int, Scheme, str]] = [(PHONE, "dark", "ar"), (DESKTOP, "light", "en")]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return open_to(settings)


@pytest.fixture
def alice(app: Flask) -> Person:
    return Person.of(ALICE, app).with_account()


@pytest.fixture(params=LOOKS, ids=[", ".join(map(str, look)) for look in LOOKS])
def look(
    request: pytest.FixtureRequest, provider: Looks, alice: Person, photographs: Path | None
) -> Iterator[tuple[Page, str, Path | None]]:
    width, scheme, language = request.param
    alice.reads(language)
    with provider.window(width, scheme, language=language) as page:
        signs_in(page, alice)
        yield page, f"developer-{width}-{scheme}-{language}", photographs


def leaves_the_beginning_of_code_alone(code: Locator) -> None:
    """Its button stands at the right in every language, since code begins at the left."""
    whole, button = code.bounding_box(), code.get_by_role("button").bounding_box()
    assert whole, code
    assert button, code
    assert button["x"] > whole["x"] + whole["width"] / 2


def test_every_page_fits_and_is_accessible(look: tuple[Page, str, Path | None], alice: Person) -> None:
    page, name, photographs = look
    dev = Developer.of(alice)
    console = f"/developers/{dev.client_id}"

    def at(path: str, part: str) -> None:
        if path:
            page.goto(path)
        photograph(page, photographs, f"{name}-{part}")
        page_fits(page)
        page_is_accessible(page)

    wrong = {"client_id": dev.client_id, "redirect_uri": "https://photobox.example/callbak", "state": "1", "foo": "2"}
    asked = f"/authorize?{urlencode(wrong)}"
    page.goto(asked)
    page.locator("details summary").click()
    at("", "error")
    page.locator("details a").click()
    page.wait_for_url(f"**{console}/activity/*")
    at("", "request")
    at(f"{console}/activity", "activity")
    at("/developers/errors?reference=7F3K-92QD-M4XT", "look-up")
    page.goto(f"{console}/check")
    page.locator("#request").fill(asked)
    page.locator("form .btn--primary").click()
    expect(page.locator("#h-advice")).to_be_visible()
    at("", "check")
    at(f"{console}/quick-start", "quick-start")
    leaves_the_beginning_of_code_alone(page.locator(".code").first)
    at(f"{console}/test", "test")
    page.locator("form .btn--primary").click()
    page.wait_for_url("**/consent?*")
    page.locator("button[value=allow]").click()
    page.wait_for_url("**/test/callback?*")
    expect(page.locator("#id-token")).to_contain_text(dev.client_id)
    page.locator("details summary").nth(1).click()
    at("", "test-result")
    assert CALLBACK not in page.locator("#exchange-2").inner_text()
