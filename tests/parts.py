"""Tests that need more of the system than Python say so here: `pytestmark = needs("Chromium")`."""

import pytest

from scripts import system_parts


def needs(name: str) -> pytest.MarkDecorator:
    """Skip where the part is missing, saying what to install; in CI a skipped test fails (conftest)."""
    return pytest.mark.skipif(not system_parts.is_there(name), reason=system_parts.how_to_get(name))
