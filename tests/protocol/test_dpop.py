"""RFC 9449 §4.3: what a proof must say to fit a request."""

from typing import Any

import pytest

from idp.protocol.dpop import check, hash_of, parse_thumbprint
from idp.protocol.errors import InvalidDpopProof, InvalidRequest

pytestmark = pytest.mark.section("RFC 9449 §4.3")
NOW = 1_800_000_000
ADDRESS = "https://id.example.com/token"
HONEST: dict[str, Any] = {"jti": "j", "htm": "POST", "htu": ADDRESS, "iat": NOW}


def checked(changes: dict[str, Any], access_token: str | None = None) -> str:
    claims = {name: value for name, value in (HONEST | changes).items() if value is not None}
    return check(claims, method="POST", address=ADDRESS, now=NOW, access_token=access_token)


def test_rfc9449_4_3_an_honest_proof_fits() -> None:
    assert checked({}) == "j"


@pytest.mark.parametrize(
    "htu",
    [
        "https://id.example.com/token?a=b",
        "https://id.example.com/token#f",
        "HTTPS://ID.example.com:443/token",
    ],
)
def test_rfc9449_4_3_addresses_are_compared_without_query_and_fragment_and_normalised(htu: str) -> None:
    assert checked({"htu": htu})


@pytest.mark.parametrize(
    "htu",
    [
        None,
        7,
        ["https://id.example.com/token"],
        "",
        "https://id.example.com/userinfo",
        "http://id.example.com/token",
        "https://id.example.com:8443/token",
        "https://id.example.com:x/token",
        "https://evil.example/token",
        "https://ïd.example.com/token",
        "https://somebody@id.example.com/token",
        " https://id.example.com/token",
        "https://id.example.com/token\n",
        "https://id.exa\tmple.com/token",
    ],
)
def test_rfc9449_4_3_another_address_does_not_fit(htu: object) -> None:
    with pytest.raises(InvalidDpopProof, match="htu"):
        checked({"htu": htu})


def test_rfc9449_4_3_an_address_without_a_path_is_the_root() -> None:
    claims = HONEST | {"htu": "https://id.example.com"}
    assert check(claims, method="POST", address="https://id.example.com/", now=NOW, access_token=None)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"jti": None}, "jti"),
        ({"jti": ""}, "jti"),
        ({"jti": 7}, "jti"),
        ({"jti": "x" * 257}, "jti"),
        ({"htm": None}, "htm"),
        ({"htm": "GET"}, "htm"),
        ({"htm": "post"}, "htm"),
        ({"iat": None}, "iat"),
        ({"iat": "now"}, "iat"),
        ({"iat": True}, "iat"),
        ({"iat": NOW - 300}, "iat"),
        ({"iat": NOW + 61}, "iat"),
        ({"nbf": NOW + 61}, "nbf"),
        ({"nbf": "now"}, "nbf"),
        ({"exp": NOW - 60}, "exp"),
        ({"exp": "never"}, "exp"),
    ],
)
def test_rfc9449_4_3_what_is_missing_or_wrong_is_named(changes: dict[str, Any], word: str) -> None:
    with pytest.raises(InvalidDpopProof, match=word):
        checked(changes)


def test_rfc9449_4_3_a_clock_may_be_a_little_ahead_and_iat_may_have_a_fraction() -> None:
    assert checked({"iat": NOW + 60})
    assert checked({"iat": NOW - 299.5})
    assert checked({"nbf": NOW + 60, "exp": NOW - 59})


@pytest.mark.section("RFC 9449 §7.1")
def test_rfc9449_7_1_at_resources_the_proof_is_for_one_token() -> None:
    assert checked({"ath": hash_of("token")}, access_token="token")
    for other in (hash_of("another"), None, 7):
        with pytest.raises(InvalidDpopProof, match="ath"):
            checked({"ath": other}, access_token="token")


@pytest.mark.section("RFC 9449 §10")
def test_rfc9449_10_a_thumbprint_is_43_characters() -> None:
    assert parse_thumbprint(None) == ""
    assert parse_thumbprint("A" * 43) == "A" * 43
    for wrong in ("", "A" * 42, "A" * 44, "A" * 42 + "="):
        with pytest.raises(InvalidRequest, match="dpop_jkt"):
            parse_thumbprint(wrong)
