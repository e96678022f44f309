"""What tests of tokens share."""

from collections.abc import Iterator

import pytest

from tests.emulators import key_server as emulator
from tests.emulators.key_server import KeyServer


@pytest.fixture
def key_server() -> Iterator[KeyServer]:
    with emulator.serving() as server:
        yield server
