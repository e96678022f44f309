"""The first thing `make` runs: is this Python new enough and whole? Runs on any Python 3, imports nothing of ours."""

import sys
from importlib.util import find_spec

WANTED = (3, 11)


def what_is_missing() -> str:
    """In words for the person who typed make; "" when nothing is."""
    if sys.version_info < WANTED:
        return f"Portico needs Python 3.11 or newer, this is {sys.version.split()[0]}: make PYTHON=/path/to/another"
    for part in ("venv", "ensurepip"):
        if find_spec(part) is None:
            return (
                f"This Python comes without {part}. Debian and Ubuntu keep it in a package of its own: "
                "apt-get install python3-venv"
            )
    return ""


sys.exit(what_is_missing() or 0)
