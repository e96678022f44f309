"""What README.md and docs/ name exists: commands and their options, settings, files, make targets, links."""

import argparse
import importlib
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

from idp.cli.main import COMMANDS
from idp.settings.load import Settings
from idp.settings.resources import Resource
from idp.settings.upstreams import AnyOpenid, Common

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").rglob("*.md")])
FENCE = re.compile(r"^```.*?\n(.*?)^```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
LINK = re.compile(r"\]\(([^)\s#]+)")
SETTING = re.compile(r"\b([a-z]+)\.([a-z0-9_]+)\b")
VARIABLE = re.compile(r"\bIDP_[A-Z0-9_]+\b")
TARGET = re.compile(r"(?:^|[;&$] ?)make ([a-z][\w-]*)")
FILE = re.compile(r"[\w.-]+(?:/[\w.@-]+)+/?|[\w-]+\.(?:toml|md|lock)")
QUOTED = re.compile(r"^\| `[a-z_]+: ([^`]+)`", re.MULTILINE)
TOML = re.compile(r"^```toml\n(.*?)^```", re.MULTILINE | re.DOTALL)
NO_SETTINGS = ("toml", "po", "html", "css", "py")
MOST_BYTES_OF_A_PICTURE = 200_000
PROVIDERS = {name for kind in (*Common.__subclasses__(), *AnyOpenid.__subclasses__()) for name in kind.model_fields}
GROWS_WHILE_RUNNING = ("var/", "keys/", "dist/")


def code(text: str) -> Iterator[str]:
    """Each line of a fenced block, and each piece between backticks."""
    for block in FENCE.findall(text):
        yield from (line.strip().removeprefix("$ ") for line in block.splitlines())
    yield from SPAN.findall(FENCE.sub("", text))


def parser_of(name: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog=f"idp {name}")
    parser.add_argument("--config")
    importlib.import_module(COMMANDS[name].module).configure(parser)
    return parser


def below(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def unknown_commands(text: str) -> Iterator[str]:
    for line in code(text):
        if found := re.match(r"(?:\S*/)?idp +(.*)", line):
            yield from (f"idp {found[1]}: {fault}" for fault in faults_of(found[1].split()))


def faults_of(words: list[str]) -> Iterator[str]:
    """What is wrong with the words behind `idp`; what stands behind a pipe or a comment is not ours."""
    words = words[: next((at for at, word in enumerate(words) if word in ("|", "#", "&&", ";", "…")), len(words))]
    if not words or words[0].startswith("-") or words[0].isupper():
        return
    if words[0] not in COMMANDS:
        yield f"no command {words[0]}"
        return
    parser = parser_of(words[0])
    for word in words[1:]:
        if inner := below(parser).get(word):
            parser = inner
        elif word.startswith("--") and word.partition("=")[0] not in parser._option_string_actions:
            yield f"no option {word}"
        elif below(parser) and re.fullmatch(r"[a-z-]+", word):
            yield f"no command {word}"


def unknown_settings(text: str) -> Iterator[str]:
    for line in SPAN.findall(FENCE.sub("", text)):
        for section, name in SETTING.findall(line) if re.fullmatch(r"[a-z.0-9_]+( = .*)?", line) else ():
            kind = Settings.model_fields.get(section)
            if kind and name not in (*NO_SETTINGS, *names_of(kind.annotation)):
                yield f"{section}.{name}"
    for block in TOML.findall(text):
        for section, table in tomllib.loads(block).items():
            kind = Settings.model_fields.get(section)
            if section == "upstream":
                yield from (
                    f"upstream.{of}.{name}" for of, own in table.items() for name in own if name not in PROVIDERS
                )
            elif section == "resources":
                known = names_of(Resource)
                yield from (f"resources.{of}.{name}" for of, own in table.items() for name in own if name not in known)
            elif kind and isinstance(table, dict):
                yield from (f"{section}.{name}" for name in table if name not in names_of(kind.annotation))
    for variable in VARIABLE.findall(text):
        section, _, name = variable.removeprefix("IDP_").lower().partition("__")
        kind = Settings.model_fields.get(section)
        if section == "upstream":
            known = name.partition("__")[2] in PROVIDERS
        else:
            known = kind is not None and name in names_of(kind.annotation)
        if not known and variable not in ("IDP_CONFIG", "IDP_SECRETS", "IDP_SECTION__NAME", "IDP_"):
            yield variable


def names_of(section: object) -> set[str]:
    return set(section.model_fields) if isinstance(section, type) and issubclass(section, BaseModel) else set()


def unknown_targets(text: str) -> Iterator[str]:
    known = set(re.findall(r"^([\w-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for line in code(text):
        yield from (target for target in TARGET.findall(line) if target not in known)


def missing_files(text: str, page: Path) -> Iterator[str]:
    top = {path.name for path in ROOT.iterdir()}
    for line in SPAN.findall(FENCE.sub("", text)):
        if FILE.fullmatch(line) and not re.search(r"\b[A-Z]{3,}\b(?!\.md)", line):
            ours = line.split("/")[0] in top or "/" not in line
            if ours and not line.startswith(GROWS_WHILE_RUNNING) and not (ROOT / line).exists():
                yield line
    for target in LINK.findall(text):
        if "://" not in target and not target.startswith("mailto:") and not (page.parent / target).exists():
            yield target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_names_exists(page: Path) -> None:
    text = page.read_text("utf-8")
    assert list(unknown_commands(text)) == []
    assert list(unknown_settings(text)) == []
    assert list(unknown_targets(text)) == []
    assert list(missing_files(text, page)) == []


def test_an_error_that_a_page_quotes_is_one_we_say() -> None:
    said = "".join(file.read_text("utf-8") for file in (ROOT / "idp").rglob("*.py"))
    quoted = QUOTED.findall("".join(page.read_text("utf-8") for page in PAGES))
    assert quoted
    assert [sentence for sentence in quoted if sentence not in said] == []


def test_every_picture_is_shown_somewhere_and_quick_to_load() -> None:
    shown = {(page.parent / target).resolve() for page in PAGES for target in LINK.findall(page.read_text("utf-8"))}
    for picture in (ROOT / "docs" / "images").iterdir():
        assert picture in shown
        assert picture.stat().st_size <= MOST_BYTES_OF_A_PICTURE


def test_the_readme_names_the_two_commands() -> None:
    lines = list(code((ROOT / "README.md").read_text("utf-8")))
    assert "make run" in lines
    assert "make test" in lines


@pytest.mark.parametrize(
    "text",
    ["`idp fly`", "```\n$ idp clients destroy x\n```", "`idp serve --faster`", "```\n.venv/bin/idp keys juggle\n```"],
)
def test_a_command_that_is_not_there_is_found(text: str) -> None:
    assert list(unknown_commands(text))


@pytest.mark.parametrize("text", ["`idp --help`", "`idp init`", "`idp COMMAND --help`", "say `idp serve | less`"])
def test_a_command_that_is_there_passes(text: str) -> None:
    assert list(unknown_commands(text)) == []


@pytest.mark.parametrize(
    "text",
    [
        "`server.isuer`",
        "set IDP_SERVER__ISUER",
        "`IDP_SERVR__ISSUER`",
        "`log.level2`",
        "```toml\n[log]\nlevl = 1\n```\n",
        "```toml\n[upstream.facebook]\npresent = 1\n```\n",
        "`IDP_UPSTREAM__FACEBOOK__CLIENT_SECERT`",
    ],
)
def test_a_setting_that_is_not_there_is_found(text: str) -> None:
    assert list(unknown_settings(text))


@pytest.mark.parametrize("text", ["`server.issuer`", "IDP_SERVER__ISSUER", "`IDP_CONFIG`", "`mail.port = 25`"])
def test_a_setting_that_is_there_passes(text: str) -> None:
    assert list(unknown_settings(text)) == []


def test_a_target_that_is_not_there_is_found() -> None:
    assert list(unknown_targets("`make coffee`")) == ["coffee"]


@pytest.mark.parametrize("text", ["`idp/nothing.py`", "`docs/nowhere/`", "`nothing.toml`", "[more](docs/nothing.md)"])
def test_a_file_that_is_not_there_is_found(text: str) -> None:
    assert list(missing_files(text, ROOT / "README.md"))


@pytest.mark.parametrize("text", ["`idp/clock.py`", "`keys/0001.key`", "`clients/NAME/client.toml`", "[x](README.md)"])
def test_a_file_that_is_there_passes(text: str) -> None:
    assert list(missing_files(text, ROOT / "README.md")) == []
