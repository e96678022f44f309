"""OpenID Connect Core §5: which facts about a person go out, and who asked for them."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.protocol.claims import (
    LONGEST,
    NO_CLAIMS,
    PROTOCOL_CLAIMS,
    SCOPE_CLAIMS,
    ClaimRequest,
    ClaimsRequest,
    covering,
    release,
    wanted,
)
from idp.protocol.errors import InvalidRequest
from idp.protocol.scope import Scope

pytestmark = [pytest.mark.section("OpenID Connect Core §5.4"), pytest.mark.section("OpenID Connect Core §5.5")]

NAMES = st.text(st.characters(exclude_categories=["Cc", "Cs"]), min_size=1, max_size=12)
VALUES = st.booleans() | st.integers(-(10**6), 10**6) | NAMES
ASKED = st.none() | st.fixed_dictionaries(
    {}, optional={"essential": st.booleans(), "value": VALUES, "values": st.lists(VALUES, max_size=3), "other": VALUES}
)
PART = st.dictionaries(NAMES, ASKED, max_size=5)
REQUESTS = st.fixed_dictionaries({}, optional={"id_token": PART, "userinfo": PART, "other": VALUES})


def refusal(claims: object) -> str:
    with pytest.raises(InvalidRequest) as refused:
        ClaimsRequest.parse(claims if isinstance(claims, str) else json.dumps(claims))
    return refused.value.description


def test_core_5_4_scopes_ask_for_their_claims() -> None:
    assert {scope: len(claims) for scope, claims in SCOPE_CLAIMS.items()} == {
        "profile": 14, "email": 2, "address": 1, "phone": 2, "groups": 1,
    }  # fmt: skip
    assert wanted(Scope.parse("openid email phone offline_access"), {}) == {
        "email", "email_verified", "phone_number", "phone_number_verified",
    }  # fmt: skip
    assert {"name", "given_name", "family_name", "picture", "updated_at"} <= wanted(Scope.parse("profile"), {})
    assert wanted(Scope.parse("openid calendar"), {}) == frozenset()


def test_core_5_5_the_example_of_the_specification() -> None:
    request = ClaimsRequest.parse(
        """
        {
         "userinfo":
          {
           "given_name": {"essential": true},
           "nickname": null,
           "email": {"essential": true},
           "email_verified": {"essential": true},
           "picture": null,
           "http://example.info/claims/groups": null
          },
         "id_token":
          {
           "auth_time": {"essential": true},
           "acr": {"values": ["urn:mace:incommon:iap:silver"] }
          }
        }
        """
    )
    assert request.userinfo["given_name"] == ClaimRequest(essential=True)
    assert request.userinfo["nickname"] == ClaimRequest()
    assert request.id_token["acr"] == ClaimRequest(values=("urn:mace:incommon:iap:silver",))
    assert wanted(Scope.parse("phone"), request.userinfo) == set(request.userinfo) | SCOPE_CLAIMS["phone"]


def test_core_5_5_no_claims_parameter_asks_for_nothing() -> None:
    assert ClaimsRequest.parse(None) == NO_CLAIMS
    assert not ClaimsRequest.parse('{"id_token": {}, "userinfo": null, "elsewhere": 1}')
    assert ClaimsRequest.parse('{"userinfo": {"name": null}}')
    assert ClaimsRequest.parse('{"id_token": {"name": null}}')


def test_core_5_5_1_a_value_is_accepted_when_it_was_asked_for() -> None:
    silver = ClaimsRequest.parse('{"id_token": {"acr": {"values": ["silver", "gold"]}}}').id_token["acr"]
    assert silver.accepts("gold")
    assert not silver.accepts("bronze")
    assert ClaimRequest().accepts("bronze")


def test_core_5_5_1_value_is_one_value_and_members_unheard_of_are_ignored() -> None:
    part = ClaimsRequest.parse('{"userinfo": {"a": {"value": 1, "purpose": "x"}, "b": {"value": null}}}').userinfo
    assert part == {"a": ClaimRequest(values=(1,)), "b": ClaimRequest()}


@pytest.mark.parametrize(
    ("claims", "sentence"),
    [
        ("", "claims is not well-formed JSON"),
        ("[]", "claims must be a JSON object"),
        ({"id_token": []}, "id_token in claims must be a JSON object"),
        ({"userinfo": "name"}, "userinfo in claims must be a JSON object"),
        ({"userinfo": {"name": True}}, "name in claims must be null or a JSON object"),
        ({"userinfo": {"name": {"essential": "yes"}}}, "essential of name in claims must be true or false"),
        ({"userinfo": {"name": {"values": "x"}}}, "values of name in claims must be a JSON array"),
        ({"userinfo": {f"c{n}": None for n in range(65)}}, "userinfo in claims asks for more than 64 claims"),
        ({"userinfo": {"n" * 50: 1}}, f"{'n' * 40} in claims must be null or a JSON object"),
        ('{"userinfo": {"name": null, "name": null}}', "claims names a member twice"),
        ('{"a":' * 9 + "1" + "}" * 9, "claims is nested more than 8 levels deep"),
    ],
)
def test_core_5_5_what_is_malformed_is_an_invalid_request(claims: object, sentence: str) -> None:
    assert refusal(claims) == sentence


def test_core_5_5_64_claims_may_be_asked_for_at_once() -> None:
    assert len(ClaimsRequest.of({"userinfo": {f"c{n}": None for n in range(64)}}).userinfo) == 64


def test_core_5_5_a_claims_parameter_has_at_most_2048_bytes() -> None:
    assert not ClaimsRequest.parse("{}".ljust(LONGEST))
    assert refusal("{}".ljust(LONGEST + 1)) == "claims is longer than 2048 bytes"


@pytest.mark.parametrize(
    ("claims", "subject"),
    [
        ({"id_token": {"sub": {"value": "alice"}}}, "alice"),
        ({"id_token": {"sub": {"values": ["alice"]}}}, "alice"),
        ({"id_token": {"sub": {"values": ["alice", "bob"]}}}, None),
        ({"id_token": {"sub": {"value": 7}}}, None),
        ({"id_token": {"sub": None}}, None),
        ({"userinfo": {"sub": {"value": "alice"}}}, None),
        ({}, None),
    ],
)
def test_core_3_1_2_2_the_person_an_answer_may_be_about(claims: object, subject: str | None) -> None:
    assert ClaimsRequest.parse(json.dumps(claims)).subject == subject


def test_core_5_5_claims_asked_for_by_name_are_covered_by_their_scopes() -> None:
    assert covering(["email", "name#de", "nickname", "sub", "shoe_size"]) == Scope.parse("profile email")
    assert covering([]) == Scope()


@pytest.mark.incident("CVE-2024-52287")
@pytest.mark.incident("CVE-2026-114619")
def test_core_5_5_a_claim_by_name_reaches_no_further_than_its_scope() -> None:
    request = ClaimsRequest.parse('{"id_token": {"email": null, "acr": null}, "userinfo": {"phone_number#de": null}}')
    assert request.within(Scope.parse("openid email")) == ClaimsRequest.parse(
        '{"id_token": {"email": null, "acr": null}}'
    )
    assert request.within(Scope.parse("openid")) == ClaimsRequest.parse('{"id_token": {"acr": null}}')
    assert request.within(Scope.parse("email phone")) == request


def test_core_5_3_2_only_what_was_asked_for_and_is_not_empty_goes_out() -> None:
    profile: dict[str, object] = {
        "name": "Zoë", "nickname": "", "picture": None, "address": {}, "groups": [], "email": "z@example.org",
        "email_verified": False, "updated_at": 0, "phone_number": "+49 1",
    }  # fmt: skip
    names = wanted(Scope.parse("profile email address groups"), {})
    assert release(profile, names) == {
        "name": "Zoë", "email": "z@example.org", "email_verified": False, "updated_at": 0,
    }  # fmt: skip


@pytest.mark.parametrize(
    "claim", ["iss", "sub", "aud", "exp", "iat", "auth_time", "nonce", "acr", "amr", "azp", "at_hash", "c_hash", "sid"]
)
def test_e1_no_profile_can_set_a_claim_of_the_protocol(claim: str) -> None:
    assert release({claim: "forged", "name": "Zoë"}, frozenset({claim, "name"})) == {"name": "Zoë"}
    assert claim in PROTOCOL_CLAIMS


@given(st.dictionaries(NAMES | st.sampled_from(sorted(PROTOCOL_CLAIMS)), VALUES), st.frozensets(NAMES))
def test_e1_whatever_the_profile_holds_only_asked_and_unprotected_claims_go_out(
    profile: dict[str, object], names: frozenset[str]
) -> None:
    released = release(profile, names | PROTOCOL_CLAIMS)
    assert released.keys() <= names - PROTOCOL_CLAIMS
    assert released.items() <= profile.items()


@given(REQUESTS)
def test_core_5_5_what_was_asked_for_is_stored_and_read_again(claims: dict[str, object]) -> None:
    request = ClaimsRequest.of(claims)
    assert ClaimsRequest.from_json(request.to_json()) == request
    assert ClaimsRequest.parse(request.to_json()) == request
    assert len(request.to_json()) <= max(len(json.dumps(claims, ensure_ascii=False)), 2)


@given(st.text('{}[]":,\\uidtokenserf1 ', max_size=60) | st.text(max_size=60))
def test_core_5_5_any_text_is_a_claims_request_or_refused(text: str) -> None:
    try:
        request = ClaimsRequest.parse(text)
    except InvalidRequest:
        return
    assert ClaimsRequest.from_json(request.to_json()) == request
