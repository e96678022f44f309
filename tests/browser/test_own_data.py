"""Devices, connected apps, data and privacy, the lock and the end of an account, in a real browser."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from idp.outside.geoip import Atlas
from tests.browser.chromium import DESKTOP, PHONE, SMALLEST, Looks, Scheme, page_fits, page_is_accessible, photograph
from tests.emulators import mmdb
from tests.mailbox import Mailbox
from tests.parts import needs
from tests.people import ALICE, Person
from tests.relying_app import RelyingApp
from tests.web_browser import Browser

pytestmark = [pytest.mark.browser, needs("Chromium")]

_, ADDRESS, PASSWORD = ALICE
IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Safari/604.1"
LONG = "The Very Long Name of an App That Hardly Fits Anywhere"
ALL_OF_IT = "openid profile email phone address offline_access"


@pytest.fixture
def somebody(app: Flask, alice: Person, tmp_path: Path) -> Person:
    """She uses two apps, on a phone in another town and on a tablet."""
    house = app.extensions["portico"]
    app.extensions["portico"] = replace(house, atlas=Atlas.opened(str(mmdb.write(tmp_path / "city.mmdb"))))
    alice.fills_in(phone_number="+33 6 12 34 56 78", address={"locality": "Lyon", "country": "France"})
    phone = replace(alice, browser=Browser(app, user_agent=IPHONE, address="198.51.100.77"))
    box = RelyingApp.registered(app, "box", contacts=["help@photobox.example"], policy_uri="https://photobox.example/p")
    box.asks(ALL_OF_IT).seen_by(phone).signs_in(remember=True).allows().redeems()
    long = RelyingApp.registered(app, "long", client_name=LONG)
    long.asks("openid profile").seen_by(alice.elsewhere()).signs_in().allows().redeems()
    return alice


def signs_in(page: Page, at: str) -> None:
    page.goto(at)
    page.get_by_label("Email address").fill(ADDRESS)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def looking(page: Page, photographs: Path | None, suffix: str) -> Callable[[str], None]:
    def look(name: str) -> None:
        page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true })")
        photograph(page, photographs, f"own-{name}-{suffix}")
        page_fits(page)
        page_is_accessible(page)

    return look


@pytest.mark.parametrize(
    ("width", "scheme"), [(PHONE, "light"), (PHONE, "dark"), (DESKTOP, "light"), (DESKTOP, "dark"), (SMALLEST, "light")]
)
def test_every_page_is_accessible_and_fits(
    provider: Looks, somebody: Person, photographs: Path | None, width: int, scheme: Scheme
) -> None:
    with provider.window(width, scheme) as page:
        look = looking(page, photographs, f"{width}-{scheme}")
        signs_in(page, "/account/devices")
        signs_in_with_nothing = page.get_by_role("heading", level=1)
        expect(signs_in_with_nothing).to_have_text("Devices")
        look("devices")
        for path in ("apps", "apps/box", "apps/long", "data", "data/download", "data/delete", "secure", "lock"):
            page.goto(f"/account/{path}")
            look(path.replace("/", "-"))
        page.goto("/account/data/delete")
        page.get_by_label("Type your email address to confirm").fill("bob@example.org")
        page.get_by_role("button", name="Delete my account").click()
        expect(page.locator("#email")).to_be_focused()
        look("delete-error")
        page.goto("/account/apps/box")
        page.get_by_role("button", name="Disconnect").click()
        expect(page.get_by_text("Photo Box is disconnected.")).to_be_visible()
        look("apps-disconnected")
        page.goto("/account/devices")
        page.get_by_role("button", name="Sign out everywhere else").click()
        expect(page.get_by_text("Only this device is signed in.")).to_be_visible()
        look("devices-alone")


@pytest.mark.parametrize(("width", "scheme"), [(PHONE, "light"), (DESKTOP, "dark"), (SMALLEST, "light")])
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_the_end_of_an_account_and_coming_back(
    provider: Looks, somebody: Person, photographs: Path | None, width: int, scheme: Scheme, scripts: bool
) -> None:
    with provider.window(width, scheme, scripts=scripts) as page:

        def look(name: str) -> None:
            if scripts:
                looking(page, photographs, f"{width}-{scheme}")(name)

        signs_in(page, "/account/data/delete")
        page.get_by_label("Type your email address to confirm").fill(ADDRESS)
        page.get_by_role("button", name="Delete my account").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Your account will be deleted")
        look("deletion-set")
        signs_in(page, "/signin")
        expect(page.get_by_role("heading", level=1)).to_have_text("Keep your account?")
        look("keep")
        page.reload()
        page.get_by_role("button", name="Keep my account").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Alice Example")


@pytest.mark.parametrize(("width", "scheme"), [(PHONE, "dark"), (DESKTOP, "light"), (SMALLEST, "light")])
def test_the_lock_and_the_way_back_by_mail(
    provider: Looks, somebody: Person, mailbox: Mailbox, photographs: Path | None, width: int, scheme: Scheme
) -> None:
    with provider.window(width, scheme) as page:
        look = looking(page, photographs, f"{width}-{scheme}")
        page.goto("/account/secure")
        look("secure-by-mail")
        signs_in(page, "/account/lock")
        page.get_by_role("button", name="Lock my account").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Your account is locked")
        look("locked")
        page.get_by_role("link", name="Unlock my account").click()
        page.get_by_label("Email address").fill(ADDRESS)
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Check your email")
        page.goto(mailbox.newest(ADDRESS, "choose_password").link)
        page.get_by_label("New password", exact=True).fill("Violet-kettle-42")
        page.get_by_label("Re-enter new password").fill("Violet-kettle-42")
        page.get_by_role("button", name="Continue").click()
        if page.get_by_role("button", name="Not now").is_visible():
            page.get_by_role("button", name="Not now").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Secure your account")
        look("unlocked")


def test_the_file_is_saved_under_its_name(provider: Looks, somebody: Person, tmp_path: Path) -> None:
    with provider.window() as page:
        signs_in(page, "/account/data/download")
        with page.expect_download() as download:
            page.get_by_role("button", name="Download").click()
        assert download.value.suggested_filename == "my-data.json"
        download.value.save_as(tmp_path / "mine.json")
        assert json.loads((tmp_path / "mine.json").read_text())["addresses"][0]["address"] == ADDRESS


def test_everything_is_reached_by_keyboard(provider: Looks, somebody: Person) -> None:
    """From the list of apps to the end of one, without a pointer."""
    with provider.window() as page:
        signs_in(page, "/account/apps")
        page.get_by_role("link", name="Manage Photo Box").focus()
        page.keyboard.press("Enter")
        page.wait_for_url("**/account/apps/box")
        page.locator("summary").focus()
        page.keyboard.press("Enter")
        expect(page.locator("details")).to_have_attribute("open", "")
        seen = []
        for _ in range(8):
            page.keyboard.press("Tab")
            seen.append(page.evaluate("document.activeElement.textContent.trim()"))
            if seen[-1] == "Disconnect":
                break
        assert seen[-1] == "Disconnect", seen
        page.keyboard.press("Enter")
        expect(page.get_by_text("Photo Box is disconnected.")).to_be_visible()
