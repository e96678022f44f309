"""What is wrong with a request goes back to the app that sent it (RFC 6749 §4.1.2.1, Core §3.1.2.6)."""

import re

import pytest
from flask import Flask

from tests.people import Person
from tests.relying_app import RelyingApp
from tests.web_browser import Arrival

pytestmark = [pytest.mark.section("RFC 6749 §4.1.2.1"), pytest.mark.section("OpenID Connect Core §3.1.2.6")]

WRONG: dict[str, dict[str, str | None]] = {
    "invalid_request": {"response_type": None},
    "unsupported_response_type": {"response_type": "token"},
    "invalid_scope": {"scope": "nothing-that-exists"},
    "request_not_supported": {"request": "ey.ey.x"},
    "request_uri_not_supported": {"request_uri": "https://photobox.example/request"},
    "registration_not_supported": {"registration": "{}"},
    "login_required": {"prompt": "none"},
    "unmet_authentication_requirements": {"claims": '{"id_token":{"acr":{"essential":true,"value":"gold"}}}'},
}


@pytest.mark.section("RFC 9207 §2")
@pytest.mark.parametrize(("code", "wrong"), WRONG.items(), ids=WRONG)
def test_a_refusal_names_its_code_state_and_issuer(
    shop: RelyingApp, alice: Person, code: str, wrong: dict[str, str | None]
) -> None:
    """`answer` checks that state is as sent, and iss (RFC 9207 §2)."""
    visit = shop.asks(**wrong).seen_by(alice)
    assert visit.error == code
    assert re.fullmatch(r"[\x20-\x21\x23-\x5b\x5d-\x7e]+", visit.answer["error_description"])
    assert set(visit.answer) == {"error", "error_description", "state", "iss"}


@pytest.mark.section("RFC 6749 §3.1.1")
@pytest.mark.parametrize(
    "response_type",
    ["token", "id_token", "code id_token", "code token", "none", "CODE", "code code", "code,token", "x"],
)
def test_a_response_type_that_is_not_offered(shop: RelyingApp, alice: Person, response_type: str) -> None:
    """RFC 6749 §3.1.1. Implicit and hybrid answers are not offered."""
    assert shop.asks(response_type=response_type).seen_by(alice).error == "unsupported_response_type"


@pytest.mark.parametrize("without", [{"grant_types": ()}, {"response_types": ()}])
def test_a_client_that_may_not_ask_for_codes(shop: RelyingApp, alice: Person, without: dict[str, tuple[()]]) -> None:
    shop.changed(**without)
    assert shop.asks().seen_by(alice).error == "unauthorized_client"


@pytest.mark.parametrize("mode", ["fragment", "fragment.jwt", "web_message", "QUERY"])
def test_a_response_mode_that_is_not_offered(shop: RelyingApp, alice: Person, mode: str) -> None:
    """OAuth 2.0 Multiple Response Type Encoding Practices §2.1."""
    assert shop.asks(response_mode=mode).seen_by(alice).error == "invalid_request"


@pytest.mark.section("RFC 6749 §3.1")
@pytest.mark.parametrize("name", ["scope", "state", "nonce", "response_type", "prompt", "unknown"])
def test_a_parameter_that_comes_twice(shop: RelyingApp, alice: Person, name: str) -> None:
    """RFC 6749 §3.1. A doubled state is nobody's state: none comes back."""
    visit = shop.asks(unknown="x", prompt="login")
    at = alice.browser.open(f"{visit.url}&{name}=again")
    assert isinstance(at, Arrival)
    assert at.answer["error"] == "invalid_request"
    assert name in at.answer["error_description"]
    assert at.answer.get("state") == (None if name == "state" else visit.parameters["state"])


@pytest.mark.conformance("oidcc-ensure-request-with-unknown-parameter-succeeds")
@pytest.mark.section("RFC 6749 §3.1")
def test_unknown_parameters_are_ignored(shop: RelyingApp, alice: Person) -> None:
    """RFC 6749 §3.1."""
    visit = shop.asks(utm_source="mail", resource_="x", foo="bar").seen_by(alice).signs_in().allows()
    assert visit.redeems().claims["sub"] == alice.user_id


@pytest.mark.section("RFC 6749 §3.1")
@pytest.mark.parametrize("name", ["prompt", "max_age", "response_mode", "claims", "id_token_hint", "request", "nonce"])
def test_an_empty_parameter_is_an_absent_one(shop: RelyingApp, alice: Person, name: str) -> None:
    """RFC 6749 §3.1: "parameters sent without a value MUST be treated as if they were omitted"."""
    visit = shop.asks(**{name: ""}).seen_by(alice)
    assert visit.page.form("password")


@pytest.mark.parametrize(("name", "most"), [("state", 2048), ("nonce", 512)])
def test_what_comes_back_as_sent_may_not_be_endless(shop: RelyingApp, alice: Person, name: str, most: int) -> None:
    visit = shop.asks(**{name: "x" * (most + 1)})
    at = visit.seen_by(alice).at
    assert isinstance(at, Arrival)
    assert at.answer["error"] == "invalid_request"
    assert name in at.answer["error_description"]
    shop.asks(**{name: "x" * most}).seen_by(alice).page.form("password")


def test_a_request_longer_than_8_kilobytes(shop: RelyingApp, alice: Person) -> None:
    at = alice.browser.open(shop.asks(padding="x" * 8192).url)
    assert not isinstance(at, Arrival)
    assert at.status == 400


@pytest.mark.parametrize("octets", ["state=%00", "state=%ff", "state=%0a", "state=%e2%80", "state=%zz", "nonce=%1b"])
def test_octets_that_are_no_text(shop: RelyingApp, alice: Person, octets: str) -> None:
    at = alice.browser.open(f"{shop.asks(state=None, nonce=None).url}&{octets}")
    if isinstance(at, Arrival):
        assert at.answer["error"] == "invalid_request"
    else:
        assert at.status == 400


@pytest.mark.parametrize(
    "state", ["ä€𝄞", "a b+c%20d&e=f#g?h/i:j;k", "<script>alert(1)</script>", '"', "\\", "x" * 2048]
)
def test_state_comes_back_as_sent(shop: RelyingApp, alice: Person, state: str) -> None:
    assert shop.asks(state=state, prompt="none").seen_by(alice).error == "login_required"
    assert shop.asks(state=state).seen_by(alice).signs_in().allows().code


def test_no_state_asked_no_state_sent(shop: RelyingApp, alice: Person) -> None:
    assert "state" not in shop.asks(state=None).seen_by(alice).signs_in().allows().answer


def test_a_refusal_never_repeats_what_was_sent(shop: RelyingApp, alice: Person) -> None:
    """RFC 6749 §4.1.2.1: no quotes, no backslashes, no surprises in a log or a page."""
    visit = shop.asks(max_age='<img src=x onerror="alert(1)">').seen_by(alice)
    assert "img" not in visit.answer["error_description"]


@pytest.mark.conformance("oidcc-ensure-post-request-succeeds")
@pytest.mark.section("OpenID Connect Core §3.1.2.1")
def test_get_and_post_are_alike(shop: RelyingApp, alice: Person) -> None:
    """OpenID Connect Core §3.1.2.1: both methods MUST be supported."""
    visit = shop.asks("openid email").seen_by(alice, "POST").signs_in().allows()
    assert visit.redeems().claims["email"] == alice.email
    assert shop.asks(prompt="none").seen_by(alice, "POST").code
    assert shop.asks(response_type="token").seen_by(alice, "POST").error == "unsupported_response_type"


def test_a_post_from_the_app_does_not_sign_the_person_out(shop: RelyingApp, alice: Person) -> None:
    """It comes cross-site, without our cookies (SameSite=Lax): it may set none, or it would replace theirs."""
    shop.asks().seen_by(alice).signs_in().allows()
    before = alice.browser.cookie("portico_session")
    stranger = alice.server.test_client(use_cookies=False)
    response = stranger.post(
        f"{shop.issuer}/authorize",
        data=shop.asks().parameters,
        headers={"Origin": "https://photobox.example", "Sec-Fetch-Site": "cross-site"},
    )
    assert response.status_code == 303
    assert "Set-Cookie" not in response.headers
    assert alice.browser.cookie("portico_session") == before


def test_parameters_of_a_post_do_not_stand_in_the_address(shop: RelyingApp, alice: Person) -> None:
    response = alice.server.test_client().post(f"{shop.issuer}/authorize?{shop.asks().url.partition('?')[2]}")
    assert response.status_code == 400


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH"])
def test_other_methods_are_refused(app: Flask, shop: RelyingApp, method: str) -> None:
    response = app.test_client().open(shop.asks().url, method=method)
    assert response.status_code == 405
    assert {"GET", "POST"} <= set(response.headers["Allow"].split(", "))


def test_public_and_secret_apps_must_prove_the_code_is_theirs(shop: RelyingApp, spa: RelyingApp, alice: Person) -> None:
    for app in (shop, spa):
        visit = app.asks(code_challenge=None, code_challenge_method=None).seen_by(alice)
        assert visit.error == "invalid_request"


@pytest.mark.section("RFC 7636 §4.3")
@pytest.mark.parametrize("method", ["plain", None, "s256", "S512", "none"])
def test_a_challenge_method_other_than_s256(shop: RelyingApp, alice: Person, method: str | None) -> None:
    """A missing method means plain."""
    assert shop.asks(code_challenge_method=method).seen_by(alice).error == "invalid_request"


@pytest.mark.section("RFC 7636 §4.2")
@pytest.mark.parametrize("challenge", ["x" * 42, "x" * 44, "x" * 42 + "=", "x" * 42 + "+", "x" * 42 + " ", "ä" * 43])
def test_a_challenge_that_is_no_sha256(shop: RelyingApp, alice: Person, challenge: str) -> None:
    assert shop.asks(code_challenge=challenge).seen_by(alice).error == "invalid_request"


def test_a_method_without_a_challenge(shop: RelyingApp, alice: Person) -> None:
    assert shop.asks(code_challenge=None).seen_by(alice).error == "invalid_request"


@pytest.mark.section("RFC 6749 §3.3")
@pytest.mark.parametrize(
    "scope", ["openid\\", 'openid "', "openid ä", "x" * 1025, " ".join(f"s{n}" for n in range(65))]
)
def test_a_scope_that_is_no_scope(shop: RelyingApp, alice: Person, scope: str) -> None:
    assert shop.asks(scope).seen_by(alice).error == "invalid_scope"


def test_a_client_may_want_unknown_scopes_refused(app: Flask, alice: Person) -> None:
    strict = RelyingApp.registered(app, "strict", unknown_scope="refuse", scope="openid email")
    assert strict.asks("openid email phone").seen_by(alice).error == "invalid_scope"
    assert strict.asks("openid email").seen_by(alice).signs_in().allows().code


@pytest.mark.section("OpenID Connect Core §3.1.2.1")
@pytest.mark.parametrize("prompt", ["none login", "login none", "none consent", "none create", "maybe", "login maybe"])
def test_a_prompt_that_makes_no_sense(shop: RelyingApp, alice: Person, prompt: str) -> None:
    """OpenID Connect Core §3.1.2.1: none stands alone."""
    assert shop.asks(prompt=prompt).seen_by(alice).error == "invalid_request"


@pytest.mark.parametrize("max_age", ["-1", "1.5", "soon", "0x10", "1e3", "٣", " 1", "99999999999"])
def test_a_max_age_that_is_no_number(shop: RelyingApp, alice: Person, max_age: str) -> None:
    assert shop.asks(max_age=max_age).seen_by(alice).error == "invalid_request"


@pytest.mark.section("OpenID Connect Core §5.5")
@pytest.mark.parametrize(
    "claims",
    [
        "{",
        "[]",
        '"x"',
        "null",
        "1",
        '{"id_token":[]}',
        '{"id_token":{"email":1}}',
        '{"id_token":{"email":{"essential":"yes"}}}',
        '{"userinfo":{"email":{"values":"a"}}}',
        '{"id_token":{"a":null,"a":null}}',
        "{" * 500 + "}" * 500,
        '{"userinfo":{' + ",".join(f'"c{n}":null' for n in range(200)) + "}}",
    ],
)
def test_a_claims_parameter_that_is_not_what_core_describes(shop: RelyingApp, alice: Person, claims: str) -> None:
    assert shop.asks(claims=claims).seen_by(alice).error == "invalid_request"
