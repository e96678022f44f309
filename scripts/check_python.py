"""The first thing `make` runs: is this Python new enough and whole? Runs on any Python 3, imports nothing of ours.

Debian and Ubuntu keep a part of Python in a package of its own: it is brought in where that is allowed (root and apt).
"""

import os
import shutil
import subprocess
import sys
from importlib.util import find_spec

WANTED = (3, 11)
PARTS = ("venv", "ensurepip")
PACKAGE = f"python3.{sys.version_info[1]}-venv"


def what_is_missing() -> str:
    """In words for the person who typed make; "" when nothing is."""
    if sys.version_info < WANTED:
        return f"Portico needs Python 3.11 or newer, this is {sys.version.split()[0]}: make PYTHON=/path/to/another"
    if not lacking() or (os.geteuid() == 0 and shutil.which("apt-get") and is_completed()):
        return ""
    return f"This Python comes without {' and '.join(lacking())}: apt-get install {PACKAGE} (Debian, Ubuntu)"


def lacking() -> "list[str]":
    return [part for part in PARTS if find_spec(part) is None]


def is_completed() -> bool:
    """Asked of a new process: this one remembers what it did not find."""
    print(f"Installing {PACKAGE}", flush=True)
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for words in (["update"], ["install", "--yes", "--no-install-recommends", PACKAGE]):
        subprocess.run(["apt-get", "-qq", *words], env=quiet, stdout=subprocess.DEVNULL, check=False)
    return subprocess.run([sys.executable, "-c", f"import {', '.join(PARTS)}"], check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(what_is_missing() or 0)
