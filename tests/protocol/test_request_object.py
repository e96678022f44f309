"""RFC 9101 §6.3: what a signed request must say."""

from typing import Any

import pytest

from idp.protocol.errors import InvalidRequestObject
from idp.protocol.parameters import Parameters
from idp.protocol.request_object import parameters_of

pytestmark = pytest.mark.section("RFC 9101 §6.3")
NOW = 1_800_000_000
ISSUER = "https://id.example.com"
HONEST: dict[str, Any] = {
    "iss": "app",
    "aud": ISSUER,
    "exp": NOW + 60,
    "client_id": "app",
    "response_type": "code",
    "redirect_uri": "https://app.example/cb",
}


def read(changes: dict[str, Any]) -> Parameters:
    claims = {name: value for name, value in (HONEST | changes).items() if value is not None}
    return parameters_of(claims, "app", ISSUER, NOW)


def test_rfc9101_4_its_claims_are_the_parameters() -> None:
    found = read({"max_age": 60, "claims": {"id_token": {"acr": None}}, "jti": "j", "nbf": NOW})
    assert found.get("response_type") == "code"
    assert found.get("redirect_uri") == "https://app.example/cb"
    assert found.get("max_age") == "60"
    assert found.get("claims") == '{"id_token": {"acr": null}}'
    assert not any(name in found for name in ("iss", "aud", "exp", "nbf", "jti"))


@pytest.mark.parametrize(
    "changes", [{"aud": [ISSUER, "https://other.example"]}, {"client_id": None}, {"exp": NOW - 59}]
)
def test_rfc9101_6_3_what_fits(changes: dict[str, Any]) -> None:
    assert read(changes).get("client_id") == "app"


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"iss": None}, "iss"),
        ({"iss": "other"}, "iss"),
        ({"client_id": "other"}, "client_id"),
        ({"aud": None}, "aud"),
        ({"aud": "https://other.example"}, "aud"),
        ({"exp": None}, "exp"),
        ({"exp": "soon"}, "exp"),
        ({"exp": True}, "exp"),
        ({"exp": NOW - 60}, "exp"),
        ({"nbf": NOW + 61}, "nbf"),
        ({"nbf": "now"}, "nbf"),
        ({"iat": NOW + 61}, "iat"),
        ({"iat": "now"}, "iat"),
        ({"sub": "app"}, "sub"),
        ({"request": "ey"}, "no other request"),
        ({"request_uri": "https://app.example/request"}, "no other request"),
        ({"state": ["a"]}, "state"),
        ({"prompt": True}, "prompt"),
        ({"scope": {"openid": True}}, "scope"),
        ({"max_age": 1.5}, "max_age"),
    ],
)
def test_rfc9101_6_3_what_does_not_fit_is_named(changes: dict[str, Any], word: str) -> None:
    with pytest.raises(InvalidRequestObject, match=word):
        read(changes)


@pytest.mark.section("RFC 8707 §2")
def test_rfc8707_2_several_resources_are_an_array() -> None:
    assert read({"resource": ["https://a.example", "https://b.example"]}).every("resource") == (
        "https://a.example",
        "https://b.example",
    )
    assert read({"resource": "https://a.example"}).get("resource") == "https://a.example"


@pytest.mark.section("OpenID Connect Core §6.2")
def test_core_6_2_read_a_moment_ago_it_need_not_say_until_when_it_is_good() -> None:
    claims = {name: value for name, value in HONEST.items() if name != "exp"}
    assert parameters_of(claims, "app", ISSUER, NOW, by_reference=True).get("response_type") == "code"
    with pytest.raises(InvalidRequestObject, match="exp"):
        parameters_of(claims, "app", ISSUER, NOW)
    with pytest.raises(InvalidRequestObject, match="exp"):
        parameters_of({**claims, "exp": NOW - 60}, "app", ISSUER, NOW, by_reference=True)
