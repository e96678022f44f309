"""What every test may ask for: a fresh database of each kind, time that moves when told, an app, a browser."""

import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
import time_machine
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Browser, sync_playwright

from idp import clock
from idp.settings.load import Settings, load_settings
from tests import databases, provider
from tests.browser.chromium import start as start_chromium
from tests.clocks import Clock
from tests.mailbox import Mailbox
from tests.people import ALICE, BOB, JANE, Person
from tests.relying_app import RelyingApp

MANUAL = Path(__file__).parents[1] / "config.toml"


def pytest_configure(config: pytest.Config) -> None:
    """Settings come from config.toml and from the test alone, whatever the developer's shell holds."""
    for name in [name for name in os.environ if name.startswith("IDP_")]:
        del os.environ[name]
    if not hasattr(config, "workerinput"):
        databases.open_run()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput") and databases.RUN in os.environ:
        databases.close_run(databases.run_folder())


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    return refuse_to_skip((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    return refuse_to_skip((yield))


Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


def refuse_to_skip(report: Report) -> Report:
    """Where CI is set, a test that does not run is a test that fails: green means all of it ran."""
    if os.environ.get("CI") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"nothing may be skipped in CI: {report.longrepr}"
    return report


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated, empty database that is this test's own; each test runs on both kinds."""
    fresh = databases.fresh_sqlite(tmp_path) if request.param == "sqlite" else databases.fresh_postgresql()
    with fresh as url:
        yield url


@pytest.fixture
def store(database: str) -> Iterator[Flask]:
    """An app context over the database and nothing else: for tests of idp/store."""
    with databases.store_app(database) as app:
        yield app


@pytest.fixture(name="clock")
def stopped_clock() -> Iterator[Clock]:
    with time_machine.travel(float(clock.now()), tick=False) as traveller:
        yield Clock(traveller)


@pytest.fixture(autouse=True)
def time_stops_before_anything_happens(request: pytest.FixtureRequest) -> None:
    """Whoever moves the clock counts seconds from what came before: nothing may come before it is stopped."""
    if "clock" in request.fixturenames:
        request.getfixturevalue("clock")


@pytest.fixture
def settings(database: str, tmp_path: Path) -> Settings:
    """The manual's defaults, on this test's database and with a copy of the run's sealing key; quick hashes."""
    keys = tmp_path / "keys"
    shutil.copytree(databases.key_folder(), keys)
    return load_settings(
        MANUAL,
        database={"url": database},
        keys={"directory": keys},
        password={"argon2_memory_kib": 8, "argon2_time_cost": 1},
    )


@pytest.fixture
def app(settings: Settings) -> Iterator[Flask]:
    """The provider as it runs, on this test's database, with the signing keys of a new install."""
    with provider.founded(settings) as server:
        yield server


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A program without cookies of its own: what an app's server is."""
    return app.test_client(use_cookies=False)


@pytest.fixture
def alice(app: Flask) -> Person:
    return Person.of(ALICE, app).with_account()


@pytest.fixture
def bob(app: Flask) -> Person:
    return Person.of(BOB, app).with_account()


@pytest.fixture
def jane(app: Flask) -> Person:
    """Somebody who has no account yet."""
    return Person.of(JANE, app)


@pytest.fixture
def mailbox(app: Flask) -> Mailbox:
    return Mailbox(app)


@pytest.fixture
def shop(app: Flask) -> RelyingApp:
    """A web app with a secret, which also refreshes."""
    return RelyingApp.registered(app, "shop")


@pytest.fixture
def phone(app: Flask) -> RelyingApp:
    """A native app: no secret, a scheme of its own and loopback addresses (RFC 8252)."""
    return RelyingApp.registered(
        app,
        "phone",
        application_type="native",
        token_endpoint_auth_method="none",
        redirect_uris=["com.example.phone:/callback", "http://127.0.0.1/callback", "http://[::1]/callback"],
    )


@pytest.fixture
def spa(app: Flask) -> RelyingApp:
    """An app that lives in the browser: no secret, and pages of its own origin ask the endpoints (CORS)."""
    return RelyingApp.registered(
        app, "spa", token_endpoint_auth_method="none", redirect_uris=["https://spa.example/callback"]
    )


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The one Chromium of a worker: Playwright runs once in a process."""
    with sync_playwright() as playwright:
        browser = start_chromium(playwright)
        yield browser
        browser.close()
