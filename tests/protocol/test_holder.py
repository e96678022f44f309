"""A token bound to a key is its holder's alone."""

import pytest

from idp.protocol.holder import ANYBODY, Holder

KEY, CERTIFICATE = Holder(jkt="k" * 43), Holder(x5t="c" * 43)
BOTH = Holder("k" * 43, "c" * 43)


@pytest.mark.section("RFC 9449 §6.1")
@pytest.mark.section("RFC 8705 §3.1")
@pytest.mark.parametrize("holder", [ANYBODY, KEY, CERTIFICATE, BOTH])
def test_what_a_token_says_of_its_holder_is_read_again(holder: Holder) -> None:
    assert Holder.of(holder.confirmation()) == holder


def test_a_bearer_token_says_nothing_of_a_holder() -> None:
    assert ANYBODY.confirmation() == {}


def test_whoever_holds_both_keys_may_use_what_is_bound_to_one() -> None:
    assert BOTH.includes(KEY)
    assert BOTH.includes(CERTIFICATE)
    assert BOTH.includes(ANYBODY)


def test_whoever_holds_one_key_may_not_use_what_is_bound_to_another() -> None:
    assert not KEY.includes(CERTIFICATE)
    assert not KEY.includes(BOTH)
    assert not ANYBODY.includes(KEY)
    assert not KEY.includes(Holder(jkt="x" * 43))
