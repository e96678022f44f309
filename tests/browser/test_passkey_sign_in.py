"""Passkeys used in a real browser: from the list in the email field, by the button, again, and as the second proof."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect
from sqlalchemy import text

from idp.store import base
from tests.browser.chromium import Looks
from tests.browser.passkey_device import Device, creates_passkey, heading_is, types_password
from tests.mailbox import Mailbox
from tests.parts import needs
from tests.people import Person
from tests.phones import Phone
from tests.relying_app import RelyingApp

pytestmark = [pytest.mark.browser, needs("Chromium")]
HOST = "localhost"
HELLO = "Hello, Alice Example"
NOTES = """const get = navigator.credentials.get.bind(navigator.credentials);
    navigator.credentials.get = (wish) => {
        const before = sessionStorage.getItem("asked");
        sessionStorage.setItem("asked", (before ? before + "," : "") + (wish.mediation || "dialog"));
        return get(wish);
    };"""
# A browser without such a list: what the device takes by itself would be tried again on every page.
NO_LIST = "delete PublicKeyCredential.isConditionalMediationAvailable"
FAILED = "Try again, or use your password."


@pytest.fixture
def window(provider: Looks, alice: Person) -> Iterator[tuple[Page, Device]]:
    """A window of Alice's, on a device that has a passkey of hers and is not touched just now."""
    with provider.window() as page:
        device = Device.of(page)
        creates_passkey(page, alice)
        device.rests()
        yield page, device


def presses(page: Page, device: Device, name: str) -> None:
    """The list in the field, where there is one, waits by then, and takes what came before."""
    page.wait_for_load_state("networkidle")
    device.is_touched()
    page.get_by_role("button", name=name).click()


def without_password(app: Flask) -> None:
    with app.app_context(), base.unit_of_work():
        base.db.session.execute(text("DELETE FROM credentials"))


def test_by_the_list_in_the_email_field(window: tuple[Page, Device]) -> None:
    """Chromium's stand-in for a device takes the first passkey of the list as soon as it is there."""
    page, device = window
    page.add_init_script(NOTES)
    page.goto("/signin")
    page.wait_for_load_state("networkidle")
    heading_is(page, "Sign in")
    device.is_touched()
    page.reload()
    heading_is(page, HELLO)
    assert page.evaluate("sessionStorage.getItem('asked')") == "conditional,conditional"


def test_by_the_button_down_to_the_app_and_remembered(window: tuple[Page, Device], photo_box: RelyingApp) -> None:
    page, device = window
    page.goto(photo_box.asks("openid profile").url)
    page.locator("#remember").check()
    presses(page, device, "Sign in with a passkey")
    page.get_by_role("button", name="Allow", exact=True).click()
    heading_is(page, "Welcome")
    kept = {cookie["name"]: cookie.get("expires", -1) for cookie in page.context.cookies()}
    assert kept["portico_session"] > 0


def test_not_remembered_where_nobody_ticked_it(window: tuple[Page, Device]) -> None:
    page, device = window
    page.goto("/signin")
    presses(page, device, "Sign in with a passkey")
    heading_is(page, HELLO)
    kept = {cookie["name"]: cookie.get("expires", -1) for cookie in page.context.cookies()}
    assert kept["portico_session"] == -1


def test_the_button_says_that_it_was_used_last(window: tuple[Page, Device], alice: Person) -> None:
    page, device = window
    page.goto("/signin")
    presses(page, device, "Sign in with a passkey")
    heading_is(page, HELLO)
    device.rests()
    page.context.clear_cookies(name="portico_session")
    page.goto("/signin")
    expect(page.get_by_role("button", name="Sign in with a passkey Last used")).to_be_visible()
    types_password(page, alice)
    heading_is(page, HELLO)
    page.context.clear_cookies(name="portico_session")
    page.goto("/signin")
    expect(page.get_by_role("button", name="Sign in with a passkey", exact=True)).to_be_visible()


def test_a_closed_dialog_says_nothing_and_gives_the_focus_back(window: tuple[Page, Device]) -> None:
    page, device = window
    page.goto("/signin")
    button = page.get_by_role("button", name="Sign in with a passkey")
    button.click()
    device.goes_away()
    expect(button).to_be_focused()
    expect(page.get_by_role("alert")).to_be_hidden()
    assert page.url.endswith("/signin")


def test_a_finger_of_somebody_else_lets_nobody_in(window: tuple[Page, Device]) -> None:
    page, device = window
    page.add_init_script(NO_LIST)
    device.refuses_fingers()
    page.goto("/signin")
    button = page.get_by_role("button", name="Sign in with a passkey")
    presses(page, device, "Sign in with a passkey")
    expect(button).to_be_focused()
    heading_is(page, "Sign in")


def test_the_password_still_works_beside_it(window: tuple[Page, Device], alice: Person) -> None:
    page, _ = window
    page.goto("/signin")
    types_password(page, alice)
    heading_is(page, HELLO)


def test_a_copy_that_is_behind_is_refused_and_told(app: Flask, window: tuple[Page, Device], alice: Person) -> None:
    page, device = window
    page.add_init_script(NO_LIST)
    page.goto("/signin")
    presses(page, device, "Sign in with a passkey")
    heading_is(page, HELLO)
    device.rests()
    device.counts_again_from(0)
    page.context.clear_cookies(name="portico_session")
    page.goto("/signin")
    presses(page, device, "Sign in with a passkey")
    expect(page.get_by_text(FAILED)).to_be_visible()
    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_focused()
    assert Mailbox(app).newest(alice.email).kind == "passkey_refused"


def test_a_passkey_that_was_removed_elsewhere_leaves_the_device(app: Flask, window: tuple[Page, Device]) -> None:
    page, device = window
    page.add_init_script(NO_LIST)
    with app.app_context(), base.unit_of_work():
        base.db.session.execute(text("DELETE FROM passkeys"))
    page.goto("/signin")
    presses(page, device, "Sign in with a passkey")
    expect(page.get_by_text(FAILED)).to_be_visible()
    page.wait_for_timeout(300)
    assert device.passkeys == []


def test_what_the_server_does_not_answer_is_told_on_the_page(window: tuple[Page, Device]) -> None:
    page, _ = window
    page.goto("/signin")
    page.wait_for_load_state("networkidle")
    page.route("**/options", lambda route: breaks(route))
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_text(FAILED)).to_be_visible()
    page.unroute("**/options")


def breaks(route: Route) -> None:
    route.fulfill(status=200, body="not JSON")


def test_as_the_only_way_in(app: Flask, window: tuple[Page, Device]) -> None:
    page, device = window
    without_password(app)
    page.goto("/signin")
    presses(page, device, "Sign in with a passkey")
    heading_is(page, HELLO)
    page.goto("/account/passkeys")
    page.get_by_role("link", name="Remove").click()
    page.get_by_role("button", name="Remove", exact=True).click()
    expect(page.get_by_text("This is your only way to sign in.")).to_be_visible()
    assert len(device.passkeys) == 1


def test_to_show_that_it_is_still_them(window: tuple[Page, Device], alice: Person, photo_box: RelyingApp) -> None:
    page, device = window
    page.goto("/signin")
    types_password(page, alice)
    heading_is(page, HELLO)
    page.goto(photo_box.asks("openid", prompt="login").url)
    heading_is(page, "Confirm it’s you")
    presses(page, device, "Use a passkey")
    page.get_by_role("button", name="Allow", exact=True).click()
    heading_is(page, "Welcome")


def test_in_the_place_of_the_code(window: tuple[Page, Device], alice: Person) -> None:
    page, device = window
    Phone.of(alice)
    page.goto("/signin")
    types_password(page, alice)
    heading_is(page, "Enter your code")
    presses(page, device, "Use a passkey")
    heading_is(page, HELLO)


def test_for_an_app_that_asks_for_a_second_proof(
    window: tuple[Page, Device], alice: Person, photo_box: RelyingApp
) -> None:
    page, device = window
    page.goto(photo_box.asks("openid", acr_values="phr").url)
    types_password(page, alice)
    heading_is(page, "Use your passkey")
    presses(page, device, "Use a passkey")
    page.get_by_role("button", name="Allow", exact=True).click()
    heading_is(page, "Welcome")
