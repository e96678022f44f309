"""RFC 7636 and RFC 9700 §2.1.1: PKCE, S256 only."""

from base64 import urlsafe_b64encode
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.protocol.errors import InvalidGrant, InvalidRequest
from idp.protocol.pkce import Challenge, prove, verify

pytestmark = [pytest.mark.section("RFC 7636 §4.2"), pytest.mark.section("RFC 7636 §4.6")]

# RFC 7636 Appendix B
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
VERIFIERS = st.text("ABCXYZabcxyz0189-._~", min_size=43, max_size=128)


def test_rfc7636_b_the_example_of_the_specification() -> None:
    assert Challenge.of(CHALLENGE, "S256") == CHALLENGE
    assert verify(CHALLENGE, VERIFIER)


def test_rfc7636_4_3_a_request_without_challenge_is_not_bound() -> None:
    assert Challenge.of(None, None) is None


@pytest.mark.incident("CVE-2026-67336")
@pytest.mark.parametrize("method", ["plain", "s256", "S512", None])
def test_rfc7636_4_3_any_other_method_is_refused_also_the_one_left_out(method: str | None) -> None:
    with pytest.raises(InvalidRequest, match="code_challenge_method must be S256"):
        Challenge.of(CHALLENGE, method)


def test_rfc7636_4_3_a_method_without_challenge_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="without code_challenge"):
        Challenge.of(None, "S256")


@pytest.mark.parametrize(
    "challenge", [CHALLENGE[:-1], CHALLENGE + "A", CHALLENGE[:-1] + "=", CHALLENGE[:-1] + "+", "é" * 43]
)
def test_rfc7636_4_2_a_challenge_is_43_characters_of_base64url(challenge: str) -> None:
    with pytest.raises(InvalidRequest, match="43 characters of base64url"):
        Challenge.of(challenge, "S256")


@pytest.mark.parametrize(
    "verifier", [VERIFIER[:-1], "a" * 129, VERIFIER + "\n", VERIFIER[:-1] + "é", "", None, CHALLENGE]
)
def test_rfc7636_4_1_anything_but_the_verifier_fails(verifier: str | None) -> None:
    assert not verify(CHALLENGE, verifier)


def test_rfc7636_4_1_a_short_verifier_fails_even_where_its_hash_fits() -> None:
    short = "a" * 42
    assert not verify(urlsafe_b64encode(sha256(short.encode()).digest()).rstrip(b"=").decode(), short)


@pytest.mark.incident("CVE-2023-48228")
def test_rfc9700_2_1_1_a_bound_code_needs_its_verifier() -> None:
    with pytest.raises(InvalidGrant, match="code_verifier is missing"):
        prove(CHALLENGE, None)
    with pytest.raises(InvalidGrant, match="does not match"):
        prove(CHALLENGE, "a" * 43)
    prove(CHALLENGE, VERIFIER)


@pytest.mark.incident("CVE-2024-23647")
def test_rfc9700_2_1_1_a_verifier_for_a_code_that_was_not_bound_shows_a_downgrade() -> None:
    with pytest.raises(InvalidGrant, match="without code_challenge"):
        prove(None, VERIFIER)
    prove(None, None)


@given(VERIFIERS, VERIFIERS)
def test_rfc7636_4_6_each_verifier_fits_its_own_challenge_alone(one: str, other: str) -> None:
    challenge = urlsafe_b64encode(sha256(one.encode()).digest()).rstrip(b"=").decode()
    assert verify(Challenge.of(challenge, "S256") or "", one)
    assert verify(challenge, other) == (one == other)


@given(st.text())
def test_rfc7636_4_6_any_text_is_compared_without_a_fault(text: str) -> None:
    assert not verify(CHALLENGE, text)
