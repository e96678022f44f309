"""The account's home, profile, picture and change of address in a real browser: each page and error state looked at."""

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from PIL import Image
from playwright.sync_api import Page, expect

from tests.browser.chromium import DESKTOP, PHONE, SMALLEST, Looks, Scheme, page_fits, page_is_accessible, photograph
from tests.mailbox import Mailbox
from tests.parts import needs
from tests.people import ALICE, Person
from tests.relying_app import RelyingApp

pytestmark = [pytest.mark.browser, needs("Chromium")]

NEW = "alice@new.example.net"
LOOKS: list[tuple[int, Scheme, bool]] = [
    (SMALLEST, "light", True),
    (PHONE, "dark", True),
    (DESKTOP, "light", True),
    (DESKTOP, "dark", True),
    (PHONE, "light", False),
]
FOCUSED = "document.activeElement.id || document.activeElement.textContent.trim()"


def photo(size: tuple[int, int] = (1600, 1200)) -> bytes:
    """As a camera makes one: many colours, held upright, with a note of where it was."""
    out, exif = BytesIO(), Image.Exif()
    exif[0x0112], exif[0x010E] = 6, "48.8566 N 2.3522 E"
    noise = [Image.effect_noise(size, 60) for _ in range(3)]
    Image.merge("RGB", noise).save(out, "JPEG", exif=exif, quality=80)
    return out.getvalue()


@dataclass
class Walk:
    """Alice at a window, signed in; `at` says which page she should be on and looks at it."""

    page: Page
    server: Flask
    person: Person
    photographs: Path | None
    look: str
    scripts: bool

    def at(self, heading: str, name: str, *, title: str = "") -> "Walk":
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)
        if title:
            expect(self.page).to_have_title(title)
        photograph(self.page, self.photographs, f"account-{name}-{self.look}")
        page_fits(self.page)
        if self.scripts:
            page_is_accessible(self.page)
        return self

    def types(self, **fields: str) -> "Walk":
        for field, text in fields.items():
            self.page.locator(f"#{field.replace('_', '-')}").fill(text)
        return self

    def presses(self, name: str) -> "Walk":
        self.page.get_by_role("button", name=name, exact=True).click()
        return self

    def opens(self, url: str) -> "Walk":
        self.page.goto(url)
        return self

    def signs_in(self) -> "Walk":
        return self.opens("/signin").types(email=self.person.email, password=self.person.password).presses("Sign in")

    def newest_link(self, address: str, kind: str) -> str:
        return Mailbox(self.server).newest(address, kind).link


@pytest.fixture(params=LOOKS, ids=[", ".join(map(str, look)) for look in LOOKS])
def walk(request: pytest.FixtureRequest, provider: Looks, app: Flask, photographs: Path | None) -> Iterator[Walk]:
    width, scheme, scripts = request.param
    alice = Person.of(ALICE, app).with_account()
    with provider.window(width, scheme, scripts=scripts) as page:
        look = f"{width}-{scheme}{'' if scripts else '-plain'}"
        yield Walk(page, app, alice, photographs, look, scripts)


def test_the_home_page(walk: Walk, photo_box: RelyingApp) -> None:
    photo_box.asks("openid profile email offline_access").seen_by(walk.person).signs_in().allows().redeems()
    walk.signs_in().at("Hello, Alice Example", "home")
    expect(walk.page.get_by_text("1 suggestion")).to_be_visible()  # no passkeys at a numeric address
    expect(walk.page.get_by_role("main").get_by_text("Photo Box").first).to_be_visible()


def test_a_phone_shows_in_the_strip_of_pages_where_one_is(provider: Looks, app: Flask) -> None:
    alice = Person.of(ALICE, app).with_account()
    with provider.window(PHONE) as page:
        Walk(page, app, alice, None, "", scripts=True).signs_in()
        for place in ("Home", "Linked accounts", "Data and privacy"):
            page.get_by_role("navigation").get_by_role("link", name=place).click()
            expect(page.get_by_role("navigation").locator("[aria-current]")).to_have_text(place)
            expect(page.get_by_role("navigation").locator("[aria-current]")).to_be_in_viewport(ratio=1)


def test_a_profile_is_filled_in_mended_and_saved(walk: Walk, photo_box: RelyingApp) -> None:
    photo_box.asks("openid profile address phone email").seen_by(walk.person).signs_in().allows().redeems()
    walk.signs_in().opens("/account/profile").at("Profile", "profile")
    walk.types(nickname="Al", birth_day="31", birth_year="1990", phone_number="0612345678", website="al.example.org")
    walk.page.locator("#birth-month").select_option("4")
    walk.page.locator("#zoneinfo").select_option("Europe/Paris")
    walk.types(street_address="1 Rue\nBât. B", locality="Lyon", country="France")
    walk.presses("Save profile").at("Profile", "profile-errors", title="Error: Profile – Portico")
    assert walk.page.evaluate(FOCUSED) == "birth-day"
    walk.types(birth_day="30", phone_number="+33 6 12 34 56 78").presses("Save profile").at("Profile", "profile-saved")
    expect(walk.page.get_by_text("Your profile is saved.")).to_be_visible()
    expect(walk.page.locator("#phone-number")).to_have_value("+33612345678")
    expect(walk.page.locator("#street-address")).to_have_value("1 Rue\nBât. B")
    expect(walk.page.locator("#birth-month")).to_have_value("4")


def test_a_photo_is_sent_shown_and_removed(walk: Walk) -> None:
    walk.signs_in().opens("/account/profile")
    sent = {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": photo()}
    walk.page.locator("#picture").set_input_files(sent)  # type: ignore[arg-type]
    walk.presses("Use this picture").at("Profile", "profile-picture")
    pictures = walk.page.locator("img.avatar")
    expect(pictures).to_have_count(2)
    assert walk.page.evaluate("[...document.images].every((image) => image.naturalWidth === 512)")
    walk.opens("/account").at("Hello, Alice Example", "home-picture")
    walk.opens("/account/profile").presses("Remove picture").at("Profile", "profile-no-picture")
    expect(pictures).to_have_count(0)


def test_a_file_that_is_no_picture_is_refused_beside_its_field(walk: Walk) -> None:
    walk.signs_in().opens("/account/profile")
    sent = {"name": "me.svg", "mimeType": "image/svg+xml", "buffer": b"<svg onload='alert(1)'/>"}
    walk.page.locator("#picture").set_input_files(sent)  # type: ignore[arg-type]
    walk.presses("Use this picture").at("Profile", "profile-picture-refused", title="Error: Profile – Portico")
    expect(walk.page.get_by_text("Use a PNG or JPEG picture.")).to_be_visible()
    assert walk.page.evaluate(FOCUSED) == "picture"


def test_the_address_moves_and_is_taken_back(walk: Walk) -> None:
    old = walk.person.email
    walk.signs_in().opens("/account/email").at("Change your email address", "email-change")
    walk.presses("Continue").at("Change your email address", "email-change-errors")
    walk.types(email=NEW, password=walk.person.password).presses("Continue").at("Check your email", "email-sent")
    walk.types(code="12").presses("Confirm email").at("Check your email", "email-code-error")
    walk.opens("/account/profile").at("Profile", "profile-email-waits")
    link = walk.newest_link(NEW, "confirm_new_address")
    walk.opens(link).at("One click to finish", "email-confirm")
    if walk.scripts:
        assert "token=" not in walk.page.url
    walk.presses("Confirm email").at("Profile", "profile-email-moved")
    expect(walk.page.get_by_text("Your email address is changed.")).to_be_visible()
    walk.page.context.clear_cookies()
    walk.opens(walk.newest_link(old, "address_changing")).at("Stop the change of your address?", "email-stop")
    walk.presses("Stop the change").at("Choose a new password", "email-taken-back")


def test_a_change_is_stopped_before_it_happens(walk: Walk) -> None:
    walk.signs_in().opens("/account/email").types(email=NEW, password=walk.person.password).presses("Continue")
    walk.at("Check your email", "email-sent-again")
    walk.page.context.clear_cookies()
    link = walk.newest_link(walk.person.email, "address_changing")
    walk.opens(link).presses("Stop the change").at("The change is stopped", "email-stopped")
    walk.opens(link).at("This link is too old or was already used", "email-too-late")
    confirm = walk.newest_link(NEW, "confirm_new_address")
    walk.opens(confirm).at("This link is too old or was already used", "email-dead")


def test_the_link_where_nobody_is_signed_in(walk: Walk) -> None:
    walk.signs_in().opens("/account/email").types(email=NEW, password=walk.person.password).presses("Continue")
    walk.at("Check your email", "email-sent-here")
    walk.page.context.clear_cookies()
    walk.opens(walk.newest_link(NEW, "confirm_new_address")).at("Go on where you started", "email-elsewhere")


def test_the_page_of_the_password(walk: Walk) -> None:
    walk.signs_in().opens("/account/password").at("Change your password", "password")


def test_a_profile_is_filled_in_by_keyboard_alone(provider: Looks, app: Flask) -> None:
    alice = Person.of(ALICE, app).with_account()
    with provider.window() as page:
        page.goto("/signin")
        expect(page.locator("#email")).to_be_focused()
        page.keyboard.type(alice.email)
        page.keyboard.press("Tab")
        page.keyboard.type(alice.password)
        page.keyboard.press("Enter")
        page.wait_for_url("**/account")
        page.goto("/account/profile")
        page.locator("#name").focus()
        stops = []
        for _ in range(18):
            stops.append(page.evaluate(FOCUSED))
            page.keyboard.press("Tab")
        assert stops == [
            *("name", "given-name", "middle-name", "family-name", "nickname", "preferred-username"),
            *("gender", "own-gender", "birth-day", "birth-month", "birth-year", "website", "profile"),
            *("locale", "zoneinfo", "phone-number", "street-address", "postal-code"),
        ]
        page.locator("#nickname").focus()
        page.keyboard.type("Al")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Your profile is saved.")).to_be_visible()
