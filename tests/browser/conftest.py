"""A Chromium for the whole run, and the pages to look at."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser import chromium
from tests.browser.chromium import Looks
from tests.browser.server import free_port, serving
from tests.pages.small_house import small_house


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--photographs", type=Path, default=None, help="a folder for pictures of the pages")


@pytest.fixture
def photographs(request: pytest.FixtureRequest) -> Path | None:
    folder: Path | None = request.config.getoption("--photographs")
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = chromium.start(playwright)
        yield started
        started.close()


@pytest.fixture(scope="session")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a house of pages alone (tests/pages/small_house.py)."""
    port = free_port()
    issuer = {"issuer": f"http://127.0.0.1:{port}"}
    brand = {"name": "Example ID", "support_email": "help@id.example", "postal_address": "1 Example Street, 12345 Town"}
    app = small_house(tmp_path_factory.mktemp("keys"), server=issuer, brand=brand)
    with serving(app, port) as address:
        yield address


@pytest.fixture
def looks(browser: Browser, pages: str) -> Iterator[Looks]:
    """Windows on the pages; at the end no page complained, and none fetched anything from elsewhere."""
    seen = Looks(browser, pages)
    yield seen
    assert seen.complaints == []
    assert [url for url in seen.fetched if not url.startswith(pages)] == []
