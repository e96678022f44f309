"""Facebook's emulator, and our side of it as the settings describe it."""

from collections.abc import Iterator

import pytest

from idp.settings import upstreams
from idp.upstream.facebook import Facebook
from tests.emulators.facebook import APP_ID, SECRET, Emulator, facebook

CALLBACK = "http://127.0.0.1:8000/login/facebook/callback"


@pytest.fixture
def emulator() -> Iterator[Emulator]:
    with facebook(CALLBACK) as running:
        yield running


@pytest.fixture
def upstream(emulator: Emulator) -> Facebook:
    return ours(emulator)


def ours(emulator: Emulator, **changes: object) -> Facebook:
    """The upstream of these settings."""
    there = {"dialog_url": emulator.url, "graph_url": emulator.url, "emulated": True, "timeout": 5}
    settings = {"preset": "facebook", "client_id": APP_ID, "client_secret": SECRET, **there, **changes}
    return Facebook("facebook", upstreams.Facebook.model_validate(settings))
