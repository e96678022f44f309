"""OpenID Connect Core §5.5.1.1: how surely a person proved themselves."""

import pytest

from idp.protocol.acr import (
    OFFERED,
    ONE_FACTOR,
    PHISHING_RESISTANT,
    TWO_FACTORS,
    is_key,
    meets,
    reported,
    strongest,
    together,
)

pytestmark = pytest.mark.section("OpenID Connect Core §5.5.1.1")


def test_core_5_5_1_1_a_context_that_was_asked_for_is_met() -> None:
    assert meets(ONE_FACTOR, ("urn:other", ONE_FACTOR))
    assert not meets(ONE_FACTOR, ("urn:other",))


def test_core_5_5_1_1_without_values_any_context_will_do() -> None:
    assert meets(ONE_FACTOR, ())


def test_core_5_5_1_1_a_stronger_context_stands_for_a_weaker_one_and_not_the_reverse() -> None:
    assert meets(PHISHING_RESISTANT, (ONE_FACTOR,))
    assert meets(PHISHING_RESISTANT, (TWO_FACTORS,))
    assert not meets(TWO_FACTORS, (PHISHING_RESISTANT,))
    assert not meets("urn:unknown", (ONE_FACTOR,))


def test_core_5_5_1_1_the_answer_names_the_first_wanted_context_that_was_reached() -> None:
    assert reported(TWO_FACTORS, (PHISHING_RESISTANT, ONE_FACTOR)) == ONE_FACTOR
    assert reported(ONE_FACTOR, (TWO_FACTORS,)) == ONE_FACTOR
    assert reported(TWO_FACTORS, ()) == TWO_FACTORS


def test_rfc8176_2_amr_names_each_proof_once_and_several_kinds_as_such() -> None:
    assert together("pwd") == "pwd"
    assert together("pwd", "pwd") == "pwd"
    assert together("otp", "pwd") == "pwd otp mfa"
    assert together("swk user") == "swk user"
    assert together("swk user mfa") == "swk user mfa"
    assert together("fed", "face") == "fed face"


def test_rfc8176_2_a_passkey_is_a_key_of_hardware_or_of_software() -> None:
    assert [is_key(amr) for amr in ("hwk user mfa", "swk", "pwd otp mfa", "", "shwk")] == [
        True,
        True,
        False,
        False,
        False,
    ]


def test_the_strongest_of_several() -> None:
    assert strongest((ONE_FACTOR, PHISHING_RESISTANT, TWO_FACTORS)) == PHISHING_RESISTANT


def test_discovery_3_the_contexts_offered() -> None:
    assert OFFERED == (ONE_FACTOR, TWO_FACTORS, PHISHING_RESISTANT)
