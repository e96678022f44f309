"""Passkeys in a real browser, with a virtual authenticator: made, kept in step, named, removed, offered."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser.chromium import Looks
from tests.browser.passkey_device import Device, creates_passkey, heading_is, types_password
from tests.mailbox import Mailbox
from tests.parts import needs
from tests.people import JANE, Person
from tests.relying_app import RelyingApp

pytestmark = [pytest.mark.browser, needs("Chromium")]
HOST = "localhost"
NEW, LIST = "/account/passkeys/new", "/account/passkeys"

# Browsers of some years ago: no JSON forms of options and answers, no list in a field, no signals.
OLD = """for (const name of ["parseCreationOptionsFromJSON", "parseRequestOptionsFromJSON",
    "isConditionalMediationAvailable", "signalAllAcceptedCredentials", "signalUnknownCredential",
    "signalCurrentUserDetails"]) delete PublicKeyCredential[name];
    delete PublicKeyCredential.prototype.toJSON;"""


def opens(page: Page, person: Person, path: str) -> None:
    page.goto(path)
    types_password(page, person)


def test_a_passkey_is_made_named_and_removed_and_the_device_knows(provider: Looks, alice: Person) -> None:
    with provider.window() as page:
        device = Device.of(page)
        opens(page, alice, NEW)
        page.get_by_role("button", name="Create a passkey").click()
        expect(page.get_by_text("Your passkey is saved.")).to_be_visible()
        made = device.passkeys[0]
        assert (made["isResidentCredential"], made["rpId"], made["userName"]) == (True, HOST, alice.email)
        page.get_by_role("link", name="Rename").click()
        page.locator("#name").fill("My laptop")
        page.get_by_role("button", name="Save").click()
        page.get_by_role("link", name="Remove My laptop").click()
        page.get_by_role("button", name="Remove", exact=True).click()
        expect(page.get_by_text("The passkey is removed.")).to_be_visible()
        page.wait_for_timeout(300)
        assert device.passkeys == []


def test_a_device_has_one_of_an_account_and_says_so(provider: Looks, alice: Person) -> None:
    with provider.window() as page:
        device = Device.of(page)
        creates_passkey(page, alice)
        device.rests()
        opens(page, alice, NEW)
        device.is_touched()
        page.get_by_role("button", name="Create a passkey").click()
        expect(page.get_by_text("This device has one already.")).to_be_visible()
        assert len(device.passkeys) == 1


def test_a_device_that_cannot_check_its_user_makes_none(provider: Looks, alice: Person) -> None:
    with provider.window() as page:
        device = Device.of(page)
        opens(page, alice, NEW)
        device.refuses_fingers()
        button = page.get_by_role("button", name="Create a passkey")
        button.click()
        expect(button).to_be_focused()
        expect(page.get_by_role("alert")).to_be_hidden()
        assert device.passkeys == []


def test_whoever_came_too_late_proves_themselves_again_and_comes_back(
    app: Flask, provider: Looks, alice: Person
) -> None:
    with provider.window() as page:
        Device.of(page)
        opens(page, alice, NEW)
        page.context.clear_cookies(name="portico_session")
        page.get_by_role("button", name="Create a passkey").click()
        heading_is(page, "Sign in")
        types_password(page, alice)
        heading_is(page, "Create a passkey")


def test_a_browser_of_some_years_ago_does_it_too(provider: Looks, alice: Person) -> None:
    with provider.window() as page:
        Device.of(page)
        page.add_init_script(OLD)
        creates_passkey(page, alice)
        page.goto("/signin")
        page.get_by_role("button", name="Sign in with a passkey").click()
        heading_is(page, "Hello, Alice Example")


def test_without_scripts_the_list_works_and_nothing_is_offered(provider: Looks, alice: Person) -> None:
    with provider.window() as page:
        Device.of(page)
        creates_passkey(page, alice)
    with provider.window(scripts=False) as page:
        page.goto(LIST)
        expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_hidden()
        types_password(page, alice)
        page.get_by_role("link", name="Rename").click()
        page.locator("#name").fill("Old phone")
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_role("link", name="Rename Old phone")).to_be_visible()
        page.goto(NEW)
        assert "<noscript><p>Passkeys need JavaScript." in page.content()  # which Playwright does not show
        expect(page.get_by_role("button", name="Create a passkey")).to_be_hidden()
        page.goto(LIST)
        page.get_by_role("link", name="Remove Old phone").click()
        page.get_by_role("button", name="Remove", exact=True).click()
        expect(page.get_by_text("You have none yet.")).to_be_visible()


def signs_up(page: Page, app: Flask, photo_box: RelyingApp) -> str:
    """Jane, on her way to an app; the link of the mail."""
    _, address, password = JANE
    page.goto(photo_box.asks(prompt="create").url)
    for name, typed in (("email", address), ("new-password", password), ("confirm-password", password)):
        page.locator(f"#{name}").fill(typed)
    page.locator("#terms").check()
    page.get_by_role("button", name="Create account").click()
    heading_is(page, "Check your email")
    return Mailbox(app).newest(address).link


def test_one_is_offered_after_the_confirmation_and_the_app_is_reached(
    app: Flask, provider: Looks, photo_box: RelyingApp
) -> None:
    with provider.window() as page:
        device = Device.of(page)
        page.goto(signs_up(page, app, photo_box))
        page.get_by_role("button", name="Confirm email").click()
        heading_is(page, "Sign in faster next time")
        page.get_by_role("button", name="Create a passkey").click()
        page.get_by_role("button", name="Allow", exact=True).click()
        heading_is(page, "Welcome")
        assert len(device.passkeys) == 1


def test_not_now_goes_on_at_once(app: Flask, provider: Looks, photo_box: RelyingApp) -> None:
    with provider.window() as page:
        Device.of(page)
        page.goto(signs_up(page, app, photo_box))
        page.get_by_role("button", name="Confirm email").click()
        page.get_by_role("link", name="Not now").click()
        page.get_by_role("button", name="Allow", exact=True).click()
        heading_is(page, "Welcome")


def test_the_page_that_waited_offers_one_too(app: Flask, provider: Looks, photo_box: RelyingApp) -> None:
    with provider.window() as page, provider.window() as telephone:
        Device.of(page)
        telephone.goto(signs_up(page, app, photo_box))
        telephone.get_by_role("button", name="Confirm email").click()
        heading_is(telephone, "Email confirmed")
        heading_is(page, "Sign in faster next time")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_device_that_cannot_keep_one_is_not_asked(
    app: Flask, provider: Looks, photo_box: RelyingApp, scripts: bool
) -> None:
    with provider.window(scripts=scripts) as page:
        page.goto(signs_up(page, app, photo_box))
        page.get_by_role("button", name="Confirm email").click()
        expect(page.get_by_role("button", name="Allow", exact=True)).to_be_visible()
