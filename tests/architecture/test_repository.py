"""What is committed works on any machine: no package registry's host, no path of the machine it was written on."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
# Written in halves, so that this file is not its own finding.
REGISTRIES = tuple(
    f"{name}.{end}"
    for name, end in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("registry.npmjs", "org"),
        ("registry.yarnpkg", "com"),
        ("proxy.golang", "org"),
        ("crates", "io"),
        ("rubygems", "org"),
        ("deb.debian", "org"),
    )
)
HOST = re.compile("|".join(re.escape(host) for host in REGISTRIES))
PATH = re.compile(r"(?<![\w./:-])/(?:work|root|home/\w+|Users/\w+)/")


def committed() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    files = (ROOT / name for name in listed.decode().split("\0") if name)
    return [file for file in files if file.is_file()]


def findings(text: str, machine: str) -> list[str]:
    return HOST.findall(text) + PATH.findall(text) + ([machine] if machine in text else [])


def test_no_committed_file_names_a_registry_or_this_machine() -> None:
    found = {
        str(file.relative_to(ROOT)): places
        for file in committed()
        if (places := findings(file.read_text("utf-8", errors="replace"), str(ROOT) + "/"))
    }
    assert found == {}


@pytest.mark.parametrize(
    "text",
    [
        f"https://{REGISTRIES[0]}/simple",
        f"files.{REGISTRIES[1]}",
        "cd /" + "work/main",
        'open("/' + 'root/x")',
        "/srv/x/y",
    ],
)
def test_a_host_or_path_is_found(text: str) -> None:
    assert findings(text, "/srv/x/")


@pytest.mark.parametrize("text", ["/var/lib", "https://id.example.com/" + "work/", "GET /signin", "homework/root/"])
def test_ordinary_text_passes(text: str) -> None:
    assert not findings(text, "/srv/x/")
