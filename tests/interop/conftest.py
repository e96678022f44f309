"""One Portico and one Chromium for all stories of a worker; each story has its own browser profile and person."""

import os
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from scripts import system_parts
from tests import databases
from tests.interop.portico import Person, Portico, started

PATIENCE = 20_000  # milliseconds
LAST_LINES = 20
FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def portico(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portico]:
    with started(tmp_path_factory.mktemp("portico")) as portico:
        yield portico


@pytest.fixture
def person(portico: Portico) -> Person:
    return portico.welcomes()


@pytest.fixture
def page(chromium: Browser, portico: Portico, request: pytest.FixtureRequest) -> Iterator[Page]:
    """A browser that nobody used before. A story that fails ends with what it showed, and Portico's last words."""
    with chromium.new_context() as profile:
        profile.set_default_timeout(PATIENCE)
        page = profile.new_page()
        yield page
        if request.node.stash.get(FAILED, False):
            words = "\n".join(
                [page.url, page.locator("body").inner_text(), *portico.node.log.splitlines()[-LAST_LINES:]]
            )
            print(words)  # noqa: T201 (pytest shows it beside the failure)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture(scope="session")
def node_packages() -> Path:
    """The relying parties of npm, installed from the lock; workers of one run wait for one another."""
    databases.once("npm", lambda _folder: system_parts.install_node_packages())
    return system_parts.NODE_PROJECT


@pytest.fixture(scope="session")
def python_packages() -> Path:
    """The Python that has the relying parties of the other lock."""
    databases.once("pip", lambda _folder: system_parts.install_python_packages())
    return system_parts.PYTHON_APPS / "bin" / "python"


@pytest.fixture
def shell() -> dict[str, str]:
    """What a program inherits: the way to other programs, and nothing of Portico's."""
    return {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ}
