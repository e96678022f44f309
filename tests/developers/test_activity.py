"""What an app's owners read of its last requests, and of an error by its reference: which check failed, and the fix."""

import json
import re
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import text
from werkzeug.test import TestResponse

from idp.store import app_requests, base
from tests.clocks import Clock
from tests.developers.console import CALLBACK, Developer, open_to
from tests.developers.rounds import tick
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.signing_up import shown, signs_in
from tests.statements import watched
from tests.web_browser import Page

REFERENCE = re.compile(r"[2-9A-Z]{4}-[2-9A-Z]{4}-[2-9A-Z]{4}")
DAY = 86400
NOWHERE = "https://photobox.example/callbak"


@pytest.fixture
def own(app: Flask, dev: Developer) -> RelyingApp:
    """Alice's app, as it asks."""
    return RelyingApp(app, dev.client_id, dev.secret, CALLBACK)


def kept(app: Flask, dev: Developer) -> tuple[app_requests.Seen, ...]:
    with app.app_context():
        return app_requests.of_app(dev.client_id)


def explained(dev: Developer, answer: TestResponse) -> Page:
    """What the owner reads at the address that the error names."""
    told = json.loads(answer.data)
    assert told["error_uri"].endswith(f"/developers/errors/{answer.headers['X-Request-ID']}")
    return shown(dev.person.browser.open(told["error_uri"]))


def sends_a_bad_code(own: RelyingApp, address: str = "127.0.0.1", secret: str | None = None) -> TestResponse:
    """POST /token from that network."""
    return own.server.test_client(use_cookies=False).post(
        f"{own.issuer}/token",
        data=urlencode({"grant_type": "authorization_code", "code": "not-a-code", "redirect_uri": own.redirect_uri}),
        headers={"Authorization": own.basic(secret)},
        content_type="application/x-www-form-urlencoded",
        environ_base={"REMOTE_ADDR": address},
    )


def test_the_page_of_an_error_leads_its_owner_to_the_check_that_failed(own: RelyingApp, dev: Developer) -> None:
    visit = own.asks("openid", redirect_uri=NOWHERE, state="a-state-of-its-own").seen_by(dev.person)
    page = visit.page
    reference = page.response.headers["X-Request-ID"]
    assert reference in page.text
    told = shown(dev.person.browser.open(page.read.links["Your app? Explain this request"]))
    assert told.url.endswith(f"/developers/{dev.client_id}/activity/{reference}")
    for said in (
        "invalid_redirect_uri",
        "checks.who_asks",
        "Add this exact address under Settings, or correct the request.",
        NOWHERE,
        "state 18 characters",
        reference,
        "HTTP 400",
    ):
        assert said in told.text, said
    assert "a-state-of-its-own" not in told.html


def test_requests_sign_outs_and_the_check_of_a_request_stand_together_under_activity(dev: Developer) -> None:
    for part in ("/activity", "/check", "/logout"):
        page = dev.opens(part)
        assert {"Last requests", "Check a request", "Sign-out"} < set(page.read.links)
        assert 'aria-current="true">Activity</a>' in page.html
        assert f'href="/developers/{dev.client_id}{part}" aria-current="page"' in page.html
    assert "Check a request" not in dev.opens().read.links


@pytest.mark.section("RFC 6749 §5.2")
def test_an_error_of_the_token_endpoint_says_where_it_is_explained(own: RelyingApp, dev: Developer) -> None:
    visit = own.asks("openid").seen_by(dev.person).allows()
    page = explained(dev, visit.tries_to_redeem(code_verifier="x" * 43))
    for said in (
        "pkce.prove",
        "RFC 9700 §2.1.1",
        "Send the code_verifier that belongs",
        "Authorization Basic",
        "Proved",
    ):
        assert said.casefold() in page.text.casefold(), said
    listed = dev.opens("/activity")
    assert [one.endpoint for one in kept(own.server, dev)][:2] == ["/token", "/authorize/"]
    assert "invalid_grant" in listed.text
    assert "invalid_grant" in dev.opens("/activity?only=refused").text


def test_a_wrong_secret_is_explained_without_being_one_of_the_app(own: RelyingApp, dev: Developer) -> None:
    page = explained(dev, sends_a_bad_code(own, secret="wrong"))
    assert "client_authentication.authenticate" in page.text
    assert "stands under Credentials" in page.text
    assert "App proved itself No" in page.text


@pytest.mark.section("RFC 6749 §4.1.2.1")
def test_an_error_that_goes_to_the_app_says_so_too(own: RelyingApp, dev: Developer) -> None:
    visit = own.asks("openid", code_challenge=None, code_challenge_method=None, prompt="none consent")
    answer = visit.seen_by(dev.person).answer
    page = shown(dev.person.browser.open(answer["error_uri"]))
    assert "checks.prompt_makes_sense" in page.text
    silent = own.asks("openid", prompt="none").seen_by(dev.person).answer
    assert "Send the person here once more without it." in shown(dev.person.browser.open(silent["error_uri"])).text


def test_a_sign_out_that_leads_nowhere_is_explained_too(own: RelyingApp, dev: Developer) -> None:
    asked = {"client_id": dev.client_id, "post_logout_redirect_uri": "https://photobox.example/by", "state": "s"}
    page = shown(dev.person.browser.open(f"/end_session?{urlencode(asked)}"))
    told = shown(dev.person.browser.open(page.read.links["Your app? Explain this request"]))
    assert "end_session.return" in told.text
    assert "https://photobox.example/by" in told.text


def test_errors_of_other_doors_name_no_page_that_knows_nothing_of_them(own: RelyingApp) -> None:
    answer = own.server.test_client().post(f"{own.issuer}/register", json={})
    assert "error_uri" not in json.loads(answer.data)
    assert REFERENCE.fullmatch(answer.headers["X-Request-ID"])


@pytest.mark.section("RFC 6750 §3")
def test_a_refused_access_token_says_so_in_its_challenge(own: RelyingApp, dev: Developer) -> None:
    answer = own.server.test_client().get(f"{own.issuer}/userinfo", headers={"Authorization": "Bearer x"})
    reference = answer.headers["X-Request-ID"]
    assert f'error_uri="{own.issuer}/developers/errors/{reference}"' in answer.headers["WWW-Authenticate"]


def test_a_whole_sign_in_is_there_without_any_of_its_secrets(
    own: RelyingApp, dev: Developer, app: Flask, clock: Clock
) -> None:
    visit = own.asks("openid email", login_hint="somebody@example.org").seen_by(dev.person).allows()
    tokens = visit.redeems()
    assert tokens.asks_userinfo().status_code == 200
    seen = kept(app, dev)
    assert [(one.endpoint, one.onward, one.is_refused) for one in seen] == [
        ("/userinfo", "", False),
        ("/token", "", False),
        ("/authorize/", "", False),
        ("/authorize", "/consent", False),
    ]
    with app.app_context():
        everything = str([row._mapping for row in base.db.session.execute(text("SELECT * FROM app_requests"))])
    secrets = (own.secret, visit.code, visit.verifier, tokens.access_token, tokens.id_token, "somebody@example.org")
    for secret in (*secrets, visit.parameters["state"], visit.parameters["nonce"], dev.person.email):
        assert secret not in everything
    assert "openid email" in everything
    page = dev.opens("/activity")
    assert page.text.count("HTTP 200") == 2
    assert "Nothing was wrong with it" in dev.opens(f"/activity/{seen[0].reference}").text


def test_to_others_no_reference_is_anything(own: RelyingApp, dev: Developer, bob: Person) -> None:
    told = json.loads(sends_a_bad_code(own).data)
    signs_in(bob)
    page = shown(bob.browser.open(told["error_uri"]))
    other = shown(bob.browser.open("/developers/errors/7F3K-92QD-M4XT"))
    assert page.status == other.status == 404
    assert "No request of your apps is kept under this reference" in page.text
    assert "invalid_grant" not in page.text
    reference = told["error_uri"].rpartition("/")[2]
    mine = Developer.of(bob, name="Lantern")
    assert mine.opens(f"/activity/{reference}").status == 404


def test_a_stranger_signs_in_and_is_asked_for_the_reference(own: RelyingApp, dev: Developer) -> None:
    told = json.loads(sends_a_bad_code(own).data)
    elsewhere = dev.person.elsewhere().browser
    page = shown(elsewhere.open(told["error_uri"]))
    assert page.heading == "Sign in"
    form = page.form("password")
    page = shown(elsewhere.submit(page, form=form, email=dev.person.email, password=dev.person.password))
    assert page.heading == "Explain a request"
    reference = told["error_uri"].rpartition("/")[2]
    typed = shown(elsewhere.submit(page, form=page.form("reference"), reference=f" {reference.lower()} "))
    assert "invalid_grant" in typed.text


def test_of_an_app_that_nobody_owns_nothing_is_kept(app: Flask, dev: Developer, shop: RelyingApp) -> None:
    sends_a_bad_code(shop)
    with watched(app) as log:
        sends_a_bad_code(shop)
        shop.asks("openid", redirect_uri=NOWHERE).seen_by(dev.person)
    assert not any("app_requests" in trip for trip in log.trips)


def test_a_flood_of_one_network_neither_grows_nor_pushes_out_what_others_sent(
    app: Flask, own: RelyingApp, dev: Developer, clock: Clock
) -> None:
    proved = sends_a_bad_code(own)
    honest = sends_a_bad_code(own, "198.51.100.7", secret="typo")
    for _ in range(4):
        with watched(app) as log:
            for _ in range(30):
                sends_a_bad_code(own, "203.0.113.5", secret="wrong")
        assert sum("INSERT INTO app_requests" in trip for trip in log.trips) <= 10
        clock.moves(60)
    assert len(kept(app, dev)) <= app_requests.MOST
    for answer in (proved, honest):
        assert "invalid_" in explained(dev, answer).text


def test_a_flood_of_many_networks_leaves_what_the_app_proved_and_what_went_well(
    app: Flask, own: RelyingApp, dev: Developer, clock: Clock
) -> None:
    own.asks("openid").seen_by(dev.person).allows().redeems()
    proved = sends_a_bad_code(own)
    for minute in range(3):
        for number in range(40):
            sends_a_bad_code(own, f"198.51.{number}.{minute}", secret="wrong")
        clock.moves(60)
    seen = kept(app, dev)
    assert len(seen) <= app_requests.MOST
    assert sum(one.lane == app_requests.ANYBODYS for one in seen) == app_requests.ROOM[app_requests.ANYBODYS]
    assert "invalid_grant" in explained(dev, proved).text
    assert sum(not one.is_refused for one in seen) == 3


def test_what_goes_well_costs_two_statements_ten_times_a_minute_and_then_none(
    app: Flask, own: RelyingApp, dev: Developer, clock: Clock
) -> None:
    tokens = own.asks("openid").seen_by(dev.person).allows().redeems()
    trips = []
    for _ in range(12):
        with watched(app) as log:
            assert tokens.asks_userinfo().status_code == 200
        trips.append(len(log.trips))
    assert trips == [3] * 7 + [1] * 5  # authorize twice and the token were the first three


def test_they_go_after_a_week_and_with_their_app(app: Flask, own: RelyingApp, dev: Developer, clock: Clock) -> None:
    sends_a_bad_code(own)
    clock.moves(7 * DAY)
    tick(app)
    assert kept(app, dev) == ()
    sends_a_bad_code(own)
    own.removed()
    assert sends_a_bad_code(own).status_code == 400, "this process knows it for some seconds more"
    assert kept(app, dev) == ()


def test_no_request_is_a_fault_for_what_it_holds(own: RelyingApp, dev: Developer) -> None:
    client = own.server.test_client(use_cookies=False)
    for body in (b"\xff=1", b"a=%00", b"client_id=%ff", b"&" * 100, b"x=" + b"y" * 9000, b"scope=%00", b"=&=&="):
        for headers in ({"Authorization": own.basic()}, {"Authorization": own.basic(), "DPoP": "a\x7fb"}):
            answer = client.post(
                f"{own.issuer}/token", data=body, headers=headers, content_type="application/x-www-form-urlencoded"
            )
            assert answer.status_code in (400, 401)
            assert "error_uri" in json.loads(answer.data)


class TestClosed:
    @pytest.fixture
    def settings(self, settings: Any) -> Any:
        return open_to(settings, "nobody")

    def test_where_there_is_no_console_errors_name_no_page(self, app: Flask, shop: RelyingApp, alice: Person) -> None:
        answer = sends_a_bad_code(shop)
        assert set(json.loads(answer.data)) == {"error", "error_description"}
        assert REFERENCE.fullmatch(answer.headers["X-Request-ID"])
        page = shop.asks("openid", redirect_uri=NOWHERE).seen_by(alice).page
        assert "Explain" not in page.text
