"""RFC 7591 §2.3: where the app and the statement both speak, the statement counts."""

import pytest

from idp.protocol.errors import InvalidSoftwareStatement
from idp.protocol.software_statement import SKEW, said

pytestmark = pytest.mark.section("RFC 7591 §2.3")
NOW = 1_800_000_000


def test_the_statement_counts() -> None:
    heard = said({"client_name": "Bank", "scope": "openid"}, {"client_name": "Box", "iss": "https://i.example"}, NOW)
    assert (heard["client_name"], heard["scope"]) == ("Box", "openid")


def test_one_whose_time_is_right_holds() -> None:
    assert said({}, {"exp": NOW - SKEW + 1, "nbf": NOW + SKEW, "iat": NOW}, NOW)


@pytest.mark.parametrize(
    ("claim", "value", "word"),
    [
        ("exp", NOW - SKEW, "expired"),
        ("nbf", NOW + SKEW + 1, "ahead"),
        ("iat", NOW + 1e6, "ahead"),
        ("exp", "x", "exp"),
    ],
)
def test_one_whose_time_is_wrong_does_not(claim: str, value: object, word: str) -> None:
    with pytest.raises(InvalidSoftwareStatement) as refused:
        said({}, {claim: value}, NOW)
    assert word in refused.value.description
