"""The whole way of a person through the provider, in a real browser: every page and error state on it is looked at."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser.chromium import DESKTOP, PHONE, Looks, Scheme, page_fits, page_is_accessible, photograph
from tests.mailbox import Mailbox
from tests.parts import needs
from tests.people import JANE, Person
from tests.relying_app import RelyingApp

pytestmark = [pytest.mark.browser, needs("Chromium")]

_, ADDRESS, PASSWORD = JANE
ANOTHER = "Orange-teapot-43"
LOOKS: list[tuple[int, Scheme, bool]] = [(PHONE, "light", True), (DESKTOP, "dark", True), (PHONE, "light", False)]


@dataclass
class Walk:
    """A person at a window; `at` says which page they should be on and looks at it."""

    page: Page
    server: Flask
    photographs: Path | None
    look: str
    scripts: bool

    def at(self, heading: str, name: str = "", *, title: str = "") -> "Walk":
        expect(self.page.get_by_role("heading", level=1)).to_have_text(heading)
        if title:
            expect(self.page).to_have_title(title)
        photograph(self.page, self.photographs, f"way-{name or heading}-{self.look}".replace(" ", "_"))
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

    def follows(self, name: str) -> "Walk":
        self.page.get_by_role("link", name=name, exact=True).first.click()
        return self

    def opens(self, url: str) -> "Walk":
        self.page.goto(url)
        return self

    def mail(self) -> "Mailbox":
        return Mailbox(self.server)

    def arrives(self) -> "Walk":
        expect(self.page.get_by_role("heading", level=1)).to_have_text("Welcome")
        assert "code=" in self.page.url
        return self


@pytest.fixture(params=LOOKS, ids=[", ".join(map(str, look)) for look in LOOKS])
def walk(request: pytest.FixtureRequest, provider: Looks, app: Flask, photographs: Path | None) -> Iterator[Walk]:
    width, scheme, scripts = request.param
    with provider.window(width, scheme, scripts=scripts) as page:
        yield Walk(page, app, photographs, f"{width}-{scheme}{'' if scripts else '-plain'}", scripts)


def test_somebody_new_signs_up_confirms_and_lands_in_the_app(walk: Walk, photo_box: RelyingApp) -> None:
    walk.opens(photo_box.asks("openid profile email offline_access").url).at("Sign in")
    walk.presses("Sign in").at("Sign in", "sign-in-empty", title="Error: Sign in to continue to Photo Box – Portico")
    walk.types(email=ADDRESS, password="wrong").presses("Sign in").at("Sign in", "sign-in-wrong")
    walk.follows("Sign up").at("Create your account")
    walk.types(email=ADDRESS).presses("Create account").at("Create your account", "sign-up-errors")
    walk.types(new_password=PASSWORD, confirm_password=PASSWORD).page.locator("#terms").check()
    walk.presses("Create account").at("Check your email")
    walk.types(code="000 000").presses("Confirm email").at("Check your email", "wrong-code")
    walk.presses("Send it again").at("Check your email", "sent-again")
    walk.opens(walk.mail().newest().link).at("One click to finish")
    walk.presses("Confirm email").at("Photo Box would like to use your account")
    walk.presses("Allow").arrives()


def test_somebody_signs_in_changes_things_and_signs_out(walk: Walk, photo_box: RelyingApp) -> None:
    Person.of(JANE, walk.server).with_account()
    walk.opens("/").at("One account for all your apps").follows("Sign in").at("Sign in", "direct")
    walk.types(email=ADDRESS, password=PASSWORD).presses("Sign in").at("Hello, Jane Example")
    walk.opens("/account/password").at("Change your password")
    walk.presses("Change password").at("Change your password", "change-errors")
    walk.opens(photo_box.asks(prompt="login").url).at("Confirm it’s you")
    walk.types(password="wrong").presses("Continue").at("Confirm it’s you", "again-wrong")
    walk.types(password=PASSWORD).presses("Continue").at("Photo Box would like to use your account", "openid-only")
    walk.presses("Don’t allow").page.wait_for_url("**/callback?error=access_denied**")
    walk.opens(photo_box.asks(prompt="select_account").url).at("Choose an account")
    walk.opens("/signout").at("Sign out of Portico?").presses("Sign out").at("You’re signed out")


def test_somebody_forgets_the_password_and_the_apps_request_goes_on(walk: Walk, photo_box: RelyingApp) -> None:
    Person.of(JANE, walk.server).with_account()
    walk.opens(photo_box.asks().url).follows("Forgot password?").at("Forgot your password?")
    walk.presses("Continue").at("Forgot your password?", "forgot-empty")
    walk.types(email=ADDRESS).presses("Continue").at("Check your email", "forgot-sent")
    link = walk.mail().newest().link
    walk.opens(link).at("Choose a new password")
    walk.types(new_password="short", confirm_password="other").presses("Continue").at("Choose a new password", "bad")
    walk.types(new_password=ANOTHER, confirm_password=ANOTHER).presses("Continue")
    walk.at("Photo Box would like to use your account").presses("Allow").arrives()
    walk.opens(link).at("This link is too old or was already used", "reset-dead")
    walk.opens("/verify?token=nothing").at("This link is too old or was already used", "verify-dead")


def test_requests_that_cannot_be_answered_are_told_on_a_page(walk: Walk, photo_box: RelyingApp) -> None:
    walk.opens(photo_box.asks(redirect_uri="https://evil.example/").url).at("We can’t send you back to that app")
    walk.opens(photo_box.asks(client_id="nobody").url).at("We can’t send you back to that app", "unknown-app")
    walk.opens("/signin?for=" + "A" * 22).at("Let’s start again")
    walk.opens("/authorize/" + "A" * 22).at("Let’s start again", "resume-gone")


def test_form_post_goes_on_by_itself_or_by_one_press(walk: Walk, photo_box: RelyingApp) -> None:
    Person.of(JANE, walk.server).with_account()
    walk.opens(photo_box.asks(response_mode="form_post").url)
    walk.types(email=ADDRESS, password=PASSWORD).presses("Sign in").presses("Allow")
    if not walk.scripts:
        walk.presses("Continue")
    expect(walk.page.get_by_role("heading", level=1)).to_have_text("Welcome")


def test_a_waiting_page_goes_on_once_the_link_was_confirmed_elsewhere(
    provider: Looks, app: Flask, photo_box: RelyingApp
) -> None:
    with provider.window() as page, provider.window(PHONE) as phone:
        walk = Walk(page, app, None, "", True).opens(photo_box.asks(prompt="create").url)
        walk.types(email=ADDRESS, new_password=PASSWORD, confirm_password=PASSWORD).page.locator("#terms").check()
        walk.presses("Create account")
        elsewhere = Walk(phone, app, None, "", True).opens(walk.mail().newest().link)
        elsewhere.presses("Confirm email").at("Email confirmed")
        walk.at("Photo Box would like to use your account")


def test_an_app_that_needs_no_consent_is_reached_straight_from_every_form(
    provider: Looks, app: Flask, photo_box: RelyingApp
) -> None:
    """Chromium applies form-action to the redirects after a POST: each page's policy must let the last hop pass."""
    photo_box.changed(first_party=True)
    with provider.window() as page:
        walk = Walk(page, app, None, "", scripts=True)
        walk.opens(photo_box.asks(prompt="create").url)
        walk.types(email=ADDRESS, new_password=PASSWORD, confirm_password=PASSWORD).page.locator("#terms").check()
        walk.presses("Create account").opens(walk.mail().newest().link).presses("Confirm email").arrives()
        walk.opens(photo_box.asks(prompt="login").url).types(password=PASSWORD).presses("Continue").arrives()
        walk.opens(photo_box.asks(prompt="select_account").url)
        walk.page.get_by_role("button", name="jane@example.org").click()
        walk.arrives()
    with provider.window() as page:
        walk = Walk(page, app, None, "", scripts=True)
        walk.opens(photo_box.asks().url).types(email=ADDRESS, password=PASSWORD).presses("Sign in").arrives()
    with provider.window() as page:
        walk = Walk(page, app, None, "", scripts=True)
        walk.opens(photo_box.asks().url).follows("Forgot password?").types(email=ADDRESS).presses("Continue")
        walk.opens(walk.mail().newest(kind="choose_password").link)
        walk.types(new_password=ANOTHER, confirm_password=ANOTHER).presses("Continue").arrives()


def test_the_code_of_the_mail_leads_straight_to_the_app_too(provider: Looks, app: Flask, photo_box: RelyingApp) -> None:
    photo_box.changed(first_party=True)
    with provider.window(PHONE) as page:
        walk = Walk(page, app, None, "", scripts=True)
        walk.opens(photo_box.asks(prompt="create").url)
        walk.types(email=ADDRESS, new_password=PASSWORD, confirm_password=PASSWORD).page.locator("#terms").check()
        walk.presses("Create account").types(code=walk.mail().newest().code).presses("Confirm email").arrives()


def test_signing_out_leads_back_to_the_app(provider: Looks, app: Flask, photo_box: RelyingApp) -> None:
    goodbye = photo_box.redirect_uri.replace("/callback", "/goodbye")
    photo_box.changed(post_logout_redirect_uris=(goodbye,))
    Person.of(JANE, app).with_account()
    with provider.window() as page:
        walk = Walk(page, app, None, "", scripts=True)
        walk.opens("/signin").types(email=ADDRESS, password=PASSWORD).presses("Sign in").at("Hello, Jane Example")
        asked = urlencode({"client_id": photo_box.client_id, "post_logout_redirect_uri": goodbye, "state": "s 1"})
        walk.opens(f"/end_session?{asked}").at("Sign out of Portico?").presses("Sign out")
        page.wait_for_url(f"{goodbye}?state=s+1")
