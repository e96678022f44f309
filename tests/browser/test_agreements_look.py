"""Documents, changed terms and the end of news, in a real browser."""

from pathlib import Path
from urllib.parse import urlencode

import pytest
from flask import Flask
from playwright.sync_api import expect

from idp import clock
from idp.accounts.agreements import stop_token
from tests.browser.chromium import DESKTOP, PHONE, SMALLEST, Looks, Scheme, page_fits, page_is_accessible, photograph
from tests.parts import needs
from tests.people import ALICE, Person
from tests.terms import put_in_force, written

pytestmark = [pytest.mark.browser, needs("Chromium")]

_, ADDRESS, PASSWORD = ALICE
WORDS = """# Terms of use

Be **kind** to one another, and [read the help](/help).

## What you may do

- One thing, which takes a few more words than fit into one line of the smallest phone
- Another

### In short

1. First
2. Second: Donaudampfschifffahrtsgesellschaftskapitänsmützenabzeichen
"""
SUMMARY = "- You may be *kind* now.\n- Nothing else changed."


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    written(tmp_path, "terms", "2026-11", en="Be nice.")
    written(tmp_path, "terms", "2026-11b", en=WORDS, SUMMARY_en=SUMMARY)
    written(tmp_path, "privacy", "2026-11", en="We keep little.")
    return tmp_path


OPENED = "document.querySelectorAll('details').forEach((part) => { part.open = true })"


@pytest.mark.parametrize(("width", "scheme"), [(PHONE, "light"), (DESKTOP, "dark"), (SMALLEST, "light")])
def test_changed_terms_are_read_and_agreed_to(
    provider: Looks, app: Flask, folder: Path, photographs: Path | None, width: int, scheme: Scheme
) -> None:
    alice = Person.of(ALICE, app).with_account()
    put_in_force(app, folder=folder, terms_version="2026-11b")
    with provider.window(width, scheme) as page:

        def looked_at(name: str) -> None:
            photograph(page, photographs, f"agreements-{name}-{width}-{scheme}")
            page_fits(page)
            page_is_accessible(page)

        for path in ("/terms", "/terms/2026-11", "/privacy"):
            page.goto(path)
            page.evaluate(OPENED)
            looked_at(path.strip("/").replace("/", "-"))
        page.goto("/signin")
        page.get_by_label("Email address").fill(ADDRESS)
        page.get_by_label("Password", exact=True).fill(PASSWORD)
        page.get_by_role("button", name="Sign in", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Our terms have changed")
        looked_at("changed")
        page.get_by_role("button", name="Agree", exact=True).click()
        expect(page.locator("#terms")).to_be_focused()
        looked_at("changed-error")
        page.get_by_role("checkbox").check()
        page.get_by_role("button", name="Agree", exact=True).click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Alice Example")
        page.goto("/account/profile")
        page.get_by_role("button", name="Turn on news and offers").click()
        expect(page.locator("#news")).to_contain_text("On since")
        looked_at("profile")
        page.goto(stopping(app, str(alice.user_id)))
        looked_at("stop")
        page.get_by_role("button", name="Stop them").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("You won’t get any more")
        looked_at("stopped")
        page.goto("/marketing/stop?token=nothing")
        looked_at("stop-dead")


def stopping(app: Flask, user_id: str) -> str:
    """Where the link at the foot of a mail with news leads."""
    with app.app_context():
        token = stop_token(user_id, app.extensions["portico"].sealer, clock.now())
    return f"/marketing/stop?{urlencode({'token': token})}"
