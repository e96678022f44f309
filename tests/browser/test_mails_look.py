"""Every mail as a reader's program shows it: accessible in both schemes, fitting, and fetching nothing."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from idp.mail.layout import as_html
from tests.browser.chromium import DESKTOP, EVERY_RULE, PHONE, SMALLEST, Looks, Scheme, page_fits, photograph
from tests.mail.letters import ALL, HANS, JANE, settings
from tests.parts import needs

# A mail is shown inside the page of the reader's program, whose landmarks are its own.
NO_LANDMARKS = {**EVERY_RULE, "rules": {"region": {"enabled": False}, "landmark-one-main": {"enabled": False}}}
pytestmark = [pytest.mark.browser, needs("Chromium")]


@pytest.mark.parametrize(
    ("width", "scheme", "reader"),
    [(PHONE, "light", JANE), (PHONE, "dark", JANE), (DESKTOP, "dark", HANS), (SMALLEST, "light", HANS)],
)
def test_every_mail_is_accessible_and_fits(
    browser: Browser, photographs: Path | None, width: int, scheme: Scheme, reader: object
) -> None:
    looks = Looks(browser, "about:blank")
    with looks.window(width, scheme) as page:
        for kind, write in ALL.items():
            page.set_content(as_html(write(reader), settings()))
            photograph(page, photographs, f"mail-{kind}-{width}-{scheme}")
            found = Axe().run(page, options=NO_LANDMARKS)
            assert found.violations_count == 0, f"{kind}\n{found.generate_report()}"
            page_fits(page)
    assert looks.fetched == []
    assert looks.complaints == []
