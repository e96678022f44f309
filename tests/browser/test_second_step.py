"""Second factors in a real browser: every page and its errors looked at, with scripts and without."""

from base64 import b32decode
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from idp.accounts import totp
from idp.settings.load import Settings
from tests.browser.chromium import DESKTOP, PHONE, SMALLEST, Looks, Scheme, page_fits, page_is_accessible, photograph
from tests.clocks import Clock
from tests.mailbox import Mailbox
from tests.parts import needs
from tests.people import ALICE, Person
from tests.phones import Phone
from tests.relying_app import RelyingApp

pytestmark = [pytest.mark.browser, needs("Chromium")]

LOOKS: list[tuple[int, Scheme]] = [(SMALLEST, "light"), (PHONE, "dark"), (DESKTOP, "light"), (DESKTOP, "dark")]
COPIED = "navigator.clipboard.readText()"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    on = settings.sign_in.model_copy(update={"mailed_code": True})
    return settings.model_copy(update={"sign_in": on})


@pytest.fixture
def alice(app: Flask) -> Person:
    return Person.of(ALICE, app).with_account()


class Eye:
    """Looks at each page it is led to."""

    def __init__(self, page: Page, photographs: Path | None, look: str) -> None:
        self.page, self.photographs, self.look = page, photographs, look

    def sees(self, heading: str, name: str) -> None:
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)
        photograph(self.page, self.photographs, f"second-{name}-{self.look}")
        page_fits(self.page)
        page_is_accessible(self.page)


def signs_in(page: Page, person: Person, *, remember: bool = False) -> None:
    page.goto("/signin")
    page.locator("#email").fill(person.email)
    page.locator("#password").fill(person.password)
    if remember:
        page.locator("#remember").check()
    page.get_by_role("button", name="Sign in", exact=True).click()


def types(page: Page, code: str, press: str = "Continue") -> None:
    page.locator("#code").fill(code)
    page.get_by_role("button", name=press, exact=True).click()


def phone_of(page: Page) -> Phone:
    """It scanned what the page shows."""
    return Phone(b32decode(page.locator("#key").inner_text().replace(" ", "")))


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_from_setting_up_to_turning_off(
    provider: Looks, alice: Person, clock: Clock, photographs: Path | None, width: int, scheme: Scheme
) -> None:
    with provider.window(width, scheme) as page:
        eye = Eye(page, photographs, f"{width}-{scheme}")
        signs_in(page, alice)
        page.goto("/account/authenticator")
        eye.sees("Authenticator app", "none")
        page.get_by_role("link", name="Set up").click()
        eye.sees("Set up an authenticator app", "new")
        page.get_by_role("button", name="Continue").click()
        eye.sees("Set up your authenticator app", "key")
        expect(page.locator("#code")).not_to_be_focused()  # the picture comes first: no keyboard over it
        phone = phone_of(page)
        types(page, phone.wrong(), "Turn on")
        eye.sees("Set up your authenticator app", "key-error")
        types(page, phone.shows(), "Turn on")
        eye.sees("Save your recovery codes", "codes")
        page.get_by_role("link", name="I saved them").click()
        eye.sees("Authenticator app", "on")
        for link, heading in (
            ("Make new codes", "Make new recovery codes?"),
            ("Turn off", "Turn off the authenticator app?"),
        ):
            page.goto("/account/authenticator")
            page.get_by_role("link", name=link).click()
            eye.sees(heading, heading.split()[0].lower())
        page.get_by_role("button", name="Turn off").click()
        eye.sees("Authenticator app", "turned-off")
        expect(page.get_by_role("status").first).to_contain_text("The authenticator app is off.")


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_the_code_the_recovery_code_and_what_is_left(
    provider: Looks, alice: Person, clock: Clock, photographs: Path | None, width: int, scheme: Scheme
) -> None:
    phone = Phone.of(alice)
    with provider.window(width, scheme) as page:
        eye = Eye(page, photographs, f"{width}-{scheme}")
        signs_in(page, alice, remember=True)
        eye.sees("Enter your code", "code")
        expect(page.locator("#code")).to_be_focused()
        button = page.get_by_role("button", name="Continue").bounding_box()
        assert button is not None
        assert button["y"] + button["height"] <= 844, "without scrolling"
        types(page, phone.wrong())
        eye.sees("Enter your code", "code-error")
        page.get_by_role("link", name="a recovery code").click()
        eye.sees("Use a recovery code", "recovery")
        page.locator("#recovery-code").fill("00000-00000")
        page.get_by_role("button", name="Continue").click()
        eye.sees("Use a recovery code", "recovery-error")
        page.locator("#recovery-code").fill(phone.paper[0])
        page.get_by_role("button", name="Continue").click()
        eye.sees("You used a recovery code", "left")
        page.get_by_role("link", name="Continue").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Hello, Alice Example")


def test_a_device_is_trusted_and_forgotten(
    provider: Looks, alice: Person, clock: Clock, photographs: Path | None
) -> None:
    phone = Phone.of(alice)
    with provider.window(PHONE) as page:
        eye = Eye(page, photographs, "phone")
        signs_in(page, alice, remember=True)
        page.locator("#trust").check()
        types(page, phone.shows())
        page.goto("/account/authenticator")
        eye.sees("Authenticator app", "trusted")
        expect(page.get_by_text("Chrome on Linux")).to_be_visible()
        page.get_by_role("button", name="Forget all trusted devices").click()
        expect(page.get_by_role("status").first).to_contain_text("No device is trusted any more.")


@pytest.mark.parametrize(("width", "scheme"), [(SMALLEST, "dark"), (DESKTOP, "light")])
def test_on_the_way_to_an_app(
    provider: Looks,
    app: Flask,
    alice: Person,
    photo_box: RelyingApp,
    photographs: Path | None,
    width: int,
    scheme: Scheme,
) -> None:
    photo_box.changed(require_second_factor=True)
    with provider.window(width, scheme) as page:
        eye = Eye(page, photographs, f"{width}-{scheme}")
        page.goto(photo_box.asks().url)
        page.locator("#email").fill(alice.email)
        page.locator("#password").fill(alice.password)
        page.get_by_role("button", name="Sign in", exact=True).click()
        eye.sees("Protect your account", "protect")
        page.get_by_role("button", name="Use an authenticator app").click()
        eye.sees("Set up your authenticator app", "protect-key")
        types(page, phone_of(page).shows(), "Turn on")
        eye.sees("Save your recovery codes", "protect-codes")
        page.get_by_role("link", name="I saved them").click()
        page.get_by_role("button", name="Allow", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Welcome")


def test_all_of_it_without_scripts(provider: Looks, alice: Person, clock: Clock) -> None:
    with provider.window(PHONE, scripts=False) as page:
        signs_in(page, alice)
        page.goto("/account/authenticator/new")
        page.get_by_role("button", name="Continue").click()
        phone = phone_of(page)
        types(page, phone.shows(), "Turn on")
        expect(page.get_by_role("button", name="Copy")).to_be_hidden()
        expect(page.get_by_role("button", name="Print")).to_be_hidden()
        codes = page.locator("#codes").inner_text().split()
        with page.expect_download() as download:
            page.get_by_role("button", name="Download").click()
        assert download.value.suggested_filename == "recovery-codes.txt"
        assert [code for code in codes if code not in download.value.path().read_text()] == []
        assert len(codes) == 10
        clock.moves(30)
        page.context.clear_cookies()
        signs_in(page, alice)
        types(page, phone.shows())
        expect(page.get_by_role("heading", level=1)).to_have_text("Hello, Alice Example")


def test_key_and_codes_are_copied_and_printed(provider: Looks, alice: Person) -> None:
    with provider.window() as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.add_init_script("window.print = () => { window.printed = true; }")
        signs_in(page, alice)
        page.goto("/account/authenticator/new")
        page.get_by_role("button", name="Continue").click()
        phone = phone_of(page)
        page.get_by_role("button", name="Copy").click()
        expect(page.locator("[data-copy] + [role=status]")).to_have_text("Copied")
        assert page.evaluate(COPIED) == totp.as_text(phone.key)
        expect(page.get_by_role("button", name="Copy")).to_be_visible(timeout=5000)
        types(page, phone.shows(), "Turn on")
        page.get_by_role("button", name="Copy").click()
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
        assert page.evaluate(COPIED).split() == page.locator("#codes").inner_text().split()
        page.get_by_role("button", name="Print").click()
        assert page.evaluate("window.printed")
        page.emulate_media(media="print")
        expect(page.locator("#codes")).to_be_visible()


@pytest.mark.parametrize(("width", "scheme"), LOOKS)
def test_signing_in_by_mail(
    provider: Looks, app: Flask, alice: Person, photographs: Path | None, width: int, scheme: Scheme
) -> None:
    with provider.window(width, scheme) as page, provider.window(PHONE) as elsewhere:
        eye = Eye(page, photographs, f"{width}-{scheme}")
        page.goto("/signin")
        eye.sees("Sign in", "mail-sign-in")
        page.get_by_role("link", name="Email me a code instead").click()
        eye.sees("Sign in by email", "mail-ask")
        page.locator("#email").fill(alice.email)
        page.get_by_role("button", name="Send the code").click()
        eye.sees("Check your email", "mail-sent")
        types(page, "000", "Sign in")
        eye.sees("Check your email", "mail-error")
        link = Mailbox(app).newest(alice.email).link
        elsewhere.goto(link)
        Eye(elsewhere, photographs, "elsewhere").sees("Go back to where you asked", "mail-elsewhere")
        assert "token" not in elsewhere.url
        page.goto(link)
        eye.sees("Sign in", "mail-link")
        assert "token" not in page.url
        page.reload()
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Hello, Alice Example")
        page.goto(link)
        eye.sees("This link is too old or was already used", "mail-dead")
