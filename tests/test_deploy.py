"""deploy/: what its files name exists, and their settings can be used together."""

import re
import subprocess
from configparser import RawConfigParser
from pathlib import Path

import pytest

from idp.cli.main import CONFIGURATION
from idp.settings.load import Settings, load_settings
from idp.web.hardening import BODY_LIMIT, UPLOAD_LIMIT
from tests.test_docs import faults_of, unknown_settings

ROOT = Path(__file__).parents[1]
DEPLOY = ROOT / "deploy"
FILES = sorted(DEPLOY.iterdir())
CONTAINERFILE = (DEPLOY / "Containerfile").read_text()
COMPOSE = (DEPLOY / "compose.yaml").read_text()
COMMAND = re.compile(r"python -m idp ([^&\"`\n]*)")
DATABASE_PASSWORD = "${DATABASE_PASSWORD:?}"


def variables(text: str, pattern: str) -> dict[str, str]:
    found = dict(re.findall(pattern, text))
    assert found
    return found


@pytest.fixture
def unit() -> dict[str, str]:
    """The [Service] section; of a name that stands there twice, the last."""
    parser = RawConfigParser(strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]  # systemd minds capitals
    parser.read(DEPLOY / "portico.service")
    return dict(parser["Service"])


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_commands_and_settings_exist(file: Path) -> None:
    text = file.read_text("utf-8")
    assert list(unknown_settings(text)) == []
    assert [fault for words in COMMAND.findall(text) for fault in faults_of(words.split())] == []


def test_the_settings_of_the_composition_can_be_used_together(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in variables(COMPOSE, r"\b(IDP_\w+): ['\"](\S*)['\"]").items():
        monkeypatch.setenv(name, value)
    settings = load_settings(ROOT / "config.toml")
    assert settings.server.is_https
    assert settings.database.url.get_secret_value().startswith("postgresql+psycopg://")
    assert COMPOSE.count(DATABASE_PASSWORD) == 2


def test_an_end_waits_for_the_requests_under_way(unit: dict[str, str]) -> None:
    drain_for = Settings().server.drain_for
    assert int(variables(COMPOSE, r"(stop_grace_period): (\d+)s")["stop_grace_period"]) > drain_for
    assert int(unit["TimeoutStopSec"]) > drain_for


def test_the_unit_gives_up_on_a_configuration_that_cannot_be_used(unit: dict[str, str]) -> None:
    assert unit["RestartPreventExitStatus"] == str(CONFIGURATION)


def test_images_are_named_without_a_registry_and_with_a_version() -> None:
    images = re.findall(r"^(?:FROM| +image:) (\S+)", CONTAINERFILE + COMPOSE, re.MULTILINE)
    assert len(images) == 2
    assert all(re.fullmatch(r"[a-z]+:[0-9][0-9.]*(-slim)?", image) for image in images)


def test_the_image_holds_what_is_committed_and_no_more() -> None:
    copied = re.findall(r"^COPY (\S+) ", CONTAINERFILE, re.MULTILINE)
    seen = re.findall(r"^!(\S+)$", (DEPLOY / "Containerfile.dockerignore").read_text(), re.MULTILINE)
    assert sorted(copied) == seen
    listed = subprocess.run(["git", "ls-files", "--", *copied], cwd=ROOT, capture_output=True, text=True, check=True)
    assert {line.partition("/")[0] for line in listed.stdout.splitlines()} == set(copied)


def test_the_proxy_takes_the_bodies_that_portico_takes() -> None:
    text = (DEPLOY / "nginx.conf").read_text()
    ordinary, *pictures = re.findall(r"client_max_body_size (\d+)([km]);", text)
    assert ordinary == (str(BODY_LIMIT // 1024), "k")
    assert pictures == [(str(UPLOAD_LIMIT // 1024 // 1024), "m")] * 2
    for path in ("/account/picture", "/developers/logo"):
        assert f"location = {path} {{" in text
