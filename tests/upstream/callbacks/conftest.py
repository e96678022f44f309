"""A house with Facebook, and what signs as Facebook does."""

from collections.abc import Iterator

import pytest

from idp import clock
from idp.emulators.facebook.state import App, State
from idp.settings.load import Settings
from tests.emulators.facebook import APP_ID, SECRET
from tests.racing import Track
from tests.upstream.callbacks.posted import FACEBOOK


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """A house with Facebook."""
    return settings.model_copy(update={"upstream": {"facebook": FACEBOOK}})


@pytest.fixture
def facebook() -> State:
    """What signs as Facebook does."""
    return State(App(APP_ID, SECRET), clock.now)


@pytest.fixture(scope="module")
def track() -> Iterator[Track]:
    opened = Track.opened()
    yield opened
    opened.pool.shutdown(cancel_futures=True)
