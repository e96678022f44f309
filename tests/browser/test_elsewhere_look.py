"""A device's code, and what an app asks somebody who is elsewhere, in a real browser: each page fits."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests import backchannels, devices
from tests.browser.chromium import DESKTOP, PHONE, SMALLEST, Looks, Scheme, page_fits, page_is_accessible, photograph
from tests.parts import needs
from tests.people import ALICE, Person

pytestmark = [pytest.mark.browser, needs("Chromium")]

LOOKS: list[tuple[int, Scheme, str]] = [(SMALLEST, "light", "en"), (PHONE, "dark", "ar"), (DESKTOP, "light", "en")]

Look = tuple[Page, Person, Callable[[str], None]]
ENDS = ("/device/refused", "/device/too-late", "/confirm", "/confirm/done", "/confirm/too-late", "/confirm/not-yours")


def fills_in(page: Page, person: Person) -> None:
    page.locator("#email").fill(person.email)
    page.locator("#password").fill(person.password)
    page.locator("form .btn--primary").click()


@pytest.fixture(params=LOOKS, ids=[", ".join(map(str, look)) for look in LOOKS])
def look(request: pytest.FixtureRequest, provider: Looks, app: Flask, photographs: Path | None) -> Iterator[Look]:
    """A window, who looks at it, and how a page is looked at."""
    width, scheme, language = request.param
    alice = Person.of(ALICE, app).with_account().reads(language)
    with provider.window(width, scheme, language=language) as page:

        def looked_at(name: str) -> None:
            photograph(page, photographs, f"elsewhere-{name}-{width}-{scheme}")
            page_fits(page)
            page_is_accessible(page)

        yield page, alice, looked_at
    assert provider.complaints == []


def test_every_page_of_a_device_fits_and_is_accessible(look: Look, app: Flask) -> None:
    page, alice, looked_at = look
    waiting = devices.asks(devices.registered(app), "openid email")
    page.goto("/device")
    expect(page.locator("#user-code")).to_be_focused()
    page.locator("#user-code").fill("BCDF")
    page.locator("form .btn--primary").click()
    looked_at("code-error")
    page.goto(waiting.said["verification_uri_complete"])
    expect(page.locator("#user-code")).to_have_value(waiting.code)
    looked_at("code")
    page.locator("form .btn--primary").click()
    fills_in(page, alice)
    expect(page.locator(".note--warn dd").first).to_have_text(waiting.code)
    looked_at("device-consent")
    page.locator("button[value=allow]").click()
    page.wait_for_url("**/device/done")
    looked_at("device-done")


def test_every_page_of_a_confirmation_fits_and_is_accessible(look: Look, app: Flask) -> None:
    page, alice, looked_at = look
    bank = backchannels.registered(app, first_party=True)
    backchannels.asks(bank, alice, binding_message="Transfer 12.50 EUR to K. Weiss (W4SCT)")
    page.goto("/signin")
    fills_in(page, alice)
    page.locator("a[href='/confirm']").click()
    looked_at("confirm-waiting")
    page.locator("form.end button").click()
    expect(page.locator(".note--warn")).to_contain_text("W4SCT")
    looked_at("confirm-consent")
    page.locator("button[value=deny]").click()
    page.wait_for_url("**/confirm/refused")
    looked_at("confirm-refused")
    for path in ENDS:
        page.goto(path)
        looked_at(path.strip("/").replace("/", "-"))


def test_without_scripts_it_is_the_same_way(provider: Looks, app: Flask) -> None:
    alice = Person.of(ALICE, app).with_account()
    waiting = devices.asks(devices.registered(app))
    with provider.window(scripts=False) as page:
        page.goto("/device")
        page.locator("#user-code").fill(waiting.code.lower().replace("-", " "))
        page.keyboard.press("Enter")
        fills_in(page, alice)
        page.locator("button[value=allow]").click()
        page.wait_for_url("**/device/done")
    assert waiting.fetches().claims["sub"] == alice.user_id
