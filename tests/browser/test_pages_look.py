"""Every page without an account, in every scheme and width: accessible, fitting, small, and its own."""

from pathlib import Path

import pytest
from playwright.sync_api import Response as Answer

from tests.browser.chromium import DESKTOP, PHONE, SMALLEST, Looks, Scheme, page_fits, page_is_accessible, photograph
from tests.parts import needs

pytestmark = [pytest.mark.browser, needs("Chromium")]

PAGES = {
    "home": "/",
    "help": "/help",
    "terms": "/terms",
    "privacy": "/privacy",
    "form": "/signin",
    "new-password": "/reset",
    "consent": "/consent",
    "sign-out": "/signout",
    "signed-out": "/signedout",
    "account": "/account",
    "not-found": "/nowhere",
    "refused": "/refused?redirect_uri=https://photobox.example/callbak",
    "expired": "/expired",
    "slow": "/slow",
    "busy": "/busy",
    "broken": "/broken",
}
MOST_BYTES, MOST_REQUESTS = 60_000, 5


@pytest.mark.parametrize(
    ("width", "scheme", "language"),
    [
        (PHONE, "light", "en"),
        (PHONE, "dark", "en"),
        (DESKTOP, "light", "en"),
        (DESKTOP, "dark", "de"),
        (SMALLEST, "light", "de"),
    ],
)
def test_every_page_is_accessible_and_fits(
    looks: Looks, photographs: Path | None, width: int, scheme: Scheme, language: str
) -> None:
    with looks.window(width, scheme, language=language) as page:
        for name, path in PAGES.items():
            page.goto(path)
            page.evaluate("document.querySelectorAll('details').forEach((part) => { part.open = true })")
            photograph(page, photographs, f"{name}-{width}-{scheme}-{language}")
            page_fits(page)
            page_is_accessible(page)


@pytest.mark.parametrize("path", PAGES.values(), ids=PAGES)
def test_a_page_is_small_and_needs_few_requests(looks: Looks, path: str) -> None:
    with looks.window() as page:
        answers: list[Answer] = []
        page.on("response", lambda answer: answers.append(answer))
        page.goto(path, wait_until="networkidle")
        assert len(answers) <= MOST_REQUESTS
        assert sum(len(answer.body()) for answer in answers) <= MOST_BYTES
