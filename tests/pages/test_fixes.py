"""The advice for a refused request is found by the name of the function that refused it."""

import re
from pathlib import Path

from flask import Flask

from idp.web import fixes

HOUSE = Path(__file__).parents[2] / "idp"


def functions(module: str) -> set[str]:
    """Of all files that go by this name; a door of several files goes by its folder's."""
    files = [*HOUSE.rglob(f"{module}.py"), *HOUSE.rglob(f"{module}/views.py")]
    return {name for file in files for name in re.findall(r"^ *def _?(\w+)", file.read_text("utf-8"), re.MULTILINE)}


def test_each_check_that_there_is_advice_for_exists(app: Flask) -> None:
    with app.test_request_context():
        named = fixes.by_check()
    assert named
    for check in named:
        module, _, function = check.partition(".")
        assert function in functions(module), check
