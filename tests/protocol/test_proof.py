"""What somebody proved themselves by, and what two proofs together come to (RFC 8176, RFC 9470)."""

import pytest

from idp.protocol import acr
from idp.protocol.proof import AUTHENTICATOR, MAILED, PASSWORD, Proof


def test_a_password_alone_owes_a_second_proof() -> None:
    assert not PASSWORD.is_whole
    assert PASSWORD.followed_by(AUTHENTICATOR).is_whole


@pytest.mark.section("RFC 8176 §2")
def test_rfc8176_2_two_proofs_are_named_both_and_as_several() -> None:
    both = PASSWORD.followed_by(AUTHENTICATOR)
    assert both.amr == "pwd otp mfa"
    assert both.acr == acr.TWO_FACTORS


def test_a_passkey_as_second_proof_resists_phishing() -> None:
    key = Proof(f"{acr.HARDWARE_KEY} {acr.USER_PRESENT} {acr.SEVERAL}", acr.PHISHING_RESISTANT)
    assert key.is_whole
    assert PASSWORD.followed_by(key).acr == acr.PHISHING_RESISTANT


@pytest.mark.section("RFC 8176 §2")
def test_a_mailed_code_and_the_code_of_an_app_are_two_proofs_of_one_name() -> None:
    both = MAILED.followed_by(AUTHENTICATOR)
    assert (both.amr, both.acr) == ("otp mfa", acr.TWO_FACTORS)


@pytest.mark.parametrize("second", [acr.HARDWARE_KEY, acr.SOFTWARE_KEY])
def test_a_passkey_shown_twice_is_one_proof(second: str) -> None:
    """As long as none of them looked at its user."""
    key = Proof(f"{acr.HARDWARE_KEY} {acr.USER_PRESENT}")
    assert not key.followed_by(Proof(f"{second} {acr.USER_PRESENT}")).is_whole
    verified = Proof(f"{second} {acr.USER_PRESENT} {acr.SEVERAL}", acr.PHISHING_RESISTANT)
    assert key.followed_by(verified).acr == acr.PHISHING_RESISTANT
    assert key.followed_by(AUTHENTICATOR).is_whole


def test_the_linked_identity_of_the_first_proof_stays() -> None:
    federated = Proof(acr.FEDERATED, identity_id="i" * 22, upstream_sid="s")
    both = federated.followed_by(AUTHENTICATOR)
    assert (both.identity_id, both.upstream_sid, both.amr) == ("i" * 22, "s", "fed otp mfa")
