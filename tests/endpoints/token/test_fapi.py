"""An app of FAPI 2.0, from its pushed request to a token that nobody else can use."""

import json
from typing import Any

import pytest
from flask import Flask
from joserfc import jwt

from idp import clock
from idp.settings.load import Settings
from tests.clocks import Clock
from tests.dpop import Holder, signed
from tests.endpoints.token.test_private_key_jwt import TYPE, Signer
from tests.id_tokens import published_keys
from tests.people import Person
from tests.relying_app import RelyingApp, Visit
from tests.web_browser import Arrival

SECURITY = pytest.mark.section("FAPI 2.0 Security Profile §5.3.2.1")
SIGNING = pytest.mark.section("FAPI 2.0 Message Signing §5.3.1")
SCOPE = "openid offline_access"


def bank(app: Flask, profile: str = "fapi2", **metadata: Any) -> Signer:
    usual = {"profile": profile, "grant_types": ["authorization_code", "refresh_token"], "scope": SCOPE}
    return Signer(app, "bank", **(usual | {"first_party": True} | metadata))


class Client:
    """What the bank's server does: it signs who it is, and proves its key."""

    def __init__(self, signer: Signer) -> None:
        self.signer, self.app, self.holder = signer, signer.app, Holder()

    def posts(self, path: str, *, bound: bool = True, assertion: str | None = None, **fields: str) -> Any:
        body = {
            **fields,
            "client_assertion_type": TYPE,
            "client_assertion": assertion or self.signer.assertion(),
        }
        headers = {"X-None": "1"}
        if bound:
            headers["DPoP"] = self.holder.proof("POST", f"{self.app.issuer}{path}")
        response = self.app.posts(path, {n: v for n, v in body.items() if n != "client_id"}, headers=headers)
        return response.status_code, json.loads(response.data)

    def pushes(self, visit: Visit, **changes: str | None) -> Any:
        asked = {**visit.parameters, **changes}
        return self.posts("/par", **{name: value for name, value in asked.items() if value is not None})

    def brings(self, visit: Visit, request_uri: str, person: Person) -> Visit:
        visit.request_uri = request_uri
        return visit.seen_by(person)

    def redeems(self, visit: Visit, code: str, **more: Any) -> Any:
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": visit.parameters["redirect_uri"],
            "code_verifier": visit.verifier,
        }
        return self.posts("/token", **fields, **more)


@SECURITY
def test_the_whole_way(app: Flask, alice: Person) -> None:
    client = Client(bank(app))
    visit = client.app.asks(SCOPE)
    status, pushed = client.pushes(visit)
    assert status == 201
    visit = client.brings(visit, pushed["request_uri"], alice).signs_in()
    status, tokens = client.redeems(visit, visit.code)
    assert (status, tokens["token_type"]) == (200, "DPoP")
    header = jwt.decode(tokens["id_token"], published_keys(app), algorithms=["ES256"]).header
    assert header["alg"] == "ES256"


@pytest.mark.section("FAPI 2.0 Security Profile §5.3.2.2")
def test_a_request_that_was_not_pushed_hears_all_that_it_lacks(app: Flask, alice: Person) -> None:
    client = Client(bank(app))
    arrived = alice.browser.open(client.app.asks(SCOPE, code_challenge=None, code_challenge_method=None).url)
    assert isinstance(arrived, Arrival)
    assert arrived.answer["error"] == "invalid_request"
    for word in ("/par", "code_challenge", "S256"):
        assert word in arrived.answer["error_description"]


@SECURITY
def test_tokens_for_nobody_in_particular_are_not_given(app: Flask, alice: Person) -> None:
    client = Client(bank(app))
    visit = client.app.asks(SCOPE)
    visit = client.brings(visit, client.pushes(visit)[1]["request_uri"], alice).signs_in()
    assert client.redeems(visit, visit.code, bound=False)[1]["error"] == "invalid_dpop_proof"


@SECURITY
@pytest.mark.parametrize("audience", ["token", "list", "other"])
def test_an_assertion_is_for_the_issuer_as_one_string(app: Flask, audience: str) -> None:
    client = Client(bank(app))
    issuer = client.app.issuer
    named = {"token": f"{issuer}/token", "list": [issuer], "other": "https://other.example"}[audience]
    visit = client.app.asks(SCOPE)
    status, answer = client.posts("/par", assertion=client.signer.assertion(aud=named), **visit.parameters)
    assert (status, answer["error"]) == (401, "invalid_client")


@SECURITY
def test_an_algorithm_that_the_profile_does_not_know(app: Flask) -> None:
    signer = Signer(app, "bank", alg="RS256", profile="fapi2", scope=SCOPE)
    client = Client(signer)
    assert client.pushes(client.app.asks(SCOPE))[1]["error"] == "invalid_client"


@SECURITY
def test_the_refresh_token_stays_the_same_and_good(app: Flask, alice: Person, clock: Clock) -> None:
    client = Client(bank(app))
    visit = client.app.asks(SCOPE)
    visit = client.brings(visit, client.pushes(visit)[1]["request_uri"], alice).signs_in()
    refresh = client.redeems(visit, visit.code)[1]["refresh_token"]
    lifetime = app.extensions["portico"].settings.tokens.refresh_idle_for
    for _ in range(3):
        clock.moves(lifetime // 2)
        status, answer = client.posts("/token", grant_type="refresh_token", refresh_token=refresh)
        assert (status, "refresh_token" in answer) == (200, False)
        assert answer["token_type"] == "DPoP"


@SECURITY
def test_a_machine_of_the_profile(app: Flask) -> None:
    machine = {"grant_types": ["client_credentials"], "redirect_uris": [], "post_logout_redirect_uris": []}
    client = Client(bank(app, **machine, scope="reports.read"))
    asked = {"grant_type": "client_credentials"}
    assert client.posts("/token", bound=False, **asked)[1]["error"] == "invalid_dpop_proof"
    status, answer = client.posts("/token", **asked)
    assert (status, answer["token_type"], "refresh_token" in answer) == (200, "DPoP", False)


@SIGNING
def test_signed_both_ways(app: Flask, alice: Person) -> None:
    client = Client(bank(app, "fapi2-message-signing"))
    visit = client.app.asks(SCOPE, response_mode="query.jwt")
    assert client.pushes(visit)[1]["error"] == "invalid_request"
    status, pushed = client.posts("/par", request=request_object(client, visit))
    assert status == 201, pushed
    address = f"/authorize?client_id=bank&request_uri={pushed['request_uri']}"
    visit.person, visit.browser = alice, alice.browser
    visit.at = alice.browser.open(address)
    visit.signs_in()
    assert isinstance(visit.at, Arrival)
    claims = jwt.decode(visit.at.answer["response"], published_keys(app), algorithms=["ES256"]).claims
    assert (claims["iss"], claims["aud"]) == (client.app.issuer, "bank")
    assert client.redeems(visit, str(claims["code"]))[0] == 200


@SIGNING
@pytest.mark.parametrize("changes", [{"nbf": None}, {"nbf": -3700}, {"exp": 3700}])
def test_a_signed_request_is_of_this_hour(app: Flask, changes: dict[str, int | None]) -> None:
    client = Client(bank(app, "fapi2-message-signing"))
    visit = client.app.asks(SCOPE, response_mode="jwt")
    times = {name: value if value is None else clock.now() + value for name, value in changes.items()}
    status, answer = client.posts("/par", request=request_object(client, visit, **times))
    assert (status, answer["error"]) == (400, "invalid_request_object")


def request_object(client: Client, visit: Visit, **changes: Any) -> str:
    now = clock.now()
    claims = {"iss": "bank", "aud": client.app.issuer, "nbf": now, "exp": now + 300, **visit.parameters, **changes}
    head = {"alg": "ES256", "kid": client.signer.key.kid, "typ": "oauth-authz-req+jwt"}
    return signed(head, {name: value for name, value in claims.items() if value is not None}, client.signer.key)


class TestWithLongCodes:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"tokens": settings.tokens.model_copy(update={"code_for": 600})})

    @SECURITY
    def test_a_code_of_the_profile_lives_a_minute_all_the_same(self, app: Flask, alice: Person, clock: Clock) -> None:
        client = Client(bank(app))
        shop = RelyingApp.registered(app, "shop", first_party=True)
        usual = shop.asks().seen_by(alice).signs_in()
        visit = client.app.asks(SCOPE)
        visit = client.brings(visit, client.pushes(visit)[1]["request_uri"], alice)
        clock.moves(61)
        assert client.redeems(visit, visit.code)[1]["error"] == "invalid_grant"
        assert usual.redeems().access_token
