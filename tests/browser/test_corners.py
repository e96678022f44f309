"""Pages that lie beside the way: the smallest phone in other languages, popups, the mails of a development install."""

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import expect

from tests.browser.chromium import PHONE, SMALLEST, Looks, Scheme, page_fits, page_is_accessible, photograph
from tests.parts import needs
from tests.people import JANE, Person
from tests.relying_app import RelyingApp

pytestmark = [pytest.mark.browser, needs("Chromium")]

_, ADDRESS, PASSWORD = JANE
ALONE = ("/signin", "/signup", "/forgot", "/reset?token=nothing", "/verify?token=nothing", "/authorize?client_id=x")


@pytest.mark.parametrize("language", ["de", "fr", "es", "ar"])
def test_other_languages_fit_the_smallest_phone(provider: Looks, photographs: Path | None, language: str) -> None:
    """With every field that is missing said to be so."""
    with provider.window(SMALLEST, language=language) as page:
        for path in ALONE:
            page.goto(path)
            expect(page.locator("html")).to_have_attribute("lang", language)
            photograph(page, photographs, f"{language}-{path.strip('/').partition('?')[0]}")
            page_fits(page)
            page_is_accessible(page)
            if page.locator(".btn--primary[type=submit]").count():
                page.locator(".btn--primary").click()
                photograph(page, photographs, f"{language}-{path.strip('/').partition('?')[0]}-errors")
                page_fits(page)
                page_is_accessible(page)


def test_the_language_chosen_in_the_footer_stays_for_the_whole_sign_in(
    provider: Looks, app: Flask, photo_box: RelyingApp
) -> None:
    """Even against an app that asks for another one."""
    Person.of(JANE, app).with_account()
    with provider.window(PHONE) as page:
        page.goto(photo_box.asks(ui_locales="en").url)
        page.get_by_label("Language").select_option("de")
        page.get_by_role("button", name="Change language").click()
        page.get_by_label("E-Mail-Adresse").fill(ADDRESS)
        page.get_by_label("Passwort", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Anmelden").click()
        page.get_by_role("button", name="Erlauben", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Welcome")


def test_a_popup_has_one_column_at_any_width(provider: Looks, photo_box: RelyingApp) -> None:
    with provider.window(1000) as page:
        page.goto(photo_box.asks(display="popup").url)
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
        panel, form = page.locator(".card-aside").bounding_box(), page.locator(".card-main").bounding_box()
        assert panel is not None
        assert form is not None
        assert form["y"] >= panel["y"] + panel["height"] - 1
        page_fits(page)
        page_is_accessible(page)


def test_the_longest_address_fits_the_smallest_phone(provider: Looks, photographs: Path | None) -> None:
    longest = "a" * 64 + "@" + "b" * 63 + "." + "c" * 63 + ".example.org"
    with provider.window(SMALLEST) as page:
        page.goto("/signup")
        page.locator("#email").fill(longest)
        page.locator("#new-password").fill(PASSWORD)
        page.locator("#confirm-password").fill(PASSWORD)
        page.locator("#terms").check()
        page.get_by_role("button", name="Create account").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Check your email")
        page_fits(page)
        photograph(page, photographs, "longest-address")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_mails_of_a_development_install_can_be_read(
    provider: Looks, app: Flask, photographs: Path | None, scheme: Scheme
) -> None:
    with provider.window(PHONE, scheme) as page:
        page.goto("/signup")
        page.locator("#email").fill(ADDRESS)
        page.locator("#new-password").fill(PASSWORD)
        page.locator("#confirm-password").fill(PASSWORD)
        page.locator("#terms").check()
        page.get_by_role("button", name="Create account").click()
        page.goto("/dev/mail")
        page_is_accessible(page)
        photograph(page, photographs, f"dev-mail-{scheme}")
        page.get_by_role("link", name="code").click()
        page_is_accessible(page)
        page_fits(page)
        photograph(page, photographs, f"dev-mail-shown-{scheme}")
