"""An install whose console is open to everyone who has an account."""

import pytest

from idp.settings.load import Settings
from tests.developers.console import Developer, open_to
from tests.people import Person


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return open_to(settings)


@pytest.fixture
def dev(alice: Person) -> Developer:
    """Alice, signed in a moment ago, with a web app."""
    return Developer.of(alice)
