"""A passkey in the place of the password; and, where it is already somebody, of the same person's again."""

import json

import pytest
from flask import Flask

from idp.accounts import passkeys as rules
from idp.settings.load import Settings
from idp.store import base, users
from tests.clocks import Clock
from tests.people import Person
from tests.phones import Phone
from tests.relying_app import RelyingApp
from tests.signing_up import shown, signs_in
from tests.soft_authenticator import Lies, SoftAuthenticator
from tests.with_passkeys import (
    FAILED,
    HELLO,
    QUARTER,
    asks,
    at_a_domain,
    authenticator,
    by_passkey,
    events_of,
    has_passkey,
    options_of,
    passkey_form,
    path_of,
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


class TestSigningIn:
    def test_a_passkey_signs_in_without_address_and_password(
        self, app: Flask, alice: Person, device: SoftAuthenticator
    ) -> None:
        assert shown(signs_in_by_passkey(alice, device)).heading == HELLO
        assert {"signed_in", "passkey_used"} <= set(events_of(app, alice))

    @pytest.mark.section("RFC 8176 §2")
    @pytest.mark.parametrize(("synced", "key"), [(False, "hwk"), (True, "swk")])
    def test_the_app_hears_what_it_was(self, shop: RelyingApp, alice: Person, synced: bool, key: str) -> None:
        device = has_passkey(alice, authenticator(synced=synced))
        visit = by_passkey(shop.asks(acr_values="phr").seen_by(alice), device)
        claims = visit.allows().redeems().claims
        assert (claims["amr"], claims["acr"]) == ([key, "user", "mfa"], "phr")

    def test_the_code_of_an_app_is_not_asked_for_as_well(
        self, alice: Person, device: SoftAuthenticator, clock: Clock
    ) -> None:
        Phone.of(alice)
        assert shown(signs_in_by_passkey(alice, device)).heading == HELLO

    def test_remember_counts_here_too(self, alice: Person, device: SoftAuthenticator) -> None:
        signs_in_by_passkey(alice, device, remember="1")
        alice.browser.closes()
        assert shown(alice.browser.open("/account")).heading == HELLO
        alice.signs_out()
        signs_in_by_passkey(alice, device)
        alice.browser.closes()
        assert shown(alice.browser.open("/account")).heading == "Sign in"

    def test_the_way_leads_back_to_the_page_that_was_asked_for(self, alice: Person, device: SoftAuthenticator) -> None:
        page = shown(alice.browser.open("/account/passkeys"))
        assert path_of(shown(uses(alice.browser, device, page))) == "/account/passkeys"

    def test_the_list_says_when_it_was_used_last(self, alice: Person, device: SoftAuthenticator) -> None:
        signs_in_by_passkey(alice, device)
        page = shown(alice.browser.open("/account/passkeys"))
        assert "last used" in page.text
        assert "not used yet" not in page.text

    def test_nothing_is_told_of_any_account_before(self, alice: Person, device: SoftAuthenticator) -> None:
        asked = options_of(alice.browser, *passkey_form(shown(alice.browser.open("/signin"))))
        assert asked["allowCredentials"] == []

    def test_a_suspended_account_stops_at_its_page(self, alice: Person, device: SoftAuthenticator) -> None:
        alice.suspended()
        page = shown(signs_in_by_passkey(alice, device))
        assert (page.status, page.heading) == (403, "This account is on hold")
        assert shown(alice.browser.open("/account")).heading == "Sign in"

    @pytest.mark.parametrize("state", [users.LOCKED, users.LEAVING])
    def test_a_closed_account_is_not_opened_by_it(
        self, app: Flask, alice: Person, device: SoftAuthenticator, state: str
    ) -> None:
        with app.app_context(), base.unit_of_work():
            assert users.become(str(alice.user_id), state, 1)
        signs_in_by_passkey(alice, device)
        assert shown(alice.browser.open("/account")).heading == "Sign in"

    def test_a_session_of_somebody_else_ends_here(self, alice: Person, bob: Person, device: SoftAuthenticator) -> None:
        page = shown(alice.browser.open("/signin"))
        signs_in(bob, alice.browser)
        assert shown(uses(alice.browser, device, page)).heading == HELLO


@pytest.mark.incident("GHSA-hp74-gm6m-2qm5")
class TestAgain:
    def test_a_passkey_shows_that_it_is_still_them(
        self, shop: RelyingApp, alice: Person, device: SoftAuthenticator, clock: Clock
    ) -> None:
        signs_in(alice)
        clock.moves(60)
        visit = shop.asks(prompt="login").seen_by(alice)
        assert visit.page.heading == "Confirm it’s you"
        claims = by_passkey(visit, device).allows().redeems().claims
        assert claims["auth_time"] == clock.now()
        assert claims["acr"] == "phr"

    def test_the_passkey_of_somebody_else_does_not(
        self, alice: Person, bob: Person, device: SoftAuthenticator, clock: Clock
    ) -> None:
        """Not even when the browser is made to use it: the server knows whose it is, and signs nobody else in."""
        theirs = has_passkey(bob, authenticator())
        signs_in(alice)
        clock.moves(QUARTER + 1)
        page = shown(alice.browser.open("/account/passkeys/new"))
        form, options = passkey_form(page)
        asked = options_of(alice.browser, form, options)
        assert len(asked["allowCredentials"]) == 1
        answer = theirs.signs({**asked, "allowCredentials": []})
        page = shown(alice.browser.submit(page, form=form, credential=answer))
        assert (page.heading, FAILED in page.text) == ("Confirm it’s you", True)
        assert shown(alice.browser.open("/account/passkeys/new")).heading == "Confirm it’s you"

    def test_an_answer_that_names_somebody_else_does_not(self, alice: Person, device: SoftAuthenticator) -> None:
        """WebAuthn L3 §7.2 step 6: its user handle is the one of the person who is asked, where there is any."""
        signs_in(alice)
        page = shown(alice.browser.open("/signin/again"))
        named = Lies(response={"userHandle": "A" * 22})
        assert FAILED in shown(uses(alice.browser, device, page, named)).text
        unnamed = Lies(response={"userHandle": None})
        assert shown(uses(alice.browser, device, page, unnamed)).heading == HELLO

    def test_a_challenge_of_the_sign_in_page_is_none_of_this_one(
        self, alice: Person, device: SoftAuthenticator, clock: Clock
    ) -> None:
        form, options = passkey_form(shown(alice.browser.open("/signin")))
        asked = options_of(alice.browser, form, options)
        signs_in(alice)
        clock.moves(QUARTER + 1 - QUARTER)
        page = shown(alice.browser.open("/signin/again"))
        answer = device.signs(asked)
        assert FAILED in shown(alice.browser.submit(page, form=passkey_form(page)[0], credential=answer)).text

    def test_whoever_has_none_is_not_asked_for_one(self, alice: Person) -> None:
        signs_in(alice)
        assert "data-passkey=" not in shown(alice.browser.open("/signin/again")).html

    def test_nobody_gets_options_who_is_not_signed_in(self, alice: Person, device: SoftAuthenticator) -> None:
        signs_in(alice)
        form, options = passkey_form(shown(alice.browser.open("/signin/again")))
        alice.signs_out()
        assert asks(alice.browser, form, options).status_code == 401


class TestAnAddress:
    """Passkeys are made for domains: where the issuer is an address, nobody is offered one."""

    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        server = settings.server.model_copy(update={"issuer": "http://127.0.0.1:8000"})
        return settings.model_copy(update={"server": server})

    def test_no_page_speaks_of_passkeys(self, alice: Person) -> None:
        assert "passkey" not in shown(alice.browser.open("/signin")).html
        signs_in(alice)
        assert "Create a passkey" not in shown(alice.browser.open("/account/passkeys")).text
        assert shown(alice.browser.open("/account/passkeys/new")).status == 404
        there = alice.browser.client.get("http://127.0.0.1:8000/.well-known/passkey-endpoints")
        assert json.loads(there.data) == {}

    def test_the_operator_reads_why(self, settings: Settings) -> None:
        assert rules.problem_of(settings) == "127.0.0.1 is an address, and passkeys are made for domains"


@pytest.mark.parametrize(
    ("issuer", "rp_id", "is_fine"),
    [
        ("https://id.example.com", "", True),
        ("https://id.example.com", "id.example.com", True),
        ("https://id.example.com", "example.com", True),
        ("https://id.example.com", "ample.com", False),
        ("https://id.example.com", "com", False),
        ("https://id.example.com", "other.example", False),
        ("https://example.com", "id.example.com", False),
        ("http://[::1]:8000", "", False),
        ("http://localhost:8000", "", True),
    ],
)
@pytest.mark.section("Web Authentication Level 3 §5.1.3")
def test_the_domain_is_the_issuers_or_one_above(settings: Settings, issuer: str, rp_id: str, is_fine: bool) -> None:
    server = settings.server.model_copy(update={"issuer": issuer})
    configured = at_a_domain(settings, rp_id=rp_id).model_copy(update={"server": server})
    assert (rules.problem_of(configured) == "") is is_fine
    assert (rules.party_of(configured) is not None) is is_fine
