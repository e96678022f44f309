"""How the pages of passkeys look: accessible and in one piece on the smallest phone and on a desk, light and dark."""

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Response as Answer
from playwright.sync_api import expect

from idp.web.assets import FOLDER
from tests.browser.chromium import DESKTOP, SMALLEST, Looks, Scheme, page_fits, page_is_accessible, photograph
from tests.browser.passkey_device import Device, creates_passkey, heading_is, types_password
from tests.parts import needs
from tests.people import Person
from tests.phones import Phone

pytestmark = [pytest.mark.browser, needs("Chromium")]
HOST = "localhost"
MOST_BYTES, MOST_REQUESTS = 60_000, 5
ACCOUNT = (
    "/account/passkeys",
    "/account/passkeys/new",
    "/account/passkeys/rename?passkey={id}",
    "/account/passkeys/remove?passkey={id}",
    "/account/password/remove",
    "/signin/again",
    "/signin/again?passkey=failed",
)


@pytest.mark.parametrize(
    ("width", "scheme"), [(SMALLEST, "light"), (SMALLEST, "dark"), (DESKTOP, "light"), (DESKTOP, "dark")]
)
def test_every_page_is_accessible_and_fits(
    provider: Looks, alice: Person, photographs: Path | None, width: int, scheme: Scheme
) -> None:
    with provider.window(width, scheme) as page:
        device = Device.of(page)
        page.goto("/signin/passkey/offer")
        types_password(page, alice)
        heading_is(page, "Sign in faster next time")
        looked_at = ["/signin/passkey/offer?changed=1"]
        page.goto("/account/passkeys/new")
        page.get_by_role("button", name="Create a passkey").click()
        link = page.get_by_role("link", name="Rename").get_attribute("href") or ""
        device.rests()
        looked_at = [*(path.format(id=link.partition("passkey=")[2]) for path in ACCOUNT)]
        for number, path in enumerate(looked_at):
            page.goto(path)
            photograph(page, photographs, f"passkeys-{number}-{width}-{scheme}")
            page_fits(page)
            page_is_accessible(page)
        page.context.clear_cookies(name="portico_session")
        for path in ("/signin", "/signin?passkey=failed"):
            page.goto(path)
            expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_visible()
            photograph(page, photographs, f"passkeys-{path[1:7]}-{'passkey' in path}-{width}-{scheme}")
            page_fits(page)
            page_is_accessible(page)


@pytest.mark.parametrize(("width", "scheme"), [(SMALLEST, "light"), (DESKTOP, "dark")])
def test_the_offer_and_the_second_step_too(
    app: Flask, provider: Looks, alice: Person, bob: Person, photographs: Path | None, width: int, scheme: Scheme
) -> None:
    with provider.window(width, scheme) as page:
        device = Device.of(page)
        page.goto("/signin/passkey/offer?changed=1")
        types_password(page, bob)
        page.goto("/signin/passkey/offer?changed=1")
        heading_is(page, "Sign in faster next time")
        photograph(page, photographs, f"passkeys-offer-{width}-{scheme}")
        page_fits(page)
        page_is_accessible(page)
        page.context.clear_cookies(name="portico_session")
        creates_passkey(page, alice)
        device.rests()
        Phone.of(alice)
        page.goto("/signin")
        types_password(page, alice)
        for tried in ("", "&passkey=failed"):
            page.goto(page.url + tried)
            expect(page.get_by_role("button", name="Use a passkey")).to_be_visible()
            photograph(page, photographs, f"passkeys-second{len(tried)}-{width}-{scheme}")
            page_fits(page)
            page_is_accessible(page)


@pytest.mark.parametrize("path", ["/signin", "/account/passkeys", "/account/passkeys/new"])
def test_a_page_is_small_and_loads_by_few_requests(provider: Looks, alice: Person, path: str) -> None:
    """A sign-in page then asks for a challenge, in the background."""
    with provider.window() as page:
        Device.of(page).rests()
        if path != "/signin":
            page.goto("/signin")
            types_password(page, alice)
            heading_is(page, "Hello, Alice Example")
            page.wait_for_load_state("networkidle")  # its last pictures are not the next page's
        page.context.clear_cookies(name="nothing")
        answers: list[Answer] = []
        page.on("response", lambda answer: answers.append(answer))
        page.goto(path, wait_until="networkidle")
        asked = [answer.url for answer in answers if answer.request.method == "GET"]
        assert len(asked) <= MOST_REQUESTS, asked
        assert len([answer for answer in answers if answer.request.method == "POST"]) == (path == "/signin")
        assert sum(len(answer.body()) for answer in answers) <= MOST_BYTES


def test_the_script_is_small() -> None:
    assert (FOLDER / "passkeys.js").stat().st_size <= 8 * 1024
