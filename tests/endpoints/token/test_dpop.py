"""Tokens that only the holder of a key can use (RFC 9449), from the request to the resource."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from joserfc import jwt
from werkzeug.test import TestResponse

from idp.store import base, used_once
from tests.clocks import Clock
from tests.dpop import Holder
from tests.endpoints.token.test_client_credentials import service
from tests.id_tokens import published_keys
from tests.people import Person
from tests.relying_app import RelyingApp, Visit

pytestmark = pytest.mark.section("RFC 9449 §5")


@pytest.fixture
def holder() -> Holder:
    return Holder()


@pytest.fixture
def visit(spa: RelyingApp, alice: Person) -> Visit:
    return spa.asks("openid").seen_by(alice).signs_in().allows()


def redeems(visit: Visit, proof: str | None, **more: str) -> TestResponse:
    fields = {
        "grant_type": "authorization_code",
        "code": visit.code,
        "redirect_uri": visit.parameters["redirect_uri"],
        "code_verifier": visit.verifier,
        **more,
    }
    return asks(visit.app, fields, proof)


def asks(app: RelyingApp, fields: dict[str, str], proof: str | None, path: str = "/token") -> TestResponse:
    headers = {} if proof is None else {"DPoP": proof}
    if app.secret:
        headers["Authorization"] = app.basic()
    return app.posts(path, fields, headers=headers)


def at(app: RelyingApp, path: str = "/token") -> str:
    return app.issuer + path


def told(response: TestResponse) -> dict[str, Any]:
    answer: dict[str, Any] = json.loads(response.data)
    return answer


def asks_userinfo(app: RelyingApp, token: str, proof: str | None, scheme: str = "DPoP") -> TestResponse:
    headers = {"Authorization": f"{scheme} {token}"} | ({} if proof is None else {"DPoP": proof})
    return app.server.test_client(use_cookies=False).get("/userinfo", headers=headers)


def test_a_proof_binds_the_token_and_the_answer_says_so(visit: Visit, holder: Holder) -> None:
    app = visit.app
    answer = told(redeems(visit, holder.proof("POST", at(app))))
    token = answer["access_token"]
    assert answer["token_type"] == "DPoP"
    proof = holder.proof("GET", at(app, "/userinfo"), token=token)
    assert asks_userinfo(app, token, proof).status_code == 200


@pytest.mark.section("RFC 9449 §7.2")
def test_a_bound_token_is_no_bearer_token(visit: Visit, holder: Holder) -> None:
    app, token = visit.app, told(redeems(visit, holder.proof("POST", at(visit.app))))["access_token"]
    refused = asks_userinfo(app, token, None, "Bearer")
    assert (refused.status_code, 'error="invalid_token"' in refused.headers["WWW-Authenticate"]) == (401, True)
    assert asks_userinfo(app, token, None).status_code == 401
    in_form = app.server.test_client(use_cookies=False).post("/userinfo", data={"access_token": token})
    assert in_form.status_code == 401


def test_another_key_or_another_token_opens_nothing(visit: Visit, holder: Holder) -> None:
    app, token = visit.app, told(redeems(visit, holder.proof("POST", at(visit.app))))["access_token"]
    here = at(app, "/userinfo")
    for proof in (
        Holder().proof("GET", here, token=token),
        holder.proof("GET", here),
        holder.proof("GET", here, token="another"),
        holder.proof("POST", here, token=token),
        holder.proof("GET", at(app), token=token),
    ):
        refused = asks_userinfo(app, token, proof)
        assert refused.status_code == 401
        assert "DPoP" in refused.headers["WWW-Authenticate"] or "invalid_token" in refused.headers["WWW-Authenticate"]


def test_a_bearer_token_is_not_made_better_by_a_proof(visit: Visit, holder: Holder) -> None:
    app, token = visit.app, told(redeems(visit, None))["access_token"]
    proof = holder.proof("GET", at(app, "/userinfo"), token=token)
    assert asks_userinfo(app, token, proof).status_code == 401
    assert asks_userinfo(app, token, None, "Bearer").status_code == 200


@pytest.mark.section("RFC 9449 §11.1")
def test_a_proof_is_good_once(app: Flask, holder: Holder) -> None:
    report = service(app, "report")
    proof = holder.proof("POST", at(report))
    fields = {"grant_type": "client_credentials"}
    assert asks(report, fields, proof).status_code == 200
    again = asks(report, fields, proof)
    assert (again.status_code, told(again)["error"]) == (400, "invalid_dpop_proof")


@pytest.mark.section("RFC 9449 §11.1")
def test_of_many_that_use_one_value_at_once_one_does(app: Flask) -> None:
    def uses(_number: int) -> bool:
        with app.app_context():
            return used_once.use(2**40, "DPoP", "thumbprint", "jti")

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(uses, range(8))).count(True) == 1


@pytest.mark.incident("CVE-2025-2559")
def test_what_was_used_is_remembered_as_long_as_it_could_be_used_again(app: Flask, clock: Clock) -> None:
    with app.app_context():
        assert used_once.use(clock.now() + 360, "DPoP", "jti")
        for moved, gone in ((359, 0), (1, 1)):
            clock.moves(moved)
            with base.unit_of_work():
                assert used_once.delete_expired(clock.now(), 100) == gone


@pytest.mark.parametrize("proof", ["", "ey.ey.ey", "x" * 9000])
def test_what_is_no_proof_is_refused_and_spends_no_code(visit: Visit, holder: Holder, proof: str) -> None:
    refused = redeems(visit, proof)
    assert (refused.status_code, told(refused)["error"]) == (400, "invalid_dpop_proof")
    assert redeems(visit, holder.proof("POST", at(visit.app))).status_code == 200


@pytest.mark.section("RFC 9449 §5")
def test_the_refresh_token_of_a_public_client_is_bound(app: Flask, alice: Person, holder: Holder) -> None:
    cli = RelyingApp.registered(app, "cli", token_endpoint_auth_method="none")
    visit = cli.asks("openid").seen_by(alice).signs_in().allows()
    refresh = told(redeems(visit, holder.proof("POST", at(cli))))["refresh_token"]
    fields = {"grant_type": "refresh_token", "refresh_token": refresh}
    for proof in (None, Holder().proof("POST", at(cli))):
        refused = asks(cli, fields, proof)
        assert told(refused)["error"] == "invalid_grant"
    answer = told(asks(cli, fields, holder.proof("POST", at(cli))))
    assert answer["token_type"] == "DPoP", "what the thief tried has not ended the family"


def test_a_confidential_client_may_change_its_key(shop: RelyingApp, alice: Person, holder: Holder) -> None:
    visit = shop.asks("openid").seen_by(alice).signs_in().allows()
    refresh = told(redeems(visit, holder.proof("POST", at(shop))))["refresh_token"]
    fields = {"grant_type": "refresh_token", "refresh_token": refresh}
    answer = told(asks(shop, fields, Holder().proof("POST", at(shop))))
    assert answer["token_type"] == "DPoP"


@pytest.mark.section("RFC 9449 §10")
def test_a_code_that_names_a_key_is_for_its_holder(spa: RelyingApp, alice: Person, holder: Holder) -> None:
    visit = spa.asks("openid", dpop_jkt=holder.jkt).seen_by(alice).signs_in().allows()
    for proof in (None, Holder().proof("POST", at(spa))):
        refused = redeems(visit, proof)
        assert told(refused)["error"] == "invalid_grant"
    assert redeems(visit, holder.proof("POST", at(spa))).status_code == 200


@pytest.mark.section("RFC 9449 §10.1")
def test_a_proof_beside_a_pushed_request_binds_the_code(shop: RelyingApp, alice: Person, holder: Holder) -> None:
    visit = shop.asks("openid")
    pushed = asks(shop, visit.parameters, holder.proof("POST", at(shop, "/par")), "/par")
    visit.request_uri = told(pushed)["request_uri"]
    visit.seen_by(alice).signs_in().allows()
    assert told(redeems(visit, None))["error"] == "invalid_grant"
    assert told(redeems(visit, holder.proof("POST", at(shop))))["token_type"] == "DPoP"


@pytest.mark.section("RFC 9449 §10.1")
def test_two_keys_for_one_request(shop: RelyingApp, holder: Holder) -> None:
    fields = {**shop.asks("openid").parameters, "dpop_jkt": Holder().jkt}
    refused = asks(shop, fields, holder.proof("POST", at(shop, "/par")), "/par")
    assert told(refused)["error"] == "invalid_dpop_proof"


@pytest.mark.section("RFC 9449 §5.2")
def test_a_client_that_must_prove_possession(app: Flask, alice: Person, holder: Holder) -> None:
    careful = RelyingApp.registered(app, "careful", dpop_bound_access_tokens=True)
    visit = careful.asks("openid").seen_by(alice).signs_in().allows()
    refused = redeems(visit, None)
    assert (refused.status_code, told(refused)["error"]) == (400, "invalid_dpop_proof")
    assert redeems(visit, holder.proof("POST", at(careful))).status_code == 200


@pytest.mark.section("RFC 9449 §6.1")
def test_a_jwt_says_which_key_it_is_bound_to(app: Flask, holder: Holder) -> None:
    machine = service(app, "machine", access_token_format="jwt")
    fields = {"grant_type": "client_credentials"}
    token = told(asks(machine, fields, holder.proof("POST", at(machine))))["access_token"]
    claims = jwt.decode(token, published_keys(app), algorithms=["RS256"]).claims
    assert claims["cnf"] == {"jkt": holder.jkt}


@pytest.mark.section("RFC 9449 §6.2")
def test_introspection_says_so_too(shop: RelyingApp, alice: Person, holder: Holder) -> None:
    visit = shop.asks("openid").seen_by(alice).signs_in().allows()
    token = told(redeems(visit, holder.proof("POST", at(shop))))["access_token"]
    answer = told(shop.posts("/introspect", {"token": token}))
    assert (answer["token_type"], answer["cnf"]) == ("DPoP", {"jkt": holder.jkt})


@pytest.mark.section("RFC 9449 §8")
class TestNonces:
    """Where an install asks for them."""

    @pytest.fixture
    def settings(self, settings: Any) -> Any:
        tokens = settings.tokens.model_copy(update={"dpop_nonce": True})
        return settings.model_copy(update={"tokens": tokens})

    def test_a_proof_without_one_is_told_which_to_use(self, app: Flask, holder: Holder, clock: Clock) -> None:
        report = service(app, "report")
        fields = {"grant_type": "client_credentials"}
        refused = asks(report, fields, holder.proof("POST", at(report)))
        assert (refused.status_code, told(refused)["error"]) == (400, "use_dpop_nonce")
        nonce = refused.headers["DPoP-Nonce"]
        answer = asks(report, fields, holder.proof("POST", at(report), nonce=nonce))
        assert answer.status_code == 200
        assert answer.headers["DPoP-Nonce"], "§8.2: the next one comes along"
        clock.moves(301)
        late = asks(report, fields, holder.proof("POST", at(report), nonce=nonce))
        assert told(late)["error"] == "use_dpop_nonce"

    @pytest.mark.parametrize("nonce", ["made up", "", 7])
    def test_one_that_is_not_ours(self, app: Flask, holder: Holder, nonce: object) -> None:
        report = service(app, "report")
        refused = asks(report, {"grant_type": "client_credentials"}, holder.proof("POST", at(report), nonce=nonce))
        assert told(refused)["error"] == "use_dpop_nonce"

    @pytest.mark.section("RFC 9449 §9")
    def test_resources_ask_for_one_too(self, app: Flask, shop: RelyingApp, alice: Person, holder: Holder) -> None:
        visit = shop.asks("openid").seen_by(alice).signs_in().allows()
        nonce = redeems(visit, holder.proof("POST", at(shop))).headers["DPoP-Nonce"]
        token = told(redeems(visit, holder.proof("POST", at(shop), nonce=nonce)))["access_token"]
        here = at(shop, "/userinfo")
        refused = asks_userinfo(shop, token, holder.proof("GET", here, token=token))
        assert refused.status_code == 401
        assert 'error="use_dpop_nonce"' in refused.headers["WWW-Authenticate"]
        fresh = refused.headers["DPoP-Nonce"]
        assert asks_userinfo(shop, token, holder.proof("GET", here, token=token, nonce=fresh)).status_code == 200
