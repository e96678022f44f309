"""The small house of tests/pages/small_house.py, and visitors to it."""

from pathlib import Path

import pytest
from flask import Flask

from tests.pages.small_house import small_house
from tests.web_browser import Browser


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys")


@pytest.fixture
def app(keys: Path) -> Flask:
    """On http://127.0.0.1:8000, called Example ID."""
    return small_house(keys, brand={"name": "Example ID"})


@pytest.fixture
def visitor(app: Flask) -> Browser:
    return Browser(app)


@pytest.fixture
def secure(keys: Path) -> Browser:
    """A visitor to https://id.example.com."""
    return Browser(small_house(keys, server={"issuer": "https://id.example.com"}, mail={"transport": "smtp"}))
