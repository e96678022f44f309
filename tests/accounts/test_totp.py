"""The codes of authenticator apps, by the specifications' own examples."""

from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from idp.accounts import totp

OF_THE_RFC = b"12345678901234567890"
NOW = 1_800_000_000


@pytest.mark.section("RFC 4226 §5.3")
def test_rfc4226_d_the_examples() -> None:
    shown = ["755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583", "399871", "520489"]
    assert [totp.code_of(OF_THE_RFC, step) for step in range(10)] == shown


@pytest.mark.section("RFC 6238 §5.2")
@pytest.mark.parametrize(
    ("at", "code"),
    [
        (59, "94287082"),
        (1111111109, "07081804"),
        (1111111111, "14050471"),
        (1234567890, "89005924"),
        (2000000000, "69279037"),
        (20000000000, "65353130"),
    ],
)
def test_rfc6238_b_the_examples(at: int, code: str) -> None:
    assert totp.code_of(OF_THE_RFC, totp.step_of(at), digits=8) == code


@pytest.mark.section("RFC 6238 §5.2")
@pytest.mark.parametrize(("late", "is_taken"), [(-31, False), (-30, True), (0, True), (59, True), (60, False)])
def test_rfc6238_5_2_a_code_may_be_a_step_early_or_late(late: int, is_taken: bool) -> None:
    key = totp.new_key()
    begins = totp.step_of(NOW) * totp.STEP
    code = totp.code_of(key, totp.step_of(NOW))
    step = totp.step_that_shows(key, code, begins + late)
    assert step == (totp.step_of(NOW) if is_taken else None)


def test_of_two_steps_that_show_the_same_the_newer_is_meant() -> None:
    """So that both are used up by it."""
    key = (826534).to_bytes(20)
    assert totp.code_of(key, 7) == totp.code_of(key, 8) == "378241"
    assert totp.step_that_shows(key, "378241", 7 * totp.STEP) == 8


@pytest.mark.section("RFC 4226 §4")
def test_rfc4226_4_keys_have_160_bits_and_no_two_are_alike() -> None:
    keys = {totp.new_key() for _ in range(50)}
    assert len(keys) == 50
    assert {len(key) * 8 for key in keys} == {160}


def test_the_key_can_be_read_out_and_typed() -> None:
    text = totp.as_text(OF_THE_RFC)
    assert text == "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ"


def test_the_picture_holds_all_an_app_needs() -> None:
    parts = urlsplit(totp.uri(OF_THE_RFC, "Example: ID", "jane+x@example.org"))
    assert (parts.scheme, parts.netloc, unquote(parts.path)) == ("otpauth", "totp", "/Example  ID:jane+x@example.org")
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert asked == {
        "secret": "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ",
        "issuer": "Example  ID",
        "algorithm": "SHA1",
        "digits": "6",
        "period": "30",
    }
    assert "+" not in parts.query, "a space is %20: some apps show a plus"
