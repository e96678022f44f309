"""Portico away from its sources: the wheel, installed where nothing else of them is, and what the image holds."""

import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path

import pytest

from idp.cli.main import COMMANDS
from tests.process.node import ROOT, START_WITHIN, free_port, wait_for

pytestmark = pytest.mark.process

BUILT_WITHIN = 120.0  # seconds, on a busy machine
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
CONTAINERFILE = (ROOT / "deploy" / "Containerfile").read_text()


@dataclass(frozen=True)
class Place:
    """A folder to work in and a command that is `idp` there."""

    folder: Path
    command: tuple[str, ...]
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """Nothing of the sources, nothing of the developer's shell."""
        return {"PATH": os.environ["PATH"], **self.settings}

    def idp(self, *words: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            (*self.command, *words),
            cwd=self.folder,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=START_WITHIN,
            check=False,
        )


def ran(*command: str | Path, cwd: Path = ROOT) -> str:
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=BUILT_WITHIN, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A virtual environment with the wheel in it; the libraries that it needs are those of this environment."""
    folder = tmp_path_factory.mktemp("wheel")
    ran(sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", folder)
    (wheel,) = folder.glob("*.whl")
    ran(sys.executable, "-m", "venv", folder / "venv")
    python = folder / "venv" / "bin" / "python"
    ran(python, "-m", "pip", "--disable-pip-version-check", "install", "--no-index", "--no-deps", wheel)
    packages = Path(ran(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=folder).strip())
    (packages / "libraries.pth").write_text(f"{sysconfig.get_path('purelib')}\n{sysconfig.get_path('platlib')}\n")
    return folder / "venv"


@pytest.fixture(scope="module")
def installed(environment: Path, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """An empty folder where `idp init` was run, and nothing else."""
    port = free_port()
    settings = {"IDP_SERVER__ISSUER": f"http://127.0.0.1:{port}", "IDP_SERVER__BIND": f"127.0.0.1:{port}"}
    place = Place(tmp_path_factory.mktemp("install"), (str(environment / "bin" / "idp"),), settings)
    done = place.idp("init")
    assert done.returncode == 0, done.stdout + done.stderr
    return place


def test_the_command_answers(installed: Place) -> None:
    shown = installed.idp("--help")
    assert shown.returncode == 0, shown.stderr
    assert all(name in shown.stdout for name in COMMANDS)
    assert installed.idp("--version").stdout.strip() == f"Portico {VERSION}"


def test_the_licences_of_what_it_holds_go_with_it(environment: Path) -> None:
    """The list of common passwords is others' work: their licences want to be where it is."""
    (shipped,) = environment.glob("lib/*/site-packages/portico_idp-*.dist-info/licenses")
    assert {path.name for path in shipped.iterdir()} == {"LICENSE", "NOTICE"}


def test_an_empty_folder_becomes_an_install(installed: Place) -> None:
    """Migrations and the list of common passwords are in the wheel; nothing but keys and database is made."""
    assert sorted(path.name for path in installed.folder.iterdir()) == ["keys", "var"]
    assert installed.idp("check").returncode == 0
    refused = installed.idp("users", "add", "ada@example.com", "--password-stdin", stdin="Password1!")
    assert refused.returncode == 1
    assert "this password will not do" in refused.stderr


def test_pages_have_their_looks_and_their_languages(installed: Place, tmp_path: Path) -> None:
    """Templates, static files and translations are in the wheel."""
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(
            (*installed.command, "serve"), cwd=installed.folder, env=installed.environment, stdout=log, stderr=log
        )
    try:
        port = int(installed.settings["IDP_SERVER__BIND"].rpartition(":")[2])
        wait_for(lambda: got(port, "/healthz/ready")[0] == 200)
        status, page = got(port, "/signin")
        assert status == 200
        assert "Passwort" in page
        looks = re.findall(r'(?:href|src)="(/[^"]+[.](?:css|js))"', page)
        assert {path.rpartition(".")[2] for path in looks} >= {"css", "js"}
        assert {got(port, path)[0] for path in looks} == {200}
    finally:
        server.terminate()
        server.wait(START_WITHIN)


def got(port: int, path: str) -> tuple[int, str]:
    """Status and text, as somebody sees it who reads German; 0 while nobody answers."""
    connection = HTTPConnection("127.0.0.1", port, timeout=START_WITHIN)
    try:
        connection.request("GET", path, headers={"Accept-Language": "de"})
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8")
    except OSError:
        return 0, ""
    finally:
        connection.close()


def test_what_the_image_copies_is_enough(tmp_path: Path) -> None:
    """Its commands work in a folder that holds what it copies, and nothing else."""
    for name in re.findall(r"^COPY (\S+) ", CONTAINERFILE, re.MULTILINE):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copyfile
        copy(ROOT / name, tmp_path / name)
    settings = dict(re.findall(r"\b(IDP_\w+)=(\S+)", CONTAINERFILE))
    image = Place(tmp_path, (sys.executable, "-m", "idp"), settings)
    words = re.findall(r"python -m idp (\w+)", CONTAINERFILE)
    assert words == ["init", "serve"]
    done = image.idp(words[0])
    assert done.returncode == 0, done.stdout + done.stderr
