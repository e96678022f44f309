"""Pushed authorization requests (RFC 9126): checked before any browser sees them, brought by one browser, used once."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from idp.store import base, pending_authorizations
from tests.clocks import Clock
from tests.dpop import Holder
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.web_browser import Page

PREFIX = "urn:ietf:params:oauth:request_uri:"


def pushed(app: RelyingApp, fields: dict[str, str]) -> tuple[int, dict[str, object]]:
    response = app.posts("/par", fields)
    assert response.headers["Cache-Control"] == "no-store"
    return response.status_code, json.loads(response.data)


@pytest.mark.section("RFC 9126 §2.2")
def test_the_answer_names_the_request_for_a_short_while(shop: RelyingApp) -> None:
    status, answer = pushed(shop, shop.asks().parameters)
    assert status == 201
    assert set(answer) == {"request_uri", "expires_in"}
    assert str(answer["request_uri"]).startswith(PREFIX)
    assert len(str(answer["request_uri"]).removeprefix(PREFIX)) >= 43, "256 bits"
    assert 5 <= int(str(answer["expires_in"])) <= 600


@pytest.mark.section("RFC 9126 §4")
def test_a_pushed_request_is_walked_like_any_other(shop: RelyingApp, alice: Person) -> None:
    tokens = shop.asks("openid email").pushes().seen_by(alice).signs_in().allows().redeems()
    assert tokens.claims["sub"] == alice.user_id
    assert shop.asks("openid email").pushes().seen_by(alice).redeems(), "in silence, the second time"


@pytest.mark.section("RFC 9126 §4")
def test_parameters_beside_the_request_uri_change_nothing(shop: RelyingApp, alice: Person) -> None:
    visit = shop.asks("openid").pushes()
    evil = "&redirect_uri=https%3A%2F%2Fevil.example%2F&scope=openid+email&state=other&prompt=none"
    visit.person, visit.browser = alice, alice.browser
    visit.at = alice.browser.open(visit.url + evil)
    assert visit.signs_in().allows().redeems().scope == {"openid"}


@pytest.mark.section("RFC 9126 §2.3")
@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"redirect_uri": "https://evil.example/"}, "invalid_request"),
        ({"redirect_uri": None}, "invalid_request"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": None}, "invalid_request"),
        ({"scope": "unknown"}, "invalid_scope"),
        ({"prompt": "none login"}, "invalid_request"),
        ({"request": "ey.ey.ey"}, "request_not_supported"),
        ({"request_uri": PREFIX + "x"}, "invalid_request"),
    ],
)
def test_what_authorize_would_refuse_is_refused_here(
    shop: RelyingApp, changes: dict[str, str | None], error: str
) -> None:
    status, answer = pushed(shop, shop.asks(**changes).parameters)  # type: ignore[arg-type]
    assert (status, answer["error"]) == (400, error)


@pytest.mark.section("RFC 9126 §2.1")
def test_the_client_proves_who_it_is_as_for_tokens(shop: RelyingApp) -> None:
    response = shop.posts("/par", shop.asks().parameters, headers={"Authorization": shop.basic("wrong")})
    assert response.status_code == 401
    assert shop.posts("/par", shop.asks().parameters, headers={"X-None": "1"}).status_code == 401


def test_another_apps_name_in_the_body(app: Flask, shop: RelyingApp) -> None:
    other = RelyingApp.registered(app, "other")
    assert pushed(other, shop.asks().parameters)[1]["error"] == "invalid_request"


@pytest.mark.section("RFC 9126 §7.3")
def test_another_app_cannot_use_it(app: Flask, shop: RelyingApp, alice: Person) -> None:
    visit = shop.asks().pushes()
    other = RelyingApp.registered(app, "other")
    page = alice.browser.open(f"/authorize?client_id={other.client_id}&request_uri={visit.request_uri}")
    assert isinstance(page, Page)
    assert (page.status, page.heading) == (400, "We can’t send you back to that app")
    assert visit.seen_by(alice).page.heading == "Sign in", "and the app itself still can"


@pytest.mark.incident("CVE-2026-96446")
@pytest.mark.section("RFC 9126 §7.3")
@pytest.mark.parametrize("prompt", [None, "none"])
def test_it_is_answered_once(shop: RelyingApp, alice: Person, prompt: str | None) -> None:
    shop.asks("openid").seen_by(alice).signs_in().allows()
    visit = shop.asks("openid", prompt=prompt).pushes().seen_by(alice)
    assert visit.code
    again = alice.browser.open(visit.url)
    assert isinstance(again, Page)
    assert again.status == 400


@pytest.mark.incident("CVE-2026-96446")
def test_an_error_answers_it_too(shop: RelyingApp, alice: Person) -> None:
    visit = shop.asks("openid", prompt="none").pushes().seen_by(alice)
    assert visit.error == "login_required"
    assert isinstance(alice.browser.open(visit.url), Page)


def test_the_same_browser_may_load_the_page_again(shop: RelyingApp, alice: Person) -> None:
    visit = shop.asks("openid").pushes().seen_by(alice)
    assert visit.page.heading == "Sign in"
    assert visit.seen_by(alice).signs_in().allows().code


def test_another_browser_comes_too_late(shop: RelyingApp, alice: Person, bob: Person) -> None:
    visit = shop.asks("openid").pushes().seen_by(alice)
    page = bob.browser.open(visit.url)
    assert isinstance(page, Page)
    assert page.status == 400


@pytest.mark.section("RFC 9126 §2.2")
def test_it_is_soon_too_old(shop: RelyingApp, alice: Person, clock: Clock) -> None:
    visit = shop.asks("openid").pushes()
    clock.moves(90)
    page = alice.browser.open(visit.url)
    assert isinstance(page, Page)
    assert page.status == 400


def test_the_person_has_as_long_as_ever(shop: RelyingApp, alice: Person, clock: Clock) -> None:
    visit = shop.asks("openid").pushes().seen_by(alice)
    clock.moves(3000)
    assert visit.signs_in().allows().code


def test_max_age_counts_from_when_the_browser_came(shop: RelyingApp, alice: Person, clock: Clock) -> None:
    shop.asks("openid").seen_by(alice).signs_in().allows()
    visit = shop.asks("openid", max_age="60").pushes()
    clock.moves(80)
    assert visit.seen_by(alice).page.heading == "Confirm it’s you"


@pytest.mark.section("RFC 9126 §5")
def test_a_client_that_must_push(app: Flask, alice: Person) -> None:
    careful = RelyingApp.registered(app, "careful", require_pushed_authorization_requests=True)
    assert careful.asks().seen_by(alice).error == "invalid_request"
    assert careful.asks().pushes().seen_by(alice).signs_in().allows().code


def test_posting_the_request_uri_is_fine(shop: RelyingApp, alice: Person) -> None:
    visit = shop.asks("openid").pushes()
    visit.person, visit.browser = alice, alice.browser
    visit.at = alice.browser.post("/authorize", {"client_id": shop.client_id, "request_uri": visit.request_uri})
    assert visit.signs_in().allows().code


@pytest.mark.parametrize("asked", ["client_id=nobody", "", "client_id=shop&client_id=shop"])
def test_without_a_known_client_nobody_is_redirected(shop: RelyingApp, alice: Person, asked: str) -> None:
    page = alice.browser.open(f"/authorize?{asked}&request_uri={shop.asks().pushes().request_uri}")
    assert isinstance(page, Page)
    assert page.status == 400


def test_an_address_somewhere_else_is_not_fetched(shop: RelyingApp, alice: Person) -> None:
    visit = shop.asks("openid", request_uri="https://photobox.example/request.jwt").seen_by(alice)
    assert visit.error == "request_uri_not_supported"


def test_a_public_client_pushes_too_but_not_without_end(spa: RelyingApp, alice: Person) -> None:
    assert spa.asks("openid").pushes().seen_by(alice).signs_in().allows().redeems()
    limits = spa.server.extensions["portico"].settings.throttle
    statuses = {spa.posts("/par", spa.asks().parameters).status_code for _ in range(10 * limits.network_tries + 1)}
    assert statuses == {201, 429}


@pytest.mark.section("RFC 9449 §11.1")
def test_what_is_too_much_leaves_no_proof_behind_either(spa: RelyingApp, app: Flask) -> None:
    """It is counted before a row is written for its proof."""
    limits = app.extensions["portico"].settings.throttle
    statuses = [push_with_proof(spa).status_code]
    with app.app_context(), base.unit_of_work():
        most = {"most": 10 * limits.network_tries}
        assert base.count(text("UPDATE throttles SET tries = :most WHERE tries = 1"), most) == 1
    statuses.append(push_with_proof(spa).status_code)
    with app.app_context():
        left = base.db.session.connection().exec_driver_sql("SELECT COUNT(*) FROM used_once").scalar()
    assert (statuses, left) == ([201, 429], 1)


def push_with_proof(spa: RelyingApp) -> TestResponse:
    proof = Holder().proof("POST", f"{spa.issuer}/par")
    return spa.posts("/par", spa.asks().parameters, {"DPoP": proof})


def test_of_many_browsers_one_takes_it(app: Flask, shop: RelyingApp) -> None:
    secret = shop.asks().pushes().request_uri.removeprefix(PREFIX)

    def takes(browser: str) -> bool:
        with app.app_context(), base.unit_of_work():
            found = pending_authorizations.take(base.fingerprint(secret), "shop", browser * 64, 1, 2**40)
            return found is not None

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(takes, "abcdefgh"))
    assert taken.count(True) == 1
