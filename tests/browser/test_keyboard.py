"""Everything by keyboard, at any size of text, in either direction of writing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from idp import locales
from tests.browser import pseudo
from tests.browser.chromium import DESKTOP, HEIGHTS, PHONE, Looks, page_fits, page_is_accessible, photograph
from tests.browser.server import free_port, serving
from tests.pages.small_house import small_house
from tests.parts import needs

pytestmark = [pytest.mark.browser, needs("Chromium")]

FOCUSED = "document.activeElement.id || document.activeElement.textContent.trim()"


def test_the_first_tab_stop_skips_to_the_form(looks: Looks) -> None:
    with looks.window() as page:
        page.goto("/help")
        page.keyboard.press("Tab")
        assert page.evaluate(FOCUSED) == "Skip to main content"
        expect(page.get_by_role("link", name="Skip to main content")).to_be_in_viewport()
        page.keyboard.press("Enter")
        assert page.evaluate(FOCUSED) == "main"


def test_a_person_signs_in_by_keyboard_alone(looks: Looks) -> None:
    with looks.window() as page:
        page.goto("/signin")
        assert page.evaluate(FOCUSED) == "email"
        page.keyboard.type("jane.doe@example.org")
        stops = []
        for _ in range(4):
            page.keyboard.press("Tab")
            stops.append(page.evaluate(FOCUSED))
        assert stops == ["password", "Show", "remember", "Sign in"]
        page.locator("#password").focus()
        page.keyboard.type("right")
        page.keyboard.press("Enter")
        page.wait_for_url("**/account")


def test_after_a_failed_form_the_focus_is_on_what_to_mend(looks: Looks) -> None:
    with looks.window() as page:
        page.goto("/signin")
        page.locator("#email:focus").wait_for()
        page.keyboard.press("Enter")
        page.get_by_role("alert").wait_for()
        assert page.evaluate(FOCUSED) == "email"
        page.get_by_role("link", name="Enter your password.").click()
        assert page.evaluate(FOCUSED) == "password"
        page_is_accessible(page)


def test_the_help_is_printed_whole(looks: Looks) -> None:
    """What is folded away on the screen is on the paper, and what can only be pressed is not."""
    with looks.window() as page:
        page.goto("/help")
        folded = page.get_by_text("Credential Manager")
        expect(folded).not_to_be_visible()
        page.emulate_media(media="print")
        expect(folded).to_be_visible()
        expect(page.locator("footer")).not_to_be_visible()


def test_enter_in_a_box_of_the_consent_page_does_not_allow(looks: Looks) -> None:
    with looks.window() as page:
        page.goto("/consent")
        page.get_by_label("See your phone number").focus()
        with page.expect_request("**/consent") as posted:
            page.keyboard.press("Enter")
        assert "decision=deny" in (posted.value.post_data or "")


@pytest.mark.parametrize("path", ["/signin", "/reset", "/signout"])
def test_the_primary_button_is_on_the_first_screen_of_a_phone(looks: Looks, path: str) -> None:
    with looks.window(PHONE) as page:
        page.goto(path)
        box = page.locator(".btn--primary").bounding_box()
        assert box is not None
        assert box["y"] + box["height"] <= HEIGHTS[PHONE]


@pytest.mark.parametrize("width", [640, PHONE])
@pytest.mark.parametrize("path", ["/signin", "/reset", "/consent", "/help", "/refused", "/account"])
def test_text_at_twice_its_size_fits(looks: Looks, path: str, width: int) -> None:
    with looks.window(width) as page:
        page.goto(path)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        page_fits(page)


@pytest.fixture
def mirrored(browser: Browser, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Looks]:
    """The pages in a language that does not exist: written from right to left, each sentence 40 % longer."""
    pseudo.write(tmp_path, "ar", pseudo.longer)
    monkeypatch.setattr(locales, "TRANSLATIONS", tmp_path)
    locales._catalogues.cache_clear()
    port = free_port()
    app = small_house(
        tmp_path / "keys",
        server={"issuer": f"http://127.0.0.1:{port}"},
        locale={"default": "ar", "offered": ("ar", "en")},
        brand={"name": "Example ID"},
    )
    with serving(app, port) as address:
        seen = Looks(browser, address)
        yield seen
    locales._catalogues.cache_clear()
    assert seen.complaints == []


@pytest.mark.parametrize("width", [PHONE, DESKTOP])
def test_pages_written_from_right_to_left_mirror(mirrored: Looks, photographs: Path | None, width: int) -> None:
    with mirrored.window(width, language="ar") as page:
        for path in ("/", "/signin", "/reset", "/consent", "/help", "/refused"):
            page.goto(path)
            photograph(page, photographs, f"mirrored{path.replace('/', '-')}-{width}")
            assert page.evaluate("getComputedStyle(document.body).direction") == "rtl"
            page_fits(page)
            page_is_accessible(page)
        page.goto("/signin")
        brand, action = page.locator(".brand").bounding_box(), page.locator(".top-actions").bounding_box()
        assert brand is not None
        assert action is not None
        assert brand["x"] > action["x"]
        assert page.locator("#email").evaluate("field => getComputedStyle(field).direction") == "ltr"
