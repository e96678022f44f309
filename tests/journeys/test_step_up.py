"""Apps that want to be surer, and what their tokens say of it (acr_values, acr in claims, RFC 9470)."""

import json
from typing import Any

import pytest
from flask import Flask
from joserfc import jws

from idp.store import base, browser_sessions
from tests.clocks import Clock
from tests.people import Person
from tests.phones import Phone, types, types_recovery
from tests.relying_app import RelyingApp, Tokens
from tests.signing_up import shown, signs_in
from tests.web_browser import Page

ONE, TWO, PHR = "urn:portico:acr:1", "urn:portico:acr:2", "phr"
PWD, BOTH = ["pwd"], ["pwd", "otp", "mfa"]

pytestmark = pytest.mark.section("RFC 9470 §5")


def essential(*values: str) -> str:
    return json.dumps({"id_token": {"acr": {"essential": True, "values": list(values)}}})


def by_one_proof(person: Person, clock: Clock) -> Phone:
    """Signed in by the password on a trusted device; the phone is at hand."""
    phone = Phone.of(person)
    types(person.browser, signs_in(person, remember="1"), phone.shows(), trust=True)
    person.signs_out()
    signs_in(person)
    clock.moves(30)
    return phone


def told(tokens: Tokens) -> tuple[object, object]:
    return tokens.claims["amr"], tokens.claims["acr"]


class TestAsking:
    @pytest.mark.parametrize("asked", [{"acr_values": TWO}, {"claims": essential(TWO)}, {"acr_values": f"{PHR} {TWO}"}])
    def test_who_came_by_one_proof_gives_the_second(
        self, shop: RelyingApp, alice: Person, clock: Clock, asked: dict[str, str]
    ) -> None:
        phone = by_one_proof(alice, clock)
        before = alice.browser.cookie("portico_session")
        visit = shop.asks(**asked).seen_by(alice)
        assert (visit.page.heading, "Photo Box asks for a second proof" in visit.page.text) == ("Enter your code", True)
        visit.at = types(alice.browser, visit.at, phone.shows())
        tokens = visit.allows().redeems()
        assert told(tokens) == (BOTH, TWO)
        assert alice.browser.cookie("portico_session") != before
        assert tokens.claims["auth_time"] == clock.now() - 30, "of the first proof still"

    def test_the_session_stays_as_sure_for_the_next_app(
        self, app: Flask, shop: RelyingApp, alice: Person, clock: Clock
    ) -> None:
        phone = by_one_proof(alice, clock)
        visit = shop.asks(acr_values=TWO).seen_by(alice)
        visit.at = types(alice.browser, visit.at, phone.shows())
        bank = RelyingApp.registered(app, "bank", require_second_factor=True, first_party=True)
        assert told(bank.asks(prompt="none").seen_by(alice).redeems()) == (BOTH, TWO)
        assert bank.asks().seen_by(alice).redeems().claims["sid"] == visit.allows().redeems().claims["sid"]

    def test_at_sign_in_one_code_is_enough_for_all(self, shop: RelyingApp, alice: Person, clock: Clock) -> None:
        phone = Phone.of(alice)
        visit = shop.asks(claims=essential(TWO)).seen_by(alice).signs_in()
        visit.at = types(alice.browser, visit.at, phone.shows())
        assert told(visit.allows().redeems()) == (BOTH, TWO)

    def test_a_recovery_code_does_too(self, shop: RelyingApp, alice: Person, clock: Clock) -> None:
        phone = by_one_proof(alice, clock)
        visit = shop.asks(claims=essential(TWO)).seen_by(alice)
        page = shown(types_recovery(alice.browser, visit.at, phone.paper[0]))
        assert "You have 9 recovery codes left." in page.text
        visit.at = alice.browser.open(page.read.links["Continue"])
        assert told(visit.allows().redeems()) == (BOTH, TWO)

    @pytest.mark.section("OpenID Connect Core §3.1.2.1")
    def test_a_wish_nobody_can_meet_stays_a_wish(self, shop: RelyingApp, alice: Person) -> None:
        tokens = shop.asks(acr_values=f"{TWO} {PHR}").seen_by(alice).signs_in().allows().redeems()
        assert told(tokens) == (PWD, ONE)

    @pytest.mark.incident("CVE-2024-45042")
    def test_a_wrong_code_makes_nobody_surer(self, shop: RelyingApp, alice: Person, clock: Clock) -> None:
        phone = by_one_proof(alice, clock)
        visit = shop.asks(claims=essential(TWO)).seen_by(alice)
        page = shown(types(alice.browser, visit.at, phone.wrong()))
        assert page.status == 422
        waiting = page.form("code").fields["for"]
        assert shown(alice.browser.open(f"/authorize/{waiting}")).heading == "Enter your code"
        assert shop.asks(claims=essential(TWO), prompt="none").seen_by(alice).error == "login_required"

    @pytest.mark.incident("CVE-2025-64102")
    def test_a_borrowed_session_gives_no_more_tries_than_a_sign_in(
        self, shop: RelyingApp, alice: Person, clock: Clock
    ) -> None:
        phone = by_one_proof(alice, clock)
        page = shown(shop.asks(claims=essential(TWO)).seen_by(alice).at)
        for _ in range(10):
            page = shown(types(alice.browser, page, phone.wrong()))
            assert page.status == 422
        assert shown(types(alice.browser, page, phone.shows())).status == 429

    @pytest.mark.section("RFC 6238 §5.2")
    def test_the_code_of_the_sign_in_is_not_taken_again(self, shop: RelyingApp, alice: Person, clock: Clock) -> None:
        phone = by_one_proof(alice, clock)
        visit = shop.asks(acr_values=TWO).seen_by(alice)
        code = phone.shows()
        types(alice.browser, visit.at, code)
        alice.signs_out()
        other = alice.elsewhere()
        assert shown(types(other.browser, signs_in(other), code)).status == 422

    def test_what_only_a_passkey_would_meet_is_not_asked_of_an_app(
        self, shop: RelyingApp, alice: Person, clock: Clock
    ) -> None:
        by_one_proof(alice, clock)
        """Here no passkeys are offered: the issuer is a numeric address."""
        assert shop.asks(claims=essential(PHR)).seen_by(alice).error == "unmet_authentication_requirements"
        assert told(shop.asks(acr_values=PHR).seen_by(alice).allows().redeems()) == (PWD, ONE)

    def test_nobody_signed_in_is_led_to_the_beginning(self, alice: Person) -> None:
        for path in ("/signin/prove", "/signin/prove/passkey", "/signin/protect", "/signin/protect/passkey"):
            assert shown(alice.browser.open(path)).heading == "Sign in"

    def test_whoever_is_sure_already_has_nothing_to_do(self, alice: Person, clock: Clock) -> None:
        phone = Phone.of(alice)
        types(alice.browser, signs_in(alice), phone.shows())
        assert shown(alice.browser.open("/signin/prove")).heading == "Hello, Alice Example"
        assert shown(alice.browser.open("/signin/protect")).heading == "Hello, Alice Example"


class TestNone:
    def test_a_demand_is_refused_without_a_page(
        self, app: Flask, shop: RelyingApp, alice: Person, clock: Clock
    ) -> None:
        by_one_proof(alice, clock)
        shop.asks().seen_by(alice).allows()
        assert shop.asks(prompt="none", claims=essential(TWO)).seen_by(alice).error == "login_required"
        assert told(shop.asks(prompt="none", acr_values=TWO).seen_by(alice).redeems()) == (PWD, ONE), "a wish"

    def test_who_has_nothing_to_prove_it_by_would_have_to_act(self, shop: RelyingApp, alice: Person) -> None:
        shop.asks().seen_by(alice).signs_in().allows()
        assert shop.asks(prompt="none", claims=essential(TWO)).seen_by(alice).error == "interaction_required"


class TestRegistration:
    def test_default_acr_values_are_asked_where_the_request_asks_none(
        self, app: Flask, alice: Person, clock: Clock
    ) -> None:
        wishing = RelyingApp.registered(app, "wishing", default_acr_values=[TWO], first_party=True)
        phone = by_one_proof(alice, clock)
        assert told(wishing.asks(acr_values=ONE).seen_by(alice).redeems())[0] == PWD
        visit = wishing.asks().seen_by(alice)
        visit.at = types(alice.browser, visit.at, phone.shows())
        assert told(visit.redeems()) == (BOTH, TWO)


class TestChallenge:
    @pytest.mark.section("RFC 9470 §6")
    def test_what_an_api_asks_for_the_next_token_says(self, app: Flask, alice: Person, clock: Clock) -> None:
        """The API's challenge names acr_values and max_age; the app asks with them; the new token answers it."""
        api = RelyingApp.registered(app, "api", access_token_format="jwt", first_party=True)
        phone = by_one_proof(alice, clock)
        assert access_claims(api.asks().seen_by(alice).redeems())["acr"] == ONE
        clock.moves(600)
        visit = api.asks(acr_values=TWO, max_age="60").seen_by(alice)
        assert visit.page.heading == "Confirm it’s you"
        visit.signs_in()
        assert visit.page.heading == "Enter your code", "the device is trusted, and the app wants to be surer"
        visit.at = types(alice.browser, visit.at, phone.shows())
        claims = access_claims(visit.redeems())
        assert (claims["acr"], claims["amr"], claims["auth_time"]) == (TWO, BOTH, clock.now())

    def test_a_refresh_says_what_the_sign_in_was(self, shop: RelyingApp, alice: Person, clock: Clock) -> None:
        phone = by_one_proof(alice, clock)
        tokens = shop.asks("openid offline_access").seen_by(alice).allows().redeems()
        visit = shop.asks(acr_values=TWO).seen_by(alice)
        types(alice.browser, visit.at, phone.shows())
        clock.moves(60)
        again = tokens.refreshes()
        assert told(again) == (PWD, ONE), "the session rose; this grant was given before"
        assert again.claims["auth_time"] == tokens.claims["auth_time"]


def access_claims(tokens: Tokens) -> dict[str, Any]:
    return dict(json.loads(jws.extract_compact(tokens.access_token.encode()).payload))


class TestTruth:
    """What a session was begun by, and what came later."""

    @pytest.mark.parametrize(
        ("amr", "acr", "then"),
        [
            ("fed", ONE, (["fed", "otp", "mfa"], TWO)),
            ("hwk user", ONE, (["otp", "hwk", "user", "mfa"], TWO)),
            ("otp", ONE, (["otp", "mfa"], TWO)),
        ],
        ids=["federated", "a passkey that did not look at its user", "a mailed code"],
    )
    def test_a_code_after_another_first_proof(
        self, app: Flask, shop: RelyingApp, alice: Person, clock: Clock, amr: str, acr: str, then: tuple[object, object]
    ) -> None:
        phone = by_one_proof(alice, clock)
        begun_by(app, amr, acr)
        assert (
            told(shop.asks(prompt="none", acr_values=ONE).seen_by(alice_agreed(shop, alice)).redeems())[0]
            == amr.split()
        )
        visit = shop.asks(acr_values=TWO).seen_by(alice)
        visit.at = types(alice.browser, visit.at, phone.shows())
        assert told(visit.redeems()) == then

    def test_a_passkey_that_looked_at_its_user_owes_nothing(
        self, app: Flask, shop: RelyingApp, alice: Person, clock: Clock
    ) -> None:
        by_one_proof(alice, clock)
        begun_by(app, "swk user mfa", PHR)
        tokens = shop.asks(claims=essential(TWO)).seen_by(alice).allows().redeems()
        assert told(tokens) == (["swk", "user", "mfa"], TWO), "the context that was asked for, which it stands for"
        assert told(shop.asks().seen_by(alice).redeems()) == (["swk", "user", "mfa"], PHR)


def begun_by(app: Flask, amr: str, acr: str) -> None:
    with app.app_context(), base.unit_of_work():
        session = base.db.session.query(browser_sessions.BrowserSession).filter_by(ended_at=None).one()
        session.amr, session.acr = amr, acr


def alice_agreed(shop: RelyingApp, alice: Person) -> Person:
    page = shop.asks().seen_by(alice)
    if isinstance(page.at, Page):
        page.allows()
    return alice
