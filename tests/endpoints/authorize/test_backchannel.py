"""POST /bc-authorize (OpenID CIBA Core 1.0 §7): who may ask, for whom, and what is told."""

import json
import secrets
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from joserfc import jwk
from sqlalchemy import text

from idp import clock
from idp.store import base
from tests import backchannels
from tests.clocks import Clock
from tests.dpop import signed
from tests.people import Person
from tests.relying_app import RelyingApp, Tokens

pytestmark = pytest.mark.section("OpenID CIBA Core 1.0 §7.1")


@pytest.fixture
def bank(app: Flask) -> RelyingApp:
    return backchannels.registered(app)


@pytest.fixture
def tokens(bank: RelyingApp, alice: Person) -> Tokens:
    """Alice uses the app already."""
    return bank.asks("openid email").seen_by(alice).signs_in().allows().redeems()


def refused(app: RelyingApp, status: int = 400, **parameters: str | None) -> str:
    response = backchannels.tries(app, **{"scope": "openid", **parameters})
    assert response.status_code == status, response.data
    return str(json.loads(response.data)["error"])


@pytest.mark.section("OpenID CIBA Core 1.0 §7.3")
def test_the_answer_names_the_request_and_how_long_it_waits(
    app: Flask, bank: RelyingApp, alice: Person, tokens: Tokens
) -> None:
    asked = backchannels.asks(bank, alice, requested_expiry="120")
    assert set(asked.said) == {"auth_req_id", "expires_in", "interval"}
    assert (asked.said["expires_in"], asked.said["interval"]) == (120, 5)
    with app.app_context():
        stored = base.db.session.execute(text("SELECT * FROM polled_requests")).one()
        base.db.session.remove()
    assert asked.said["auth_req_id"] not in " ".join(str(value) for value in stored)


@pytest.mark.section("OpenID CIBA Core 1.0 §4")
def test_discovery_says_what_is_offered(client: FlaskClient) -> None:
    found = json.loads(client.get("/.well-known/openid-configuration").data)
    assert found["backchannel_authentication_endpoint"] == f"{found['issuer']}/bc-authorize"
    assert found["backchannel_token_delivery_modes_supported"] == ["poll", "ping"]
    assert found["backchannel_user_code_parameter_supported"] is False
    assert "none" not in found["backchannel_authentication_request_signing_alg_values_supported"]
    assert backchannels.GRANT in found["grant_types_supported"]


@pytest.mark.section("OpenID CIBA Core 1.0 §13")
@pytest.mark.parametrize("hint", ["nobody@example.org", "bob@example.org", "not an address", "a@b@c"])
def test_an_app_learns_of_nobody_who_does_not_use_it(
    bank: RelyingApp, alice: Person, bob: Person, tokens: Tokens, hint: str
) -> None:
    """Bob has an account, and never used this app: the same answer as for nobody."""
    assert refused(bank, login_hint=hint) == "unknown_user_id"


def test_who_disconnected_the_app_is_not_asked_by_it_any_more(bank: RelyingApp, alice: Person, tokens: Tokens) -> None:
    page = alice.browser.open("/account/apps/bank")
    alice.browser.submit(page, "Disconnect")  # type: ignore[arg-type]
    assert refused(bank, login_hint=alice.email) == "unknown_user_id"


def test_the_operators_own_app_may_ask_everybody_who_is_active(app: Flask, bob: Person) -> None:
    own = backchannels.registered(app, "own", first_party=True)
    assert backchannels.asks(own, bob).said["auth_req_id"]
    bob.suspended()
    assert refused(own, login_hint=bob.email) == "unknown_user_id"


def test_an_id_token_says_who_is_meant_also_when_it_expired(
    bank: RelyingApp, alice: Person, tokens: Tokens, clock: Clock
) -> None:
    clock.moves(86400)
    answer = backchannels.tries(bank, scope="openid", id_token_hint=tokens.id_token)
    assert answer.status_code == 200
    assert refused(bank, id_token_hint="x.y.z") == "invalid_request"
    assert refused(bank, id_token_hint=tokens.access_token) == "invalid_request"


def test_an_id_token_for_another_app_says_nothing(app: Flask, bank: RelyingApp, tokens: Tokens) -> None:
    other = backchannels.registered(app, "other")
    assert refused(other, id_token_hint=tokens.id_token) == "invalid_request"


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"login_hint": None}, "invalid_request"),
        ({"id_token_hint": "x.y.z"}, "invalid_request"),
        ({"login_hint": None, "login_hint_token": "ey"}, "invalid_request"),
        ({"scope": "email"}, "invalid_scope"),
        ({"scope": "orders.read"}, "invalid_scope"),
        ({"binding_message": "https://evil.example"}, "invalid_binding_message"),
        ({"requested_expiry": "0"}, "invalid_request"),
        ({"request_uri": "https://bank.example/r"}, "invalid_request"),
        ({"request": "ey"}, "invalid_request"),
        ({"claims": "{"}, "invalid_request"),
    ],
)
def test_what_does_not_fit_is_told(
    bank: RelyingApp, alice: Person, tokens: Tokens, changes: dict[str, str | None], error: str
) -> None:
    assert refused(bank, **{"login_hint": alice.email, **changes}) == error


def test_only_an_app_that_registered_it_and_proves_itself_may_ask(
    shop: RelyingApp, bank: RelyingApp, alice: Person, client: FlaskClient
) -> None:
    assert refused(shop, login_hint=alice.email) == "unauthorized_client"
    response = client.post("/bc-authorize", data={"client_id": "bank", "scope": "openid", "login_hint": alice.email})
    assert (response.status_code, json.loads(response.data)["error"]) == (401, "invalid_client")
    assert client.get("/bc-authorize").status_code == 405


@pytest.mark.section("OpenID CIBA Core 1.0 §14")
def test_nobody_is_asked_without_end(app: Flask, bank: RelyingApp, alice: Person, tokens: Tokens, clock: Clock) -> None:
    for _ in range(5):
        backchannels.asks(bank, alice)
    response = backchannels.tries(bank, scope="openid", login_hint=alice.email)
    assert (response.status_code, json.loads(response.data)["error"]) == (429, "temporarily_unavailable")
    assert int(response.headers["Retry-After"]) > 0
    others = [backchannels.registered(app, f"own{number}", first_party=True) for number in range(2)]
    answers = [backchannels.tries(own, scope="openid", login_hint=alice.email) for own in others for _ in range(5)]
    assert [answer.status_code for answer in answers].count(200) == 5, "all apps together have a limit too"
    clock.moves(3600)
    assert backchannels.asks(bank, alice).said["auth_req_id"]


@pytest.mark.section("OpenID CIBA Core 1.0 §11")
def test_polls_are_answered_as_they_should_be(bank: RelyingApp, alice: Person, tokens: Tokens, clock: Clock) -> None:
    asked = backchannels.asks(bank, alice)
    assert [asked.hears(), asked.hears()] == ["authorization_pending", "slow_down"]
    assert asked.hears(auth_req_id="x") == "invalid_grant"
    assert asked.hears(auth_req_id=None) == "invalid_request"
    asked.seen_by(alice).reviews().allows()
    found = asked.fetches()
    assert (found.claims["aud"], "nonce" in found.claims) == ("bank", False)
    assert found.refreshes().claims["sub"] == alice.user_id
    assert asked.hears() == "invalid_grant"


@pytest.mark.section("OpenID CIBA Core 1.0 §11")
def test_a_request_belongs_to_its_app_and_its_grant(
    app: Flask, bank: RelyingApp, alice: Person, tokens: Tokens
) -> None:
    asked = backchannels.asks(bank, alice).seen_by(alice).reviews().allows()
    other = backchannels.registered(
        app, "other", grant_types=[backchannels.GRANT, DEVICE], redirect_uris=[], response_types=[]
    )
    assert backchannels.Asked(other, asked.said).hears() == "invalid_grant"
    swapped = other.posts_token({"grant_type": DEVICE, "device_code": asked.said["auth_req_id"]})
    assert json.loads(swapped.data)["error"] == "invalid_grant"


DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
KEY: Any = jwk.generate_key("EC", "P-256", private=True)


@pytest.fixture
def signing(app: Flask, alice: Person) -> RelyingApp:
    return backchannels.registered(
        app,
        "signing",
        first_party=True,
        backchannel_authentication_request_signing_alg="ES256",
        jwks={"keys": [KEY.as_dict(private=False)]},
    )


def request_of(app: RelyingApp, person: Person, key: Any = KEY, alg: str = "ES256", **changes: Any) -> str:
    now = clock.now()
    said = {
        "iss": app.client_id,
        "aud": app.issuer,
        "iat": now,
        "nbf": now,
        "exp": now + 300,
        "jti": secrets.token_urlsafe(16),
        "scope": "openid",
        "login_hint": person.email,
        "requested_expiry": 60,
        **changes,
    }
    return signed({"alg": alg}, {name: value for name, value in said.items() if value is not None}, key)


@pytest.mark.section("OpenID CIBA Core 1.0 §7.1.1")
def test_what_was_signed_is_asked(signing: RelyingApp, alice: Person) -> None:
    text_ = request_of(signing, alice, binding_message="W4SCT")
    answer = backchannels.tries(signing, request=text_)
    assert json.loads(answer.data)["expires_in"] == 60
    assert "W4SCT" in backchannels.Asked(signing, {}).seen_by(alice).signs_in().page.text
    again = backchannels.tries(signing, request=text_)
    assert json.loads(again.data)["error"] == "invalid_request"
    assert "used before" in json.loads(again.data)["error_description"]


@pytest.mark.section("OpenID CIBA Core 1.0 §7.1.1")
def test_whoever_signs_always_signs_and_puts_nothing_beside(signing: RelyingApp, alice: Person) -> None:
    assert refused(signing, login_hint=alice.email) == "invalid_request"
    assert refused(signing, request=request_of(signing, alice)) == "invalid_request", "scope stands beside"


@pytest.mark.section("OpenID CIBA Core 1.0 §7.1.1")
@pytest.mark.parametrize(
    "changes",
    [
        *({"iss": "bank"}, {"iss": None}, {"aud": "https://evil.example"}, {"aud": None}),
        *({"exp": None}, {"exp": 1}, {"exp": 4200 + 1}, {"iat": None}, {"nbf": None}, {"jti": None}),
        *({"nbf": 600}, {"nbf": -4200}, {"request": "ey"}, {"sub": "signing"}),
    ],
)
def test_a_signed_request_that_does_not_hold(signing: RelyingApp, alice: Person, changes: dict[str, Any]) -> None:
    """Numbers are seconds from now."""
    now = clock.now()
    moved = {name: now + value if isinstance(value, int) and value != 1 else value for name, value in changes.items()}
    answer = backchannels.tries(signing, request=request_of(signing, alice, **moved))
    assert (answer.status_code, json.loads(answer.data)["error"]) == (400, "invalid_request")


@pytest.mark.section("OpenID CIBA Core 1.0 §7.1.1")
@pytest.mark.parametrize("alg", ["none", "RS256", "another key"])
def test_a_request_that_this_app_did_not_sign(signing: RelyingApp, alice: Person, alg: str) -> None:
    forged = request_of(signing, alice, jwk.generate_key("EC", "P-256", private=True))
    if alg == "none":
        head, body, _ = forged.split(".")
        forged = f"eyJhbGciOiJub25lIn0.{body}."
        assert head
    if alg == "RS256":
        forged = request_of(signing, alice, jwk.generate_key("RSA", 2048, private=True), "RS256")
    answer = backchannels.tries(signing, request=forged)
    assert json.loads(answer.data)["error"] == "invalid_request"
