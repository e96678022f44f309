"""OpenID Connect Core §3.1.2.1: a checked request, and how it waits."""

import json
from dataclasses import FrozenInstanceError

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.protocol.authorization_request import AuthorizationRequest, ReplyTo
from idp.protocol.claims import ClaimsRequest
from idp.protocol.prompt import Prompt
from idp.protocol.scope import Scope

pytestmark = pytest.mark.section("OpenID Connect Core §3.1.2.1")

FULL = AuthorizationRequest(
    client_id="shop",
    reply_to=ReplyTo("https://shop.example/cb", "form_post", "opaque-state"),
    scope=Scope.parse("openid email"),
    nonce="n-0S6_WzA2Mj",
    prompt=Prompt.parse("login consent"),
    max_age=0,
    login_hint="alice@example.org",
    hinted_subject="subject",
    ui_locales=("de-AT", "en"),
    display="popup",
    acr_values=("2", "1"),
    claims=ClaimsRequest.parse('{"userinfo": {"name": {"essential": true}}}'),
    code_challenge="E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
    idp_hint="facebook",
)
LEAST = AuthorizationRequest("shop", ReplyTo("https://shop.example/cb", "query"), Scope.parse("openid"))
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
WORDS = st.lists(st.from_regex(r"[a-zA-Z0-9:-]{1,10}", fullmatch=True), max_size=4)
REQUESTS = st.builds(
    AuthorizationRequest,
    client_id=TEXT,
    reply_to=st.builds(ReplyTo, TEXT, st.sampled_from(["query", "form_post"]), st.none() | TEXT),
    scope=WORDS.map(Scope),
    nonce=st.none() | TEXT,
    prompt=st.sampled_from(["", "none", "login", "login consent", "select_account create"]).map(Prompt.parse),
    max_age=st.none() | st.integers(0, 10**9),
    login_hint=st.none() | TEXT,
    hinted_subject=st.none() | TEXT,
    ui_locales=WORDS.map(tuple),
    display=st.sampled_from(["page", "popup", "touch", "wap"]),
    acr_values=WORDS.map(tuple),
    claims=st.sampled_from([FULL.claims, LEAST.claims]),
    code_challenge=st.none() | TEXT,
    idp_hint=st.none() | TEXT,
)


@pytest.mark.parametrize("request_", [FULL, LEAST])
def test_core_3_1_2_1_a_stored_request_is_the_same_request(request_: AuthorizationRequest) -> None:
    assert AuthorizationRequest.from_json(request_.to_json()) == request_


@given(REQUESTS)
def test_core_3_1_2_1_any_checked_request_survives_the_store(request: AuthorizationRequest) -> None:
    assert AuthorizationRequest.from_json(request.to_json()) == request
    assert list(AuthorizationRequest.from_json(request.to_json()).scope) == list(request.scope)


def test_core_5_5_the_person_is_asked_for_what_single_claims_reveal() -> None:
    assert FULL.asked_scope == Scope.parse("openid email profile")
    assert LEAST.asked_scope == LEAST.scope


def test_what_was_not_asked_for_is_not_stored() -> None:
    assert json.loads(LEAST.to_json()) == {
        "client_id": "shop",
        "redirect_uri": "https://shop.example/cb",
        "response_mode": "query",
        "scope": "openid",
        "display": "page",
    }


def test_a_request_that_another_version_stored_is_read() -> None:
    text = json.dumps(
        {
            "client_id": "shop",
            "redirect_uri": "https://shop.example/cb",
            "response_mode": "query",
            "scope": "openid",
            "new": 1,
        }
    )
    assert AuthorizationRequest.from_json(text) == LEAST


def test_a_checked_request_does_not_change() -> None:
    with pytest.raises(FrozenInstanceError):
        LEAST.reply_to.redirect_uri = "https://evil.example/"  # type: ignore[misc]


def test_rule_8_what_is_nobody_elses_business_is_not_shown() -> None:
    shown = repr(FULL)
    assert "shop.example" in shown
    assert not [secret for secret in ("opaque-state", "n-0S6_WzA2Mj", "alice@", "E9Melhoa") if secret in shown]
