"""People who set up an authenticator app are asked for its code, and nobody gets round it."""

import pytest
from flask import Flask
from sqlalchemy import text

from idp.accounts import second_factor
from idp.store import base, half_sign_ins, users
from tests.clocks import Clock
from tests.mailbox import Mailbox
from tests.people import Person
from tests.phones import Phone, types, types_recovery
from tests.relying_app import RelyingApp
from tests.signing_up import shown, signs_in
from tests.web_browser import Browser, Page

HELLO = "Hello, Alice Example"
WRONG = "That code didn’t work."


@pytest.fixture
def phone(alice: Person, clock: Clock) -> Phone:
    return Phone.of(alice)


def stranger(app: Flask, alice: Person, number: int) -> tuple[Browser, Page]:
    """Somebody who knows the password, on a network of their own."""
    browser = Browser(app, address=f"203.0.113.{number}")
    return browser, signs_in(alice, browser)


class TestSigningIn:
    def test_after_the_password_comes_the_code_and_then_the_account(self, alice: Person, phone: Phone) -> None:
        page = signs_in(alice)
        assert page.heading == "Enter your code"
        assert alice.email in page.text
        assert shown(types(alice.browser, page, phone.shows())).heading == HELLO

    @pytest.mark.section("RFC 8176 §2")
    def test_the_app_hears_of_both_proofs(self, shop: RelyingApp, alice: Person, phone: Phone) -> None:
        visit = shop.asks().seen_by(alice).signs_in()
        visit.at = types(alice.browser, visit.at, phone.shows())
        claims = visit.allows().redeems().claims
        assert (claims["amr"], claims["acr"]) == (["pwd", "otp", "mfa"], "urn:portico:acr:2")

    @pytest.mark.parametrize("spelling", ["{0} {1}", " {0}{1} ", "{0}-{1}"])
    def test_spaces_in_a_pasted_code_do_not_matter(self, alice: Person, phone: Phone, spelling: str) -> None:
        code = phone.shows()
        page = types(alice.browser, signs_in(alice), spelling.format(code[:3], code[3:]))
        assert shown(page).heading == HELLO

    @pytest.mark.section("RFC 6238 §5.2")
    @pytest.mark.parametrize(("steps", "is_taken"), [(-2, False), (-1, True), (1, True), (2, False)])
    def test_a_clock_may_be_half_a_minute_wrong(self, alice: Person, phone: Phone, steps: int, is_taken: bool) -> None:
        page = shown(types(alice.browser, signs_in(alice), phone.shows(steps)))
        assert (page.heading == HELLO) is is_taken
        assert is_taken or WRONG in page.text

    @pytest.mark.section("RFC 6238 §5.2")
    def test_a_code_is_taken_once(self, app: Flask, alice: Person, phone: Phone, clock: Clock) -> None:
        code = phone.shows()
        assert shown(types(alice.browser, signs_in(alice), code)).heading == HELLO
        thief, page = stranger(app, alice, 66)
        page = shown(types(thief, page, code))
        assert (page.status, WRONG in page.text) == (422, True)
        assert WRONG in shown(types(thief, page, phone.shows(-1))).text, "an older one neither"
        clock.moves(30)
        assert shown(types(thief, page, phone.shows())).heading == HELLO

    def test_where_somebody_was_going_they_arrive(self, alice: Person, phone: Phone) -> None:
        page = shown(alice.browser.open("/account/password"))
        typed = {"email": alice.email, "password": alice.password}
        page = shown(alice.browser.submit(page, form=page.form("password"), **typed))
        assert shown(types(alice.browser, page, phone.shows())).heading == "Change your password"

    def test_confirming_that_it_is_still_you_takes_both(
        self, shop: RelyingApp, alice: Person, phone: Phone, clock: Clock
    ) -> None:
        types(alice.browser, signs_in(alice), phone.shows())
        clock.moves(600)
        visit = shop.asks(prompt="login").seen_by(alice).signs_in()
        assert visit.page.heading == "Enter your code"
        visit.at = types(alice.browser, visit.at, phone.shows())
        claims = visit.allows().redeems().claims
        assert (claims["auth_time"], claims["acr"]) == (clock.now(), "urn:portico:acr:2")

    def test_whoever_has_no_app_is_asked_for_none(self, bob: Person, phone: Phone) -> None:
        assert signs_in(bob).heading == "Hello, Bob Example"


class TestNoWayRound:
    @pytest.mark.incident("CVE-2025-64103")
    @pytest.mark.incident("CVE-2026-9091")
    def test_the_password_alone_opens_nothing(self, shop: RelyingApp, alice: Person, phone: Phone) -> None:
        """Their own choice counts, whether or not this house or an app asks for it."""
        visit = shop.asks().seen_by(alice).signs_in()
        waiting = visit.page.form("code").fields["for"]
        assert alice.browser.cookie("portico_session") is None
        for path in ("/account", "/account/authenticator", f"/authorize/{waiting}", f"/consent?for={waiting}"):
            assert shown(alice.browser.open(path)).heading == "Sign in"
        assert shop.asks(prompt="none").seen_by(alice).error == "login_required"

    @pytest.mark.incident("CVE-2026-49448")
    @pytest.mark.parametrize("sent", [{}, {"code": ""}, {"code": "      "}, {"code": "000"}, {"code": "null"}])
    def test_an_empty_form_passes_nothing(self, alice: Person, phone: Phone, sent: dict[str, str]) -> None:
        fields = signs_in(alice).form("code").fields
        del fields["code"]
        for _ in range(6):
            page = shown(alice.browser.post("/signin/code", {**fields, **sent}))
            assert (page.status, page.heading) == (422, "Enter your code")
            assert "Type the six digits that your app shows now." in page.text
        assert shown(types(alice.browser, page, phone.shows())).heading == HELLO, "none of them was a guess"

    @pytest.mark.incident("CVE-2026-49448")
    @pytest.mark.parametrize("sent", [{}, {"recovery_code": ""}, {"recovery_code": "-----"}])
    def test_an_empty_recovery_form_neither(self, alice: Person, phone: Phone, sent: dict[str, str]) -> None:
        page = shown(alice.browser.open(signs_in(alice).read.links["a recovery code"]))
        fields = page.form("recovery_code").fields
        del fields["recovery_code"]
        page = shown(alice.browser.post("/signin/recovery", {**fields, **sent}))
        assert (page.status, page.heading) == (422, "Use a recovery code")

    def test_a_form_of_another_making_passes_nothing(self, alice: Person, phone: Phone) -> None:
        fields = {**signs_in(alice).form("code").fields, "code": phone.shows(), "csrf_token": ""}
        assert shown(alice.browser.post("/signin/code", fields)).status == 400
        assert alice.browser.cookie("portico_session") is None

    def test_a_half_sign_in_belongs_to_its_browser(self, app: Flask, alice: Person, phone: Phone) -> None:
        """A link to it brings nobody into a stranger's account, and no stranger into theirs."""
        url = signs_in(alice).url
        other = Browser(app)
        assert shown(other.open(url)).heading == "Sign in"
        fields = shown(other.open("/signin")).form("password").fields
        half = url.partition("half=")[2]
        page = shown(other.post("/signin/code", {**fields, "half": half, "code": phone.shows()}))
        assert page.heading == "Sign in"
        assert other.cookie("portico_session") is None

    @pytest.mark.parametrize("half", ["", "x", "x" * 22, "\x00" * 22, "x" * 5000])
    def test_what_is_no_half_sign_in_leads_to_the_beginning(self, alice: Person, half: str) -> None:
        assert shown(alice.browser.open(f"/signin/code?half={half}")).heading == "Sign in"

    def test_it_ends_after_ten_minutes(self, alice: Person, phone: Phone, clock: Clock) -> None:
        page = signs_in(alice)
        clock.moves(600)
        assert shown(types(alice.browser, page, phone.shows())).heading == "Sign in"

    def test_it_ends_with_a_new_password(self, app: Flask, alice: Person, phone: Phone, clock: Clock) -> None:
        """Whoever knows the old one and holds the phone just then is too late."""
        thief, page = stranger(app, alice, 66)
        types(alice.browser, signs_in(alice), phone.shows())
        change = shown(alice.browser.open("/account/password"))
        typed = {"password": alice.password, "new_password": "Violet-kettle-42", "confirm_password": "Violet-kettle-42"}
        alice.browser.submit(change, form=change.form("new_password"), **typed)
        clock.moves(30)
        assert shown(types(thief, page, phone.shows())).heading == "Sign in"
        assert thief.cookie("portico_session") is None

    @pytest.mark.incident("CVE-2025-53942")
    def test_an_account_put_on_hold_meanwhile_stays_on_hold(self, alice: Person, phone: Phone) -> None:
        page = signs_in(alice)
        with alice.server.app_context(), base.unit_of_work():
            users.become(str(alice.user_id), users.SUSPENDED, 1)
        page = shown(types(alice.browser, page, phone.shows()))
        assert (page.status, page.heading) == (403, "This account is on hold")
        assert alice.browser.cookie("portico_session") is None

    def test_an_app_turned_off_meanwhile_lets_nobody_in_by_half(self, alice: Person, phone: Phone) -> None:
        page = signs_in(alice)
        with alice.server.app_context():
            account = users.by_id(str(alice.user_id))
            assert account
            with base.unit_of_work():
                assert second_factor.turn_off(account, 1)
        assert shown(types(alice.browser, page, phone.shows())).heading == "Sign in"
        assert signs_in(alice).heading == HELLO

    def test_a_second_press_signs_nobody_in_twice(self, app: Flask, alice: Person, phone: Phone, clock: Clock) -> None:
        page = signs_in(alice)
        types(alice.browser, page, phone.shows())
        alice.signs_out()
        clock.moves(30)
        assert shown(types(alice.browser, page, phone.shows())).heading == "Sign in"

    def test_what_an_app_asked_after_the_password_was_typed_is_not_met_by_it(
        self, shop: RelyingApp, alice: Person, phone: Phone, clock: Clock
    ) -> None:
        page = signs_in(alice)
        clock.moves(60)
        waiting = shop.asks(prompt="login").seen_by(alice).page.form("password").fields["for"]
        fields = {**page.form("code").fields, "for": waiting, "code": phone.shows()}
        assert shown(alice.browser.post("/signin/code", fields)).heading == "Confirm it’s you"


class TestRecoveryCodes:
    def test_one_lets_in_once_and_says_how_many_are_left(
        self, app: Flask, shop: RelyingApp, alice: Person, phone: Phone, mailbox: Mailbox
    ) -> None:
        visit = shop.asks().seen_by(alice).signs_in()
        page = shown(types_recovery(alice.browser, visit.at, phone.paper[0].lower().replace("-", " ")))
        assert "You have 9 recovery codes left." in page.text
        assert mailbox.newest(alice.email).kind == "recovery_code_used"
        visit.at = alice.browser.open(page.read.links["Continue"])
        claims = visit.allows().redeems().claims
        assert (claims["amr"], claims["acr"]) == (["pwd", "otp", "mfa"], "urn:portico:acr:2")
        thief, page = stranger(app, alice, 66)
        page = shown(types_recovery(thief, page, phone.paper[0]))
        assert (page.status, WRONG in page.text) == (422, True)

    def test_the_last_three_warn(self, app: Flask, alice: Person, phone: Phone) -> None:
        for code in phone.paper[:7]:
            page = shown(types_recovery(*stranger(app, alice, 5), code))
            assert "new recovery codes" not in page.read.links or "3 recovery codes" in page.text
        assert "You have 3 recovery codes left." in page.text
        assert "new recovery codes" in page.read.links

    def test_codes_of_another_person_are_none(self, alice: Person, bob: Person, phone: Phone) -> None:
        bobs = Phone.of(bob)
        page = shown(types_recovery(alice.browser, signs_in(alice), bobs.paper[0]))
        assert WRONG in page.text


def test_what_is_half_is_cleared_away(app: Flask, alice: Person, phone: Phone, clock: Clock) -> None:
    signs_in(alice)
    clock.moves(600)
    with app.app_context(), base.unit_of_work():
        assert half_sign_ins.delete_expired(clock.now(), 10) == 1
    with app.app_context():
        assert base.db.session.execute(text("SELECT count(*) FROM half_sign_ins")).scalar_one() == 0
