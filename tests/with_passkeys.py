"""What people do with passkeys, step by step, on a provider at a domain: passkeys are made for nothing else."""

import json
import re
from html import unescape
from typing import Any
from urllib.parse import urlencode, urlsplit

from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from idp.settings.load import Settings
from idp.store import audit, base, passkeys
from tests.people import Person
from tests.relying_app import Visit
from tests.signing_up import shown, signs_in
from tests.soft_authenticator import HONEST, Lies, SoftAuthenticator
from tests.web_browser import Arrival, Browser, Page
from tests.web_page import Form

ISSUER = "http://localhost:8000"
FORM = re.compile(r'<form[^>]* action="(?P<action>[^"]+)"[^>]* data-passkey="[^>]*data-options="(?P<options>[^"]+)"')
HELLO = "Hello, Alice Example"
FAILED = "That didn’t work. Try again, or use your password."
QUARTER = 15 * 60
GOOGLE = bytes.fromhex("ea9b8d664d011d213ce4b6b48cb575d4")
LIST, NEW = "/account/passkeys", "/account/passkeys/new"


def at_a_domain(settings: Settings, **passkeys: Any) -> Settings:
    """The same provider under a name; `passkeys` are settings of that section."""
    server = settings.server.model_copy(update={"issuer": ISSUER})
    changed = settings.passkeys.model_copy(update=passkeys)
    return settings.model_copy(update={"server": server, "passkeys": changed})


def authenticator(**what: Any) -> SoftAuthenticator:
    return SoftAuthenticator(ISSUER, **what)


def passkey_form(page: Page, action: str = "") -> tuple[Form, str]:
    """The form that a passkey answers (of this action), and where its script asks for options."""
    found = [(match["action"], unescape(match["options"])) for match in FORM.finditer(page.html)]
    wanted = [pair for pair in found if action in ("", pair[0])]
    assert wanted, f"no passkey form on {page.url} ({page.status}): {page.text[:400]}"
    return next(form for form in page.read.forms if form.action == wanted[0][0]), wanted[0][1]


def asks(browser: Browser, form: Form, options: str) -> TestResponse:
    """What the script does when its button is pressed."""
    fields = {name: value for name, value in form.fields.items() if name != "credential"}
    return browser.client.post(
        f"{ISSUER}{options}",
        data=urlencode(fields),
        content_type="application/x-www-form-urlencoded",
        headers={"Origin": ISSUER, "User-Agent": browser.user_agent},
        environ_base={"REMOTE_ADDR": browser.address},
    )


def options_of(browser: Browser, form: Form, options: str) -> dict[str, Any]:
    answer = asks(browser, form, options)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    found: dict[str, Any] = json.loads(answer.data)
    return found


def creates(browser: Browser, device: SoftAuthenticator, lies: Lies = HONEST, at: Page | None = None) -> Page | Arrival:
    """The whole dialog on the page that creates one."""
    page = at or shown(browser.open(NEW))
    form, options = passkey_form(page)
    return browser.submit(page, form=form, credential=device.creates(options_of(browser, form, options), lies))


def uses(browser: Browser, device: SoftAuthenticator, at: Page, lies: Lies = HONEST, **typed: str) -> Page | Arrival:
    """The whole dialog on a page that asks for one."""
    form, options = passkey_form(at)
    return browser.submit(at, form=form, credential=device.signs(options_of(browser, form, options), lies), **typed)


def has_passkey(person: Person, device: SoftAuthenticator) -> SoftAuthenticator:
    """They signed in with their password some time ago, created a passkey, and signed out again."""
    signs_in(person)
    page = shown(creates(person.browser, device))
    assert "Your passkey is saved." in page.text, page.text
    person.signs_out()
    return device


def signs_in_by_passkey(person: Person, device: SoftAuthenticator, lies: Lies = HONEST, **typed: str) -> Page | Arrival:
    return uses(person.browser, device, shown(person.browser.open("/signin")), lies, **typed)


def path_of(page: Page) -> str:
    return urlsplit(page.url).path


def events_of(app: Flask, person: Person) -> list[str]:
    with app.app_context():
        return audit.events_of(str(person.user_id), 50)


def is_refused(page: Page) -> bool:
    return path_of(page) == "/signin" and FAILED in page.text and "/signout" not in page.html


def by_passkey(visit: Visit, device: SoftAuthenticator, lies: Lies = HONEST) -> Visit:
    assert visit.browser is not None
    visit.at = uses(visit.browser, device, visit.page, lies)
    return visit


def count_of(app: Flask, person: Person) -> int:
    with app.app_context():
        return len(passkeys.of_user(str(person.user_id)))


def without_password(app: Flask, person: Person) -> None:
    with app.app_context(), base.unit_of_work():
        base.db.session.execute(text("DELETE FROM credentials WHERE user_id = :id"), {"id": person.user_id})
