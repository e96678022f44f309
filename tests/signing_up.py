"""What people do to get an account and to use it, step by step: for stories that are about those steps."""

import re
from dataclasses import replace

from flask import Flask
from sqlalchemy import text

from idp.store import base
from tests.people import Person
from tests.web_browser import Arrival, Browser, Page


def shown(at: Page | Arrival | None) -> Page:
    """The person is on a page of ours, not back at the app."""
    assert isinstance(at, Page), f"already at {at}"
    return at


def fill_in_sign_up(browser: Browser, page: Page, address: str, chosen: str, **more: str) -> Page | Arrival:
    """The sign-up form as most people send it; `more` says what is different."""
    form = page.form("new_password")
    typed = {"email": address, "new_password": chosen, "confirm_password": chosen}
    return browser.submit(page, form=form, **{**typed, "terms": form.boxes["terms"][0], **more})


def signs_up(person: Person, at: Page | Arrival | None = None, **more: str) -> Page:
    """From the sign-up page to "Check your email"."""
    page = shown(at or person.browser.open("/signup"))
    return shown(fill_in_sign_up(person.browser, page, person.email, person.password, **more))


def signs_in(person: Person, browser: Browser | None = None, *, password: str = "", remember: str = "") -> Page:
    """On a direct visit, in this browser or another one."""
    browser = browser or person.browser
    page = shown(browser.open("/signin"))
    typed = {"email": person.email, "password": password or person.password}
    ticked = {"remember": remember} if remember else {}
    return shown(browser.submit(page, form=page.form("password"), **typed, **ticked))


def close_sign_ups(app: Flask) -> None:
    """The operator switches signing up off, and reloads."""
    house = app.extensions["portico"]
    signup = house.settings.signup.model_copy(update={"enabled": False})
    settings = house.settings.model_copy(update={"signup": signup})
    app.extensions["portico"] = replace(house, settings=settings)


def sub_of(app: Flask, address: str) -> str | None:
    """The account behind an address."""
    with app.app_context():
        found = base.db.session.execute(text("SELECT user_id FROM emails WHERE lookup = :lookup"), {"lookup": address})
        return found.scalar_one_or_none()


def words_of(page: Page) -> str:
    """What a person reads, without what differs by chance (references, tokens, the typed address)."""
    return re.sub(r"\S+@\S+", "ADDRESS", page.text)
