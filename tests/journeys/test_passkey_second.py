"""A passkey as the second proof: at sign-in, for an app that asks, made on the way; and keys that prove less."""

import json
from base64 import b32decode

import pytest
from flask import Flask

from idp.settings.load import Settings
from idp.store import passkeys
from tests.clocks import Clock
from tests.people import Person
from tests.phones import Phone, types
from tests.relying_app import RelyingApp
from tests.signing_up import shown, signs_in
from tests.soft_authenticator import PRESENT, VERIFIED, Lies, SoftAuthenticator
from tests.with_passkeys import (
    HELLO,
    at_a_domain,
    authenticator,
    by_passkey,
    creates,
    events_of,
    has_passkey,
    options_of,
    passkey_form,
    signs_in_by_passkey,
    uses,
)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return at_a_domain(settings)


@pytest.fixture
def device(alice: Person) -> SoftAuthenticator:
    """Alice's, on which she has a passkey."""
    return has_passkey(alice, authenticator())


class TestSecondStep:
    @pytest.fixture
    def phone(self, alice: Person, device: SoftAuthenticator, clock: Clock) -> Phone:
        return Phone.of(alice)

    def test_a_passkey_stands_in_for_the_code(
        self, shop: RelyingApp, alice: Person, device: SoftAuthenticator, phone: Phone
    ) -> None:
        visit = shop.asks().seen_by(alice).signs_in()
        assert visit.page.heading == "Enter your code"
        claims = by_passkey(visit, device).allows().redeems().claims
        assert (claims["amr"], claims["acr"]) == (["pwd", "hwk", "user", "mfa"], "phr")

    @pytest.mark.parametrize("lies", [Lies(flags=PRESENT), Lies(client={"challenge": "A" * 43}), Lies(rp_id="x.org")])
    def test_a_lie_leads_back_to_the_same_page(
        self, alice: Person, device: SoftAuthenticator, phone: Phone, lies: Lies
    ) -> None:
        page = shown(uses(alice.browser, device, signs_in(alice), lies))
        assert page.heading == "Enter your code"
        assert "That didn’t work. Try again, or use another way." in page.text
        assert shown(types(alice.browser, page, phone.shows())).heading == HELLO

    def test_the_passkey_of_somebody_else_completes_nothing(
        self, alice: Person, bob: Person, device: SoftAuthenticator, phone: Phone
    ) -> None:
        theirs = has_passkey(bob, authenticator())
        page = signs_in(alice)
        form, options = passkey_form(page)
        answer = theirs.signs({**options_of(alice.browser, form, options), "allowCredentials": []})
        page = shown(alice.browser.submit(page, form=form, credential=answer))
        assert page.heading == "Enter your code"

    def test_a_half_sign_in_is_completed_once(self, alice: Person, device: SoftAuthenticator, phone: Phone) -> None:
        page = signs_in(alice)
        form, options = passkey_form(page)
        answers = [device.signs(options_of(alice.browser, form, options)) for _ in range(2)]
        assert shown(alice.browser.submit(page, form=form, credential=answers[0])).heading == HELLO
        alice.signs_out()
        assert shown(alice.browser.submit(page, form=form, credential=answers[1])).heading == "Sign in"

    @pytest.mark.section("RFC 9470 §5")
    def test_an_app_may_ask_for_it_afterwards(self, shop: RelyingApp, alice: Person, device: SoftAuthenticator) -> None:
        signs_in(alice)
        visit = shop.asks(acr_values="phr").seen_by(alice)
        assert visit.page.heading == "Use your passkey"
        claims = by_passkey(visit, device).allows().redeems().claims
        assert (claims["amr"], claims["acr"]) == (["pwd", "hwk", "user", "mfa"], "phr")

    def test_a_lie_there_leads_back_there(self, shop: RelyingApp, alice: Person, device: SoftAuthenticator) -> None:
        signs_in(alice)
        visit = by_passkey(shop.asks(acr_values="phr").seen_by(alice), device, Lies(flags=PRESENT))
        assert visit.page.heading == "Use your passkey"
        assert "Try again, or use another way." in visit.page.text
        assert "would like to use your account" in by_passkey(visit, device).page.heading

    def test_whoever_has_none_makes_one_on_the_way(self, app: Flask, shop: RelyingApp, alice: Person) -> None:
        signs_in(alice)
        essential = json.dumps({"id_token": {"acr": {"essential": True, "value": "phr"}}})
        visit = shop.asks(claims=essential).seen_by(alice)
        assert visit.page.heading == "Protect your account"
        visit.at = creates(alice.browser, authenticator(), at=visit.page)
        claims = visit.allows().redeems().claims
        assert (claims["amr"], claims["acr"]) == (["pwd", "hwk", "user", "mfa"], "phr")
        assert "passkey_added" in events_of(app, alice)

    def test_nobody_makes_a_second_one_to_get_round_the_first(
        self, app: Flask, shop: RelyingApp, alice: Person
    ) -> None:
        """Whoever knows the password alone could else be as sure as its owner."""
        essential = json.dumps({"id_token": {"acr": {"essential": True, "value": "phr"}}})
        signs_in(alice)
        visit = shop.asks(claims=essential).seen_by(alice)
        page, owner = visit.page, alice.elsewhere()
        signs_in(owner)
        creates(owner.browser, authenticator())
        visit.at = creates(alice.browser, authenticator(), at=page)
        assert visit.page.heading == "Use your passkey"
        with app.app_context():
            assert len(passkeys.of_user(str(alice.user_id))) == 1


class TestRequired:
    """second_factor.required: a passkey is the second factor of whoever has one."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        required = settings.second_factor.model_copy(update={"required": True})
        return at_a_domain(settings).model_copy(update={"second_factor": required})

    def test_whoever_has_none_makes_one_and_goes_on(self, alice: Person) -> None:
        page = signs_in(alice)
        assert page.heading == "Protect your account"
        assert shown(creates(alice.browser, authenticator(), at=page)).heading == HELLO

    @pytest.mark.incident("CVE-2025-64103")
    def test_whoever_knows_the_password_alone_adds_none_of_their_own(self, app: Flask, alice: Person) -> None:
        creates(alice.browser, authenticator(), at=signs_in(alice))
        thief = alice.elsewhere()
        assert signs_in(thief).heading == "Use your passkey"
        for path in ("/account/passkeys/new", "/account/passkeys/remove", "/account/password/remove"):
            assert shown(thief.browser.open(path)).heading == "Use your passkey"

    @pytest.mark.incident("CVE-2025-64103")
    def test_nor_by_the_pages_for_whoever_has_none(self, app: Flask, alice: Person) -> None:
        """Zitadel: another second factor was set up in the middle of the sign-in that asked for the first."""
        creates(alice.browser, authenticator(), at=signs_in(alice))
        thief = alice.elsewhere()
        signs_in(thief)
        for path in ("/signin/protect", "/signin/protect/app", "/signin/protect/passkey"):
            assert shown(thief.browser.open(path)).heading == "Use your passkey"
        token = shown(thief.browser.open("/signin/protect")).form("csrf_token").fields["csrf_token"]
        assert shown(thief.browser.post("/signin/protect", {"csrf_token": token})).heading == "Use your passkey"
        assert shown(thief.browser.open("/account")).heading == "Use your passkey"

    @pytest.mark.incident("CVE-2025-64103")
    def test_nor_by_what_began_before_the_owner_had_one(self, app: Flask, alice: Person) -> None:
        thief = alice.elsewhere()
        page = shown(thief.browser.submit(signs_in(thief), "Use an authenticator app"))
        key = page.html.partition('<code id="key">')[2].partition("</code>")[0]
        creates(alice.browser, authenticator(), at=signs_in(alice))
        page = shown(types(thief.browser, page, Phone(b32decode(key.replace(" ", ""))).shows()))
        assert page.heading == "Use your passkey"
        assert "authenticator_added" not in events_of(app, alice)


class TestPreferred:
    """passkeys.user_verification = "preferred": keys that cannot check their user are one factor."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return at_a_domain(settings, user_verification="preferred")

    def test_a_key_alone_is_one_factor(self, shop: RelyingApp, alice: Person) -> None:
        device = has_passkey(alice, authenticator(verifies=False))
        claims = by_passkey(shop.asks().seen_by(alice), device).allows().redeems().claims
        assert (claims["amr"], claims["acr"]) == (["hwk", "user"], "urn:portico:acr:1")

    def test_after_the_password_both_are_two(self, shop: RelyingApp, alice: Person) -> None:
        device = has_passkey(alice, authenticator(verifies=False))
        signs_in(alice)
        claims = by_passkey(shop.asks(acr_values="phr").seen_by(alice), device).allows().redeems().claims
        assert (claims["amr"], claims["acr"]) == (["pwd", "hwk", "user", "mfa"], "phr")

    def test_the_same_key_twice_is_one_factor_still(self, alice: Person, clock: Clock) -> None:
        device = has_passkey(alice, authenticator(verifies=False))
        phone = Phone.of(alice)
        page = shown(signs_in_by_passkey(alice, device))
        assert page.heading == "Enter your code"
        assert shown(uses(alice.browser, device, page)).heading == "Sign in"
        page = shown(signs_in_by_passkey(alice, device))
        assert shown(types(alice.browser, page, phone.shows())).heading == HELLO

    def test_a_check_that_came_later_makes_it_no_surer(self, shop: RelyingApp, alice: Person) -> None:
        """WebAuthn L3 §7.2 step 24: whoever found the key could have set its PIN."""
        device = has_passkey(alice, authenticator(verifies=False))
        claims = (
            by_passkey(shop.asks().seen_by(alice), device, Lies(flags=PRESENT | VERIFIED)).allows().redeems().claims
        )
        assert claims["acr"] == "urn:portico:acr:1"

    def test_it_is_no_reason_to_do_without_a_password(self, alice: Person) -> None:
        has_passkey(alice, authenticator(verifies=False))
        signs_in(alice)
        there = shown(alice.browser.open("/account/password/remove"))
        assert shown(alice.browser.submit(there, "Remove password")).status == 422
