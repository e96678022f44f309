"""How people come by another provider: the button, the way there and back, what is missing of an account."""

from flask import Flask
from sqlalchemy import text

from idp.store import base, identities
from idp.store.identities import Link
from idp.upstream import linking
from idp.upstream.linking import Came
from idp.upstream.provider import Identity
from tests.emulators.other_provider import OtherProvider
from tests.mailbox import Mailbox
from tests.people import Person
from tests.signing_up import shown
from tests.web_browser import Arrival, Browser, Page
from tests.web_page import Form

At = Page | Arrival | None


def leaves(browser: Browser, provider: OtherProvider, at: At = None, **typed: str) -> Arrival:
    """The button is pressed: on the page where they are, else on the sign-in page."""
    page = shown(at or browser.open("/signin"))
    departed = browser.submit(page, form=button(page, provider), **typed)
    assert isinstance(departed, Arrival), f"still here: {departed.text[:500]}"
    return departed


def button(page: Page, provider: OtherProvider) -> Form:
    """The form whose one button leads there."""
    return page.form(press=next(says for says in labels(page) if provider.label in says))


def labels(page: Page) -> list[str]:
    """What the buttons of other providers say, in their order."""
    return [each.says for form in page.read.forms for each in form.buttons if each.says.startswith("Continue with")]


def comes(browser: Browser, provider: OtherProvider, identity: Identity | None, at: At = None) -> Page | Arrival:
    """There and back again."""
    return provider.sends_back(browser, leaves(browser, provider, at), identity)


def joins(browser: Browser, at: At, **typed: str) -> Page | Arrival:
    """The form of somebody new, as most people send it."""
    page = shown(at)
    assert page.heading == "Almost there", page.text[:500]
    form = page.form("terms")
    return browser.submit(page, form=form, **{"terms": form.boxes["terms"][0], **typed})


def linked(person: Person, provider: OtherProvider, identity: Identity) -> Link:
    """They linked it some time ago."""
    with person.server.app_context(), base.unit_of_work():
        link = linking.attach(str(person.user_id), Came(provider.name, identity), 1)
        assert link
        return link


def links_of(app: Flask, user_id: str | None) -> list[str]:
    """The subjects that open an account."""
    with app.app_context():
        found = [link.subject for link in identities.of_user(str(user_id))]
        base.db.session.remove()
    return found


def without_password(person: Person) -> None:
    """They never set one."""
    with person.server.app_context(), base.unit_of_work():
        gone = text("DELETE FROM credentials WHERE user_id = :user_id")
        base.db.session.execute(gone, {"user_id": person.user_id})


def subs_of(app: Flask, browser: Browser) -> list[str]:
    """Whose live session this browser has."""
    cookie = browser.cookie("portico_session")
    with app.app_context():
        found = base.db.session.execute(
            text("SELECT user_id FROM browser_sessions WHERE cookie = :cookie AND ended_at IS NULL"),
            {"cookie": base.fingerprint(cookie or "")},
        )
        subs = list(found.scalars())
        base.db.session.remove()
    return subs


def with_authenticator(person: Person) -> None:
    """They set up an authenticator app some time ago."""
    with person.server.app_context(), base.unit_of_work():
        base.db.session.execute(
            text(
                """
                INSERT INTO authenticators (user_id, key, last_step, created_at, confirmed_at)
                VALUES (:user_id, 'sealed', 0, 1, 1)
                """
            ),
            {"user_id": person.user_id},
        )


def types_code(person: Person, page: Page, mailbox: Mailbox) -> Page:
    """The code of the newest mail, where they wait for it."""
    return shown(person.browser.submit(page, form=page.form("code"), code=mailbox.newest(person.email).code))


def presses_link(browser: Browser, mailbox: Mailbox, address: str) -> Page:
    """As far as the link still has one."""
    page = shown(browser.open(mailbox.newest(address).link))
    has_button = any(button.says == "Confirm email" for form in page.read.forms for button in form.buttons)
    return shown(browser.submit(page, "Confirm email")) if has_button else page
