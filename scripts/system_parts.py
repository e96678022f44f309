"""The parts of the system that some tests need beside Python: a browser, Node, Apache, nginx.

`--install` brings in what is missing where that is allowed (root, apt); what stays missing is named, one line each,
with the tests that will be skipped and what to install. With CI set, nothing may stay missing. Tests ask `is_there`.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
NODE_PROJECT = ROOT / "tests" / "interop" / "node"
PYTHON_PROJECT = ROOT / "tests" / "interop" / "python"
PYTHON_APPS = Path(sys.prefix) / "apps"
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
APACHE_MODULES = Path("/usr/lib/apache2/modules")


def chromium() -> str | None:
    """The browser's program, to be given to Playwright as `executable_path`."""
    return next(filter(None, map(shutil.which, CHROMIUM)), None)


def has_node() -> bool:
    node = shutil.which("node")
    if node is None or shutil.which("npm") is None:
        return False
    version = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    return int(version.lstrip("v").partition(".")[0] or 0) >= 20


def has_apache() -> bool:
    program = shutil.which("apache2", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    return program is not None and (APACHE_MODULES / "mod_auth_openidc.so").is_file()


def nginx() -> str | None:
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")


class Part(NamedTuple):
    """What it is called, how to see that it is there, the Debian packages that bring it, what goes untested without."""

    name: str
    is_there: Callable[[], object]
    packages: tuple[str, ...]
    tests: str


PARTS = {
    part.name: part
    for part in (
        Part("Chromium", chromium, ("chromium",), "everything that happens in a real browser"),
        Part("Node 20", has_node, ("nodejs", "npm"), "the relying parties of npm"),
        Part("Apache", has_apache, ("apache2", "libapache2-mod-auth-openidc"), "Apache's mod_auth_openidc"),
        Part("nginx", nginx, ("nginx",), "nginx in front of Portico"),
    )
}


def is_there(name: str) -> bool:
    return bool(PARTS[name].is_there())


def how_to_get(name: str) -> str:
    return f"{name} is not installed (apt-get install {' '.join(PARTS[name].packages)})"


def missing() -> tuple[str, ...]:
    return tuple(name for name in PARTS if not is_there(name))


def install(names: Iterable[str]) -> None:
    """By apt, as root; a part that apt does not have in a version that will do stays missing."""
    packages = [package for name in names for package in PARTS[name].packages]
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "APT_LISTCHANGES_FRONTEND": "none"}
    print(f"Installing {' '.join(packages)}", flush=True)
    for command in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
        subprocess.run(["apt-get", "-qq", *command], env=quiet, stdout=subprocess.DEVNULL, check=False)


def install_node_packages() -> None:
    """`npm ci` from the lock, unless what is there was installed from this very lock."""
    done = NODE_PROJECT / "node_modules" / ".package-lock.json"
    lock = NODE_PROJECT / "package-lock.json"
    if not done.exists() or done.stat().st_mtime < lock.stat().st_mtime:
        print("Installing the relying parties of npm", flush=True)
        subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"], cwd=NODE_PROJECT, check=True
        )


def install_python_packages() -> None:
    """Those of Python, in an environment of their own: they lean on other versions of what Portico leans on too."""
    lock, done = PYTHON_PROJECT / "requirements.lock", PYTHON_APPS / "installed"
    python = PYTHON_APPS / "bin" / "python"
    if not done.exists() or done.stat().st_mtime < lock.stat().st_mtime:
        print("Installing the relying parties of Python", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", PYTHON_APPS], check=True)
        quiet = ("--quiet", "--disable-pip-version-check", "--require-hashes", "--only-binary", ":all:")
        subprocess.run([python, "-m", "pip", "install", *quiet, "-r", lock], check=True)
        done.touch()


def main() -> int:
    lacking = missing()
    if lacking and os.geteuid() == 0 and shutil.which("apt-get"):
        install(lacking)
        lacking = missing()
    for name in lacking:
        print(f"{how_to_get(name)}: not tested is {PARTS[name].tests}", file=sys.stderr)
    if "Node 20" not in lacking:
        install_node_packages()
    install_python_packages()
    return 1 if lacking and os.environ.get("CI") else 0


if __name__ == "__main__":
    sys.exit(main())
