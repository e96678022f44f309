"""The plan by which keys follow one another: what is due, from what there is."""

from dataclasses import replace

import pytest

from idp.settings.sections import Keys
from idp.signing.rotation import Drop, Found, Move, Policy, Promote, Publish, Retire, plan, signs_from
from idp.store.signing_keys import State, StoredKey

DAY = 86400
START = 1_780_000_000
POLICY = Policy(("RS256",), sign_for=30 * DAY, publish_ahead=2 * DAY, keep_for=DAY)


def key(
    kid: str, state: State, published: float, signs: float | None = None, retired: float | None = None
) -> StoredKey:
    """A key whose times are days after START."""
    times = [None if days is None else START + int(days * DAY) for days in (published, signs, retired)]
    return StoredKey(kid, "RS256", state, "{}", None, times[0] or START, times[1], times[2])


def due(*keys: StoredKey, day: float, policy: Policy = POLICY) -> tuple[Move, ...]:
    return plan(keys, START + int(day * DAY), policy)


def test_an_empty_install_gets_a_signer_for_every_algorithm_at_once() -> None:
    everything = replace(POLICY, algorithms=("RS256", "ES256", "EdDSA"))
    assert due(day=0, policy=everything) == (Found(("RS256", "ES256", "EdDSA")),)


def test_an_install_in_which_nothing_signs_gets_signers_at_once() -> None:
    assert due(key("b", "next", 0), day=0) == (Found(("RS256",)),)
    assert due(key("a", "retiring", 0, 0, 30), day=40) == (Found(("RS256",)),)


def test_nothing_is_due_while_the_current_key_is_young() -> None:
    assert due(key("a", "current", 0, 0), day=27.9) == ()


def test_the_next_key_is_published_ahead() -> None:
    assert due(key("a", "current", 0, 0), day=28) == (Publish("RS256"),)


def test_the_next_key_is_published_once() -> None:
    assert due(key("a", "current", 0, 0), key("b", "next", 28), day=29.9) == ()


def test_the_next_key_takes_over_when_the_current_one_has_signed_for_long_enough() -> None:
    assert due(key("a", "current", 0, 0), key("b", "next", 28), day=30) == (Promote("b", "a"),)


def test_a_key_published_late_still_waits_until_everyone_can_know_it() -> None:
    keys = key("a", "current", 0, 0), key("b", "next", 100)
    assert due(*keys, day=101.9) == ()
    assert due(*keys, day=102) == (Promote("b", "a"),)


def test_a_key_that_was_asked_to_hurry_does_not_wait_for_the_current_one() -> None:
    keys = key("a", "current", 0, 0), key("b", "next", 5, signs=5)
    assert due(*keys, day=6.9) == ()
    assert due(*keys, day=7) == (Promote("b", "a"),)


def test_a_key_that_was_asked_for_a_later_time_still_comes_in_its_turn() -> None:
    keys = key("a", "current", 0, 0), key("b", "next", 5, signs=99)
    assert due(*keys, day=30) == (Promote("b", "a"),)


def test_a_retired_key_stays_published_until_its_last_token_is_dead() -> None:
    keys = key("b", "current", 28, 30), key("a", "retiring", 0, 0, 30)
    assert due(*keys, day=30.9) == ()
    assert due(*keys, day=31) == (Drop("a", "retiring"),)


def test_everything_that_is_due_is_done_in_one_round() -> None:
    keys = key("a", "retiring", 0, 0, 30), key("b", "current", 28, 30), key("c", "next", 58)
    assert due(*keys, day=90) == (Promote("c", "b"), Drop("a", "retiring"))


def test_an_algorithm_offered_later_is_published_before_it_signs() -> None:
    both = replace(POLICY, algorithms=("RS256", "ES256"))
    rsa, new = key("a", "current", 0, 0), replace(key("e", "next", 3), alg="ES256")
    assert due(rsa, day=3, policy=both) == (Publish("ES256"),)
    assert due(rsa, new, day=4.9, policy=both) == ()
    assert due(rsa, new, day=5, policy=both) == (Promote("e", None),)


def test_an_algorithm_no_longer_offered_runs_out_without_a_successor() -> None:
    old = replace(key("e", "current", 0, 0), alg="ES256")
    rsa = key("a", "current", 20, 20)
    assert due(rsa, old, day=28, policy=POLICY) == ()
    assert due(rsa, old, day=30, policy=POLICY) == (Retire("e"),)


def test_the_next_key_of_an_algorithm_no_longer_offered_goes_when_its_signer_is_gone() -> None:
    rsa, signer = key("a", "current", 20, 20), replace(key("e", "current", 0, 0), alg="ES256")
    following = replace(key("f", "next", 28), alg="ES256")
    assert due(rsa, signer, following, day=29) == ()
    assert due(rsa, following, day=30) == (Drop("f", "next"),)


def test_of_an_algorithm_no_longer_offered_the_retired_key_stays_as_long_as_any_other() -> None:
    rsa, old = key("a", "current", 20, 20), replace(key("e", "retiring", 0, 0, 30), alg="ES256")
    assert due(rsa, old, day=30.5) == ()
    assert due(rsa, old, day=31) == (Drop("e", "retiring"),)


def test_a_current_key_without_a_start_counts_from_its_publication() -> None:
    assert due(key("a", "current", 0), day=28) == (Publish("RS256"),)


def test_the_date_shown_to_the_operator_is_the_date_it_happens() -> None:
    current, following = key("a", "current", 0, 0), key("b", "next", 28.5)
    moment = signs_from(following, current, POLICY)
    assert plan((current, following), moment - 1, POLICY) == ()
    assert plan((current, following), moment, POLICY) == (Promote("b", "a"),)


@pytest.mark.parametrize("setting", ["sign_for", "publish_ahead", "keep_for", "algorithms"])
def test_the_policy_is_what_the_settings_say(setting: str) -> None:
    assert getattr(Policy.of(Keys()), setting) == getattr(Keys(), setting)
