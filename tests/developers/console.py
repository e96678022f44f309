"""The developer console as its people use it: an app registered, a page opened, a form sent."""

from dataclasses import dataclass

from idp import clock
from idp.settings.load import Settings
from idp.store import owned_apps
from idp.store.owned_apps import OwnedApp
from tests.people import Person
from tests.signing_up import shown, signs_in
from tests.web_browser import Page

CALLBACK = "https://photobox.example/callback"


def open_to(settings: Settings, who: str = "everyone", **more: object) -> Settings:
    """The same install, whose console lets these people in."""
    changed = settings.developers.model_copy(update={"who": who, **more})
    return settings.model_copy(update={"developers": changed})


@dataclass(frozen=True)
class Developer:
    """Somebody at the console, with an app they registered and the secret it was given ("" for none)."""

    person: Person
    client_id: str
    secret: str = ""

    @classmethod
    def of(cls, person: Person, name: str = "Photo Box", kind: str = "web", redirects: str = CALLBACK) -> "Developer":
        """They sign in and register it."""
        page = fills_in(person, client_name=name, kind=kind, redirect_uris=redirects)
        assert page.status == 200, page.text
        return cls(person, copied_from(page, "client-id"), secret_on(page))

    def opens(self, part: str = "") -> Page:
        return shown(self.person.browser.open(f"/developers/{self.client_id}{part}"))

    def submits(self, page: Page, *fields: str, press: str = "", **typed: str) -> Page:
        """The form of this page that has these fields (or this button)."""
        form = page.form(*(fields or typed), press=press or None)
        return shown(self.person.browser.submit(page, press or None, form=form, **typed))

    def presses(self, part: str, button: str) -> Page:
        return self.submits(self.opens(part), press=button)

    @property
    def app(self) -> OwnedApp:
        return next(app for app in owned(self.person) if app.client_id == self.client_id)


def fills_in(person: Person, **typed: str) -> Page:
    """The form of a new app, sent."""
    page = shown(person.browser.open("/developers/new"))
    if "/signin" in page.url:
        signs_in(person)
        page = shown(person.browser.open("/developers/new"))
    return shown(person.browser.submit(page, form=page.form("client_name"), **typed))


def secret_on(page: Page) -> str:
    """The secret that this page shows, "" for none."""
    return copied_from(page, "client-secret")


def copied_from(page: Page, name: str) -> str:
    """What stands beside a button that copies it."""
    return page.html.partition(f'<code id="{name}">')[2].partition("</code>")[0]


def owned(person: Person) -> tuple[OwnedApp, ...]:
    with person.server.app_context():
        return owned_apps.of_user(str(person.user_id), clock.now())
