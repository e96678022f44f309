"""The apps of README.md, pasted: cut out of the page, registered by its command, started as it says.

Everything happens at the very addresses of the page where they are free; where one is taken, it is replaced in what was
pasted by the address of a free port. Nothing else is changed.
"""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from scripts import system_parts
from tests.interop import visits
from tests.interop.addresses import Places, places
from tests.interop.portico import Person, Portico, started
from tests.interop.programs import running
from tests.parts import needs
from tests.process.node import ROOT

pytestmark = [pytest.mark.interop, pytest.mark.browser, needs("Chromium")]

README = (ROOT / "README.md").read_text("utf-8")
ISSUER, APP = "http://127.0.0.1:8000", "http://127.0.0.1:5000"


def block(language: str, heading: str) -> str:
    """The first fenced block of this language below the heading."""
    found = re.search(rf"^```{language}\n(.*?)^```$", README.partition(heading)[2], re.MULTILINE | re.DOTALL)
    assert found, heading
    return found[1]


def command(pattern: str) -> list[str]:
    found = re.search(pattern, README)
    assert found, pattern
    return found[1].split()


@dataclass(frozen=True)
class Developer:
    """Somebody who follows the page: where things are on this machine, and the secret they were shown."""

    places: Places
    secret: str = field(repr=False)

    @property
    def home(self) -> str:
        return self.places.of(APP)


@pytest.fixture(scope="module")
def here() -> Iterator[Places]:
    with places(ISSUER, APP) as found:
        yield found


@pytest.fixture(scope="module")
def portico(here: Places, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portico]:
    with started(tmp_path_factory.mktemp("readme"), port=here.port(ISSUER)) as portico:
        yield portico


@pytest.fixture(scope="module")
def developer(here: Places, portico: Portico) -> Developer:
    """Registers the app by the command of the page."""
    done = portico.install.idp(*map(here.placed, command(r"python -m idp (clients add .*)")))
    assert done.returncode == 0, done.stderr
    return Developer(here, done.stdout.strip())


def signs_in(page: Page, portico: Portico, person: Person, home: str) -> None:
    page.goto(home)
    visits.signs_in(page, portico, person)
    visits.allows(page)
    expect(page.locator("body")).to_have_text(person.email)
    assert page.url == f"{home}/"
    page.reload()
    expect(page.locator("body")).to_have_text(person.email)


def test_flask(
    portico: Portico, developer: Developer, person: Person, page: Page, shell: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "app.py").write_text(developer.places.placed(block("python", "**Flask")))
    words = [sys.executable, "-m", *command(r"`(flask run)`")]
    port = developer.places.port(APP)
    if developer.home != APP:
        words += ["--port", str(port)]
    environment = shell | {"OIDC_CLIENT_SECRET": developer.secret}
    with running(words, environment, tmp_path / "log", port, folder=tmp_path):
        signs_in(page, portico, person, developer.home)


@needs("Node 20")
def test_express(
    portico: Portico,
    developer: Developer,
    person: Person,
    page: Page,
    node_packages: Path,
    shell: dict[str, str],
    tmp_path: Path,
) -> None:
    words = command(r"`(node [^`]*)`")
    (tmp_path / words[1]).write_text(developer.places.placed(block("js", "**Express")))
    (tmp_path / "node_modules").symlink_to(node_packages / "node_modules")
    environment = shell | {"OIDC_CLIENT_SECRET": developer.secret}
    with running(words, environment, tmp_path / "log", developer.places.port(APP), folder=tmp_path):
        signs_in(page, portico, person, developer.home)


def test_what_the_page_installs_is_what_is_tested_here() -> None:
    tested = json.loads((system_parts.NODE_PROJECT / "package.json").read_text())["dependencies"]
    assert set(command(r"`npm install ([^`]*)`")) <= set(tested)
    assert all(version(name) for name in command(r"`pip install ([^`]*)`"))
