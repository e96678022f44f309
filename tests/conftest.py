"""What every test may ask for: a fresh database of each kind, time that moves when told, an app, a browser."""

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TypeVar

import pytest
from flask import Flask

from tests import databases


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
