"""A real Chromium: how it is started, how a page is looked at, and what must hold of every page it shows."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, Request

from scripts import system_parts

PHONE, DESKTOP, SMALLEST = 390, 1280, 320
HEIGHTS = {PHONE: 844, DESKTOP: 800, SMALLEST: 568}
Scheme = Literal["light", "dark"]
# As root, and on its own: nothing is fetched but what a page asks for, and no name but this machine's is resolved.
ARGUMENTS = (
    "--no-sandbox",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-domain-reliability",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1 , EXCLUDE localhost",
)
EVERY_RULE = {
    "runOnly": {
        "type": "tag",
        "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    },
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
SIDEWAYS = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def start(playwright: Playwright) -> Browser:
    return playwright.chromium.launch(executable_path=system_parts.chromium(), args=list(ARGUMENTS))


@dataclass
class Looks:
    """A person's window on the pages. What the page complains about, and what it fetches, is written down."""

    browser: Browser
    home: str
    complaints: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)

    @contextmanager
    def window(
        self,
        width: int = DESKTOP,
        scheme: Scheme = "light",
        *,
        scripts: bool = True,
        language: str = "en-GB",
        zone: str = "UTC",
    ) -> Iterator[Page]:
        """A fresh browser profile of this width (CSS pixels); closed at the end."""
        context = self.browser.new_context(
            base_url=self.home,
            viewport={"width": width, "height": HEIGHTS.get(width, 800)},
            color_scheme=scheme,
            java_script_enabled=scripts,
            locale=language,
            timezone_id=zone,
            service_workers="block",
        )
        context.set_default_timeout(10_000)
        page = context.new_page()
        page.on("console", self._hear)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", self._see)
        try:
            yield page
        finally:
            context.close()

    def _hear(self, message: ConsoleMessage) -> None:
        """A page that answers 4xx or 5xx on purpose is mentioned in the console too; that is no complaint."""
        if message.type in {"error", "warning"} and "the server responded with a status of" not in message.text:
            self.complaints.append(message.text)

    def _see(self, request: Request) -> None:
        self.fetched.append(request.url)


def page_is_accessible(page: Page) -> None:
    """axe-core finds nothing: WCAG 2.2 A and AA, and its best practices."""
    found = Axe().run(page, options=EVERY_RULE)
    assert found.violations_count == 0, f"{page.url}\n{found.generate_report()}"


def page_fits(page: Page) -> None:
    """Nothing scrolls sideways."""
    assert page.evaluate(SIDEWAYS) <= 0, f"{page.url} is {page.evaluate(SIDEWAYS)} pixels too wide"


def photograph(page: Page, folder: Path | None, name: str) -> None:
    """For people who want to look, where the run says into which folder (--photographs)."""
    if folder:
        page.screenshot(path=folder / f"{name}.png", full_page=True, animations="disabled")
