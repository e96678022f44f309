"""What a person does in Chromium, on Portico's pages and on the pages of an app."""

import json
import re
from typing import Any

from playwright.sync_api import Page, expect

from tests.interop.portico import Person, Portico, Registered


def at_sign_in(portico: Portico) -> re.Pattern[str]:
    return re.compile(rf"^{re.escape(portico.issuer)}/signin\b")


def signs_in(page: Page, portico: Portico, person: Person) -> None:
    """On the sign-in page, whoever sent the person there."""
    expect(page).to_have_url(at_sign_in(portico))
    page.locator("input[name=email]").fill(person.email)
    page.locator("input[name=password]").fill(person.password)
    page.get_by_role("main").get_by_role("button", name="Sign in", exact=True).click()


def allows(page: Page) -> None:
    page.get_by_role("button", name="Allow", exact=True).click()


def is_asked_to_sign_in(page: Page, portico: Portico) -> None:
    """The session at Portico is over: the password is asked for again."""
    expect(page).to_have_url(at_sign_in(portico))
    expect(page.locator("input[name=password]")).to_be_visible()


def heading(page: Page, words: str) -> None:
    """The app says so; where it shows a failure instead, the test says what."""
    failure = page.locator("#failure")
    expect(page.get_by_role("heading", level=1, name=words, exact=True).or_(failure).first).to_be_visible()
    assert not failure.count() or not failure.inner_text(), failure.inner_text()
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def shown(page: Page, name: str) -> Any:
    """What the app wrote down as JSON."""
    return json.loads(page.locator(f"#{name}").inner_text())


def are_about(claims: dict[str, Any], person: Person) -> bool:
    wanted = {"sub": person.sub, "email": person.email, "email_verified": True}
    return claims | wanted == claims


def are_for(claims: dict[str, Any], app: Registered) -> bool:
    """OpenID Connect Core §3.1.3.7, as far as a reader of claims can check it."""
    return bool(claims["iss"] == app.issuer and claims["aud"] == app.client_id and claims["iat"] < claims["exp"])
