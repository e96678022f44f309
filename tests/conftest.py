"""What every test may ask for: a fresh database of each kind, time that moves when told, an app, a browser."""

import os
import shutil
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
import time_machine
from flask import Flask

from idp import clock
from idp.settings import Settings, load_settings
from tests import databases

MANUAL = Path(__file__).parents[1] / "config.toml"


def pytest_configure(config: pytest.Config) -> None:
    """Settings come from config.toml and from the test alone, whatever the developer's shell holds."""
    for name in [name for name in os.environ if name.startswith("IDP_")]:
        del os.environ[name]
    if not hasattr(config, "workerinput"):
        databases.open_run()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
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


class Clock:
    """Time stands still until it is told to move."""

    def __init__(self, traveller: time_machine.Traveller) -> None:
        self._traveller = traveller

    def now(self) -> int:
        return clock.now()

    def moves(self, seconds: int) -> None:
        """Into the future, or with a negative number into the past."""
        self._traveller.shift(seconds)


@pytest.fixture(name="clock")
def stopped_clock() -> Iterator[Clock]:
    with time_machine.travel(float(clock.now()), tick=False) as traveller:
        yield Clock(traveller)


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
