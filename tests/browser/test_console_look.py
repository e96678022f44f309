"""The developer console in a real browser: an app from its four fields on, each page and error state looked at."""

from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from idp.settings.load import Settings
from tests.browser.chromium import DESKTOP, PHONE, SMALLEST, Looks, Scheme, page_fits, page_is_accessible, photograph
from tests.developers.console import CALLBACK, Developer, open_to
from tests.parts import needs
from tests.people import ALICE, Person

pytestmark = [pytest.mark.browser, needs("Chromium")]

LOOKS: list[tuple[int, Scheme, str]] = [
    (SMALLEST, "light", "en"),
    (PHONE, "dark", "ar"),
    (DESKTOP, "light", "en"),
    (DESKTOP, "dark", "de"),
]


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
        yield page, f"console-{width}-{scheme}-{language}", photographs


def signs_in(page: Page, person: Person) -> None:
    page.goto("/signin")
    page.locator("#email").fill(person.email)
    page.locator("#password").fill(person.password)
    page.locator("form .btn--primary").click()
    page.wait_for_url("**/account")


def test_every_page_fits_and_is_accessible(look: tuple[Page, str, Path | None], alice: Person) -> None:
    page, name, photographs = look

    def at(path: str, part: str) -> None:
        if path:
            page.goto(path)
        photograph(page, photographs, f"{name}-{part}")
        page_fits(page)
        page_is_accessible(page)

    at("/developers", "empty")
    at("/developers/new", "new")
    page.locator("#client-name").fill("Photo Box with a rather long name of its own")
    page.locator("#redirect-uris").fill(f"{CALLBACK}\nhttp://staging.photobox.example/callback")
    page.locator("form .btn--primary").click()
    expect(page.locator("#redirect-uris-error")).to_be_visible()
    at("", "new-error")
    page.locator("label[for=kind-service]").click()
    expect(page.locator("#redirect-uris")).to_be_visible()  # what is wrong is never out of sight
    page.locator("label[for=kind-web]").click()
    page.locator("#redirect-uris").fill(CALLBACK)
    page.locator("form .btn--primary").click()
    expect(page.locator("#client-secret")).to_be_visible()
    at("", "secret")
    client_id = page.locator("#client-id").inner_text()
    short = Developer.of(alice, name="I", kind="native", redirects="http://127.0.0.1/cb")
    at("/developers", "apps")
    page.goto(f"/developers/{short.client_id}")
    beside(page.locator(".who .app-logo"), page.locator("h1"))
    for part in ("", "/credentials", "/advanced", "/owners", "/preview", "/delete"):
        at(f"/developers/{client_id}{part}", part.strip("/") or "settings")
    page.goto(f"/developers/{client_id}")
    page.locator("#client-name").fill("")
    page.locator("#redirect-uris").fill("photobox.example")
    page.locator(".panel-foot .btn--primary").click()
    at("", "settings-errors")
    at("/developers/invitations", "invitations")


def beside(one: Locator, other: Locator) -> None:
    """Neither stands above the other."""
    first, second = one.bounding_box(), other.bounding_box()
    assert first, one
    assert second, other
    assert first["y"] < second["y"] + second["height"]
    assert second["y"] < first["y"] + first["height"]


def test_a_developer_copies_uploads_changes_and_is_warned_before_losing_it(provider: Looks, alice: Person) -> None:
    with provider.window(DESKTOP, "light") as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        signs_in(page, alice)
        page.goto("/developers/new")
        page.locator("#client-name").fill("Photo Box")
        page.get_by_text("Service", exact=True).click()
        expect(page.locator("#redirect-uris")).to_be_hidden()
        page.get_by_text("Single-page app").click()
        page.locator("#redirect-uris").fill(CALLBACK)
        page.get_by_role("button", name="Register").click()
        expect(page.get_by_text("Your app is registered.")).to_be_visible()
        page.get_by_role("button", name="Copy: Client ID").click()
        expect(page.get_by_role("button", name="Copy: Client ID")).to_have_text("Copied")
        assert page.evaluate("navigator.clipboard.readText()") == page.locator("#client-id").inner_text()
        page.get_by_role("link", name="Settings").click()
        page.locator("#logo").set_input_files(files=[{"name": "a.png", "mimeType": "image/png", "buffer": picture()}])
        page.get_by_role("button", name="Use this picture").click()
        expect(page.get_by_text("The logo is saved.")).to_be_visible()
        assert page.evaluate("[...document.images].every((image) => image.naturalWidth === 512)")
        asked: list[str] = []
        page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
        page.locator("#client-name").fill("Photo Chest")
        page.get_by_role("link", name="Advanced").click()
        page.wait_for_url("**/advanced")
        assert asked == ["beforeunload"]
        page.get_by_role("link", name="Settings").click()
        page.locator("#client-name").fill("Photo Chest")
        page.get_by_role("button", name="Save changes").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Photo Chest")
        assert asked == ["beforeunload"], "what is saved is not lost"


def picture() -> bytes:
    out = BytesIO()
    Image.new("RGB", (300, 200), "orange").save(out, "PNG")
    return out.getvalue()
