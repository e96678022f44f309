"""An operator who wants no grace gets none, not even within the second (settings: tokens.refresh_grace)."""

import pytest

from idp.settings.load import Settings
from tests.endpoints.token.test_request import refused
from tests.people import Person
from tests.relying_app import RelyingApp


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"tokens": settings.tokens.model_copy(update={"refresh_grace": 0})})


@pytest.mark.section("RFC 9700 §4.14.2")
def test_without_a_grace_the_first_reuse_ends_the_family(shop: RelyingApp, alice: Person) -> None:
    tokens = shop.asks("openid").seen_by(alice).signs_in().allows().redeems()
    later = tokens.refreshes()
    refused(tokens.tries_to_refresh(), "invalid_grant")
    refused(later.tries_to_refresh(), "invalid_grant")
