"""A test sign-in, as its owner uses it, and as an attacker would like to: what is special about it opens to nobody."""

import json
import re
from html import unescape
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from flask import Flask
from sqlalchemy import text

from idp.settings.load import Settings
from idp.store import base
from idp.web import inner_requests, rehearsal
from tests.clocks import Clock
from tests.developers.console import CALLBACK, Developer
from tests.developers.test_credentials import KEY
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.signing_up import shown, signs_in
from tests.web_browser import Page


@pytest.fixture
def own(app: Flask, dev: Developer) -> RelyingApp:
    return RelyingApp(app, dev.client_id, dev.secret, CALLBACK)


def starts(dev: Developer, **typed: str) -> Page:
    """The button is pressed: the consent page of the app, or whatever comes instead."""
    return dev.submits(dev.opens("/test"), "scope", **typed)


def allows(dev: Developer, page: Page) -> Page:
    return shown(dev.person.browser.submit(page, "decision=allow"))


def read(page: Page, name: str) -> Any:
    found = re.search(rf'<code id="{name}">(.*?)</code>', page.html, re.DOTALL)
    assert found is not None, page.text
    return json.loads(unescape(found[1]))


def grants_of(app: Flask, client_id: str) -> list[Any]:
    with app.app_context():
        rows = text("SELECT * FROM grants WHERE client_id = :client_id")
        return list(base.db.session.execute(rows, {"client_id": client_id}))


def test_an_owner_sees_what_the_app_would_have_been_told(app: Flask, dev: Developer) -> None:
    consent = starts(dev)
    assert "Photo Box" in consent.text
    page = allows(dev, consent)
    assert page.status == 200, page.text
    assert "The test worked" in page.text
    assert "answers this very request" in page.text
    claims, header = read(page, "id-token"), read(page, "id-token-header")
    assert claims["aud"] == dev.client_id
    assert header["typ"] == "JWT"
    told = read(page, "userinfo")
    assert told["sub"] == claims["sub"]
    assert told["email"] == dev.person.email
    for said in ("POST /token", "GET /userinfo", "POST /revoke", "code_verifier = [43 characters]", "Bearer [hidden]"):
        assert said in unescape(page.html), said
    assert "no-store" in page.response.headers["Cache-Control"]


def test_nothing_of_it_can_be_used_afterwards(app: Flask, dev: Developer) -> None:
    """No token stands in the page, the code is spent, and the one grant it opened is revoked."""
    page = allows(dev, starts(dev))
    assert not re.search(r"eyJ[\w-]+\.[\w-]+\.", page.html)
    grants = grants_of(app, dev.client_id)
    assert [grant.revoked_at is not None for grant in grants] == [True]
    again = shown(dev.person.browser.open(page.url))
    assert "The test stopped" in again.text
    assert "invalid_grant" in again.text


def test_a_test_that_is_declined_says_so(dev: Developer) -> None:
    page = shown(dev.person.browser.submit(starts(dev), "decision=deny"))
    assert "access_denied" in page.text
    assert "The person said no." in page.text


def test_what_is_refused_is_refused_by_the_check_that_refuses_the_app(app: Flask, dev: Developer) -> None:
    page = starts(dev, scope='open"id')
    assert "The test stopped" in page.text
    assert "invalid_scope" in page.text
    assert "POST /par" in page.text


def test_it_needs_neither_secret_nor_key_nor_redirect_address(app: Flask, dev: Developer) -> None:
    """Apps that sign, bind and push what they send are tested alike: each demand is met in the app's place."""
    RelyingApp(app, dev.client_id, dev.secret, CALLBACK).changed(
        token_endpoint_auth_method="private_key_jwt",
        dpop_bound_access_tokens=True,
        require_pushed_authorization_requests=True,
        require_signed_request_object=True,
        subject_type="pairwise",
        userinfo_signed_response_alg="ES256",
    )
    app.extensions["portico"].clients.forget(dev.client_id)
    page = allows(dev, starts(dev))
    assert "The test worked" in page.text, page.text
    assert "DPoP [hidden]" in page.html
    assert read(page, "userinfo")["sub"] == read(page, "id-token")["sub"]


def test_what_only_the_app_can_read_is_shown_as_such(app: Flask, dev: Developer, own: RelyingApp) -> None:
    own.changed(
        jwks={"keys": [{**KEY, "use": "enc", "kid": "1"}]},
        id_token_encrypted_response_alg="ECDH-ES",
        id_token_encrypted_response_enc="A256GCM",
        userinfo_signed_response_alg="ES256",
    )
    app.extensions["portico"].clients.forget(dev.client_id)
    page = allows(dev, starts(dev))
    assert "It is encrypted to your app’s key" in page.text
    assert read(page, "id-token-header")["alg"] == "ECDH-ES"
    assert read(page, "userinfo")["aud"] == dev.client_id


class TestWithNonces:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"tokens": settings.tokens.model_copy(update={"dpop_nonce": True})})

    def test_a_proof_is_made_anew_with_the_nonce(self, app: Flask, dev: Developer, own: RelyingApp) -> None:
        own.changed(dpop_bound_access_tokens=True)
        app.extensions["portico"].clients.forget(dev.client_id)
        page = allows(dev, starts(dev))
        assert "The test worked" in page.text


class TestBelowAPath:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        server = settings.server.model_copy(update={"issuer": "http://127.0.0.1:8000/id"})
        return settings.model_copy(update={"server": server})

    def test_the_endpoints_are_found_there(self, app: Flask, shop: RelyingApp) -> None:
        with app.test_request_context("/"):
            client = app.extensions["portico"].clients.find("shop", 1)
            answer = inner_requests.ask("POST", "/token", client, {"grant_type": "x"})
        assert answer.members["error"] == "unsupported_grant_type"


class TestAsAnAttacker:
    def test_nobody_else_may_ask_for_that_address(self, own: RelyingApp, dev: Developer) -> None:
        address = f"{own.issuer}/developers/{dev.client_id}/test/callback"
        page = own.asks("openid", redirect_uri=address).seen_by(dev.person).page
        assert page.status == 400
        assert "an address it hasn’t registered" in page.text
        pushed = own.posts("/par", own.asks("openid", redirect_uri=address).parameters)
        assert pushed.status_code == 400
        assert b"redirect_uri is not registered" in pushed.data

    def test_nobody_is_vouched_for_by_what_they_send(self, own: RelyingApp, app: Flask) -> None:
        """A header becomes HTTP_…, and is text: it is never the object that stands for the app."""
        for name in ("portico.vouched", "Portico-Vouched", "portico_vouched"):
            answer = own.posts("/token", {"grant_type": "refresh_token", "refresh_token": "x"}, {name: own.client_id})
            assert json.loads(answer.data)["error"] == "invalid_client"
        answer = app.test_client().post(
            "/token", data={"grant_type": "x"}, environ_overrides={rehearsal.KEY: own.client_id}
        )
        assert json.loads(answer.data)["error"] == "invalid_client"

    def test_a_test_is_over_where_it_leaves_its_browser(self, dev: Developer, bob: Person, app: Flask) -> None:
        """Who sends somebody else into their test gets nothing, and neither does that person's browser."""
        page = starts(dev)
        started = page.url
        assert "/consent" in started
        tried = shown(bob.browser.open(started))
        assert "Photo Box" not in tried.heading
        pushed = dev.submits(dev.opens("/test"), "scope").response.request.url
        signs_in(bob)
        assert shown(bob.browser.open(pushed)).status in (302, 400, 404)
        assert grants_of(app, dev.client_id) == []

    def test_another_person_who_takes_the_request_up_ends_nowhere(
        self, dev: Developer, bob: Person, app: Flask
    ) -> None:
        """The request_uri is the owner's to give away; the answer is then worth nothing, to either of them."""
        address = rehearsal_address(app, dev.client_id)
        form = dev.opens("/test").form("scope")
        sent = {"csrf_token": form.fields["csrf_token"], "scope": "openid"}
        issuer = dev.person.browser.issuer
        response = dev.person.browser.client.post(
            f"{issuer}/developers/{dev.client_id}/test", data=sent, headers={"Origin": issuer}
        )
        away = response.headers["Location"]
        assert urlsplit(away).path == "/authorize"
        signs_in(bob)
        consent = shown(bob.browser.open(away))
        page = shown(bob.browser.submit(consent, "decision=allow"))
        assert page.status == 404, "bob owns no such app"
        code = parse_qs(urlsplit(page.url).query)["code"][0]
        state = parse_qs(urlsplit(page.url).query)["state"][0]
        back = dev.person.browser.open(f"{address}?{urlencode({'code': code, 'state': state})}")
        assert shown(back).status == 400, "it is not about whoever began it"
        own = RelyingApp(app, dev.client_id, dev.secret, CALLBACK)
        redeemed = own.posts_token({"grant_type": "authorization_code", "code": code, "redirect_uri": address})
        assert redeemed.status_code == 400

    def test_a_code_of_the_app_is_not_redeemed_here(self, own: RelyingApp, dev: Developer, app: Flask) -> None:
        """A stolen code, brought to the test's address with the state of a test: other address, other challenge."""
        state = state_of_a_test(dev)
        before = len(grants_of(app, dev.client_id))
        code = own.asks("openid").seen_by(dev.person).code
        page = shown(
            dev.person.browser.open(
                f"/developers/{dev.client_id}/test/callback?{urlencode({'code': code, 'state': state})}"
            )
        )
        assert "invalid_grant" in page.text
        assert len(grants_of(app, dev.client_id)) == before

    def test_an_answer_that_nobody_asked_for_is_not_looked_at(self, dev: Developer, bob: Person, clock: Clock) -> None:
        mine = Developer.of(bob, name="Lantern")
        states = [state_of_a_test(dev), state_of_a_test(mine), "x" * 200, ""]
        clock.moves(rehearsal.GOOD_FOR)
        for state in states:
            page = shown(
                dev.person.browser.open(
                    f"/developers/{dev.client_id}/test/callback?{urlencode({'code': 'x', 'state': state})}"
                )
            )
            assert page.status == 400
            assert "not the answer to a test" in page.text

    def test_a_suspended_app_is_not_tested(self, own: RelyingApp, dev: Developer, app: Flask) -> None:
        page = dev.opens("/test")
        own.suspended()
        app.extensions["portico"].clients.forget(dev.client_id)
        assert "There is nothing to test" in dev.submits(page, "scope").text

    def test_another_site_cannot_begin_one(self, dev: Developer, app: Flask) -> None:
        answer = dev.person.browser.client.post(
            f"{dev.person.browser.issuer}/developers/{dev.client_id}/test",
            data={"scope": "openid"},
            headers={"Origin": "https://evil.example"},
        )
        assert answer.status_code == 400


def state_of_a_test(dev: Developer) -> str:
    """As the browser carries it, on its way back."""
    page = allows(dev, starts(dev, prompt="consent"))
    return parse_qs(urlsplit(page.url).query)["state"][0]


def rehearsal_address(app: Flask, client_id: str) -> str:
    with app.test_request_context():
        return rehearsal.callback_of(client_id)
