"""RFC 7523 §3: what a client's assertion must say."""

from typing import Any

import pytest

from idp.protocol.client_assertion import check
from idp.protocol.errors import InvalidClient

pytestmark = pytest.mark.section("RFC 7523 §3")
NOW = 1_800_000_000
ISSUER = "https://id.example.com"
HONEST: dict[str, Any] = {"iss": "app", "sub": "app", "aud": ISSUER, "exp": NOW + 60, "jti": "j"}


def checked(changes: dict[str, Any]) -> tuple[str, int]:
    claims = {name: value for name, value in (HONEST | changes).items() if value is not None}
    return check(claims, client_id="app", audiences=(ISSUER, f"{ISSUER}/token"), now=NOW)


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"aud": f"{ISSUER}/token"},
        {"aud": [ISSUER]},
        {"iat": NOW, "nbf": NOW + 60},
        {"exp": NOW - 59},
        {"exp": NOW + 3660},
        {"exp": NOW + 60.5},
    ],
)
def test_rfc7523_3_an_honest_assertion(changes: dict[str, Any]) -> None:
    assert checked(changes)[0] == "j"


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"iss": None}, "iss"),
        ({"iss": "other"}, "iss"),
        ({"sub": None}, "sub"),
        ({"sub": "other"}, "sub"),
        ({"aud": None}, "aud"),
        ({"aud": "https://other.example"}, "aud"),
        ({"aud": f"{ISSUER}/"}, "aud"),
        ({"aud": [ISSUER, "https://other.example"]}, "aud"),
        ({"aud": []}, "aud"),
        ({"exp": None}, "exp"),
        ({"exp": "soon"}, "exp"),
        ({"exp": True}, "exp"),
        ({"exp": NOW - 60}, "exp"),
        ({"exp": NOW + 3661}, "exp"),
        ({"nbf": NOW + 61}, "nbf"),
        ({"iat": NOW + 61}, "iat"),
        ({"iat": "now"}, "iat"),
        ({"jti": None}, "jti"),
        ({"jti": ""}, "jti"),
        ({"jti": 7}, "jti"),
        ({"jti": "x" * 257}, "jti"),
    ],
)
def test_rfc7523_3_what_is_missing_or_wrong_is_named(changes: dict[str, Any], word: str) -> None:
    with pytest.raises(InvalidClient, match=word):
        checked(changes)
