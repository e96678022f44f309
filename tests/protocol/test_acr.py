"""OpenID Connect Core §5.5.1.1: how surely a person proved themselves."""

import pytest

from idp.protocol.acr import OFFERED, ONE_FACTOR, meets

pytestmark = pytest.mark.section("OpenID Connect Core §5.5.1.1")


def test_core_5_5_1_1_a_context_that_was_asked_for_is_met() -> None:
    assert meets(ONE_FACTOR, ("urn:other", ONE_FACTOR))
    assert not meets(ONE_FACTOR, ("urn:other",))


def test_core_5_5_1_1_without_values_any_context_will_do() -> None:
    assert meets(ONE_FACTOR, ())


def test_discovery_3_the_contexts_offered() -> None:
    assert OFFERED == (ONE_FACTOR,)
