"""A Chromium for the whole run, and the pages to look at."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from flask import Flask
from playwright.sync_api import Browser

from idp.settings.load import Settings
from tests import databases
from tests.browser.chromium import Looks
from tests.browser.server import free_port, serving
from tests.pages.small_house import small_house
from tests.relying_app import RelyingApp


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--photographs", type=Path, default=None, help="a folder for pictures of the pages")


@pytest.fixture
def photographs(request: pytest.FixtureRequest) -> Path | None:
    folder: Path | None = request.config.getoption("--photographs")
    if folder:
        folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def browser(chromium: Browser) -> Browser:
    return chromium


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
def database(tmp_path: Path) -> Iterator[str]:
    """What pages look like does not depend on the database: the quicker one will do."""
    with databases.fresh_sqlite(tmp_path) as url:
        yield url


@pytest.fixture
def settings(request: pytest.FixtureRequest, settings: Settings) -> Settings:
    """The provider on a port of its own, at the HOST of the module if it has one; its mails stand at /dev/mail."""
    own = {"issuer": f"http://{getattr(request.module, 'HOST', '127.0.0.1')}:{free_port()}", "development": True}
    server = settings.server.model_copy(update=own)
    return settings.model_copy(update={"server": server})


@pytest.fixture
def provider(browser: Browser, app: Flask, settings: Settings) -> Iterator[Looks]:
    """Windows on the provider itself, which no page may leave but for an app; at the end no page complained."""
    port = urlsplit(settings.server.issuer).port or 0
    with serving(app, port):
        seen = Looks(browser, settings.server.issuer)
        yield seen
    assert seen.complaints == []


@pytest.fixture
def photo_box(app: Flask, provider: Looks) -> Iterator[RelyingApp]:
    """An app at an address of this machine, whose page says what came back."""
    port = free_port()
    with serving(welcome, port) as home:
        yield RelyingApp.registered(app, "photo-box", redirect_uris=[f"{home}/callback"], client_name="Photo Box")


def welcome(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "text/html; charset=utf-8")])
    icon = '<link rel="icon" href="data:,">'
    return [f"<!doctype html><title>Photo Box</title>{icon}<h1>Welcome</h1>{environ['QUERY_STRING']}".encode()]


@pytest.fixture
def looks(browser: Browser, pages: str) -> Iterator[Looks]:
    """Windows on the pages; at the end no page complained, and none fetched anything from elsewhere."""
    seen = Looks(browser, pages)
    yield seen
    assert seen.complaints == []
    assert [url for url in seen.fetched if not url.startswith(pages)] == []
