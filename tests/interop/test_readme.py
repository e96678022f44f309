"""The apps of README.md, pasted: cut out of the page, registered by its command, started as it says.

On a machine where they are free, everything happens at the very addresses of the page. Where one is taken, and only
there, it is replaced in what was pasted by the address of a free port; nothing else is ever changed.
"""

import fcntl
import json
import re
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from scripts import system_parts
from tests.interop import visits
from tests.interop.portico import Person, Portico, started
from tests.interop.programs import listens, running
from tests.parts import needs
from tests.process.node import ROOT, free_port

pytestmark = [pytest.mark.interop, pytest.mark.browser, needs("Chromium")]

README = (ROOT / "README.md").read_text("utf-8")
ISSUER, APP = "http://127.0.0.1:8000", "http://127.0.0.1:5000"
HELD = Path(tempfile.gettempdir()) / "portico-readme-addresses.lock"


@dataclass(frozen=True)
class Pasted:
    """What somebody does who follows the page: `places` are its addresses, and where those are on this machine."""

    places: Mapping[str, str]
    secret: str = field(default="", repr=False)

    def text(self, written: str) -> str:
        for address, place in self.places.items():
            written = written.replace(address, place).replace(
                f"listen({port_of(address)})", f"listen({port_of(place)})"
            )
        return written

    @property
    def home(self) -> str:
        return self.places[APP]


def port_of(address: str) -> int:
    return int(address.rpartition(":")[2])


def block(language: str, heading: str) -> str:
    """The first fenced block of this language below the heading."""
    found = re.search(rf"^```{language}\n(.*?)^```$", README.partition(heading)[2], re.MULTILINE | re.DOTALL)
    assert found, heading
    return found[1]


def command(pattern: str) -> list[str]:
    found = re.search(pattern, README)
    assert found, pattern
    return found[1].split()


@contextmanager
def places() -> Iterator[Mapping[str, str]]:
    """The very addresses for the first who asks on this machine, if nobody listens there; free ports for others."""
    with HELD.open("w") as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            is_ours = not any(listens(port_of(address)) for address in (ISSUER, APP))
        except BlockingIOError:
            is_ours = False
        yield {address: address if is_ours else f"http://127.0.0.1:{free_port()}" for address in (ISSUER, APP)}


@pytest.fixture(scope="module")
def place() -> Iterator[Mapping[str, str]]:
    with places() as found:
        yield found


@pytest.fixture(scope="module")
def portico(place: Mapping[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portico]:
    with started(tmp_path_factory.mktemp("readme"), port=port_of(place[ISSUER])) as portico:
        yield portico


@pytest.fixture(scope="module")
def pasted(place: Mapping[str, str], portico: Portico) -> Pasted:
    """The app is registered by the command of the page, which shows the secret."""
    words = command(r"python -m idp (clients add .*)")
    done = portico.install.idp(*(Pasted(place).text(word) for word in words))
    assert done.returncode == 0, done.stderr
    return Pasted(place, done.stdout.strip())


def signs_in(page: Page, portico: Portico, person: Person, app: Pasted) -> None:
    page.goto(app.home)
    visits.signs_in(page, portico, person)
    visits.allows(page)
    expect(page.locator("body")).to_have_text(person.email)
    assert page.url == f"{app.home}/"
    page.reload()
    expect(page.locator("body")).to_have_text(person.email)


def test_flask(
    portico: Portico, pasted: Pasted, person: Person, page: Page, shell: dict[str, str], tmp_path: Path
) -> None:
    (tmp_path / "app.py").write_text(pasted.text(block("python", "**Flask")))
    words = [sys.executable, "-m", *command(r"`(flask run)`")]
    port = port_of(pasted.home)
    if pasted.home != APP:
        words += ["--port", str(port)]
    environment = shell | {"OIDC_CLIENT_SECRET": pasted.secret}
    with running(words, environment, tmp_path / "log", port, folder=tmp_path):
        signs_in(page, portico, person, pasted)


@needs("Node 20")
def test_express(
    portico: Portico,
    pasted: Pasted,
    person: Person,
    page: Page,
    node_packages: Path,
    shell: dict[str, str],
    tmp_path: Path,
) -> None:
    words = command(r"`(node [^`]*)`")
    (tmp_path / words[1]).write_text(pasted.text(block("js", "**Express")))
    (tmp_path / "node_modules").symlink_to(node_packages / "node_modules")
    environment = shell | {"OIDC_CLIENT_SECRET": pasted.secret}
    with running(words, environment, tmp_path / "log", port_of(pasted.home), folder=tmp_path):
        signs_in(page, portico, person, pasted)


def test_what_the_page_installs_is_what_is_tested_here() -> None:
    tested = json.loads((system_parts.NODE_PROJECT / "package.json").read_text())["dependencies"]
    assert set(command(r"`npm install ([^`]*)`")) <= set(tested)
    assert all(version(name) for name in command(r"`pip install ([^`]*)`"))
