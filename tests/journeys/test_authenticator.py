"""People set up an authenticator app in their account, keep its recovery codes, and turn it off again."""

import re
from base64 import b32decode

import pytest
from flask import Flask
from sqlalchemy import text

from idp.accounts import totp
from idp.store import audit, base
from tests.clocks import Clock
from tests.mailbox import Mailbox
from tests.people import Person
from tests.phones import Phone, types, types_recovery
from tests.signing_up import shown, signs_in
from tests.web_browser import Browser, Page

HELLO = "Hello, Alice Example"
CODE = re.compile(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}\b")


def begins(person: Person) -> Page:
    """From the account to the picture of the key."""
    page = shown(person.browser.open("/account/authenticator"))
    page = shown(person.browser.open(page.read.links["Set up"]))
    return shown(person.browser.submit(page, "Continue"))


def key_on(page: Page) -> bytes:
    found = re.search(r'<code id="key">([A-Z2-7 ]+)</code>', page.html)
    assert found
    return b32decode(found[1].replace(" ", ""))


def sets_up(person: Person, clock: Clock) -> tuple[Phone, Page]:
    """The whole way; the page of the recovery codes is what they look at now."""
    page = begins(person)
    phone = Phone(key_on(page))
    page = shown(types(person.browser, page, phone.shows()))
    phone.paper = CODE.findall(page.text)
    clock.moves(30)
    return phone, page


def events(person: Person) -> list[str]:
    with person.server.app_context():
        found = audit.events_of(str(person.user_id), 20)
        base.db.session.remove()
    return found


class TestSettingUp:
    def test_from_the_account_to_a_sign_in_that_asks_for_the_code(
        self, alice: Person, mailbox: Mailbox, clock: Clock
    ) -> None:
        signs_in(alice)
        phone, page = sets_up(alice, clock)
        assert page.heading == "Save your recovery codes"
        assert len(set(phone.paper)) == 10
        assert mailbox.newest(alice.email).kind == "authenticator_added"
        assert "Firefox on Linux" in str(mailbox.newest().letter.paragraphs)
        page = shown(alice.browser.open(page.read.links["I saved them"]))
        assert page.heading == "Authenticator app"
        assert "10 of ten left" in page.text
        alice.signs_out()
        page = signs_in(alice)
        assert page.heading == "Enter your code"
        assert shown(types(alice.browser, page, phone.shows())).heading == HELLO

    def test_the_page_shows_a_picture_of_its_own_and_the_key(self, alice: Person) -> None:
        signs_in(alice)
        page = begins(alice)
        assert 'src="data:image/svg+xml' in page.html
        assert "img-src 'self' data:" in page.response.headers["Content-Security-Policy"]
        assert page.response.headers["Cache-Control"] == "no-store"
        link = page.read.links["Open the app"]
        assert link.startswith("otpauth://totp/Portico:alice@example.org?secret=")
        assert totp.as_text(key_on(page)).replace(" ", "") in link

    def test_loading_the_page_again_shows_the_same_key(self, alice: Person) -> None:
        signs_in(alice)
        page = begins(alice)
        assert key_on(shown(alice.browser.open("/account/authenticator/key"))) == key_on(page)

    def test_another_session_is_shown_no_key_that_waits(self, alice: Person) -> None:
        signs_in(alice)
        begins(alice)
        other = alice.elsewhere()
        signs_in(other)
        assert shown(other.browser.open("/account/authenticator/key")).heading == "Authenticator app"

    def test_a_wrong_code_changes_nothing(self, alice: Person) -> None:
        signs_in(alice)
        page = begins(alice)
        phone = Phone(key_on(page))
        page = shown(types(alice.browser, page, phone.wrong()))
        assert (page.status, "That code didn’t work." in page.text) == (422, True)
        assert key_on(page) == phone.key, "the same picture, for the next try"
        alice.signs_out()
        assert signs_in(alice).heading == HELLO

    def test_a_second_press_shows_no_other_codes(self, alice: Person, clock: Clock) -> None:
        signs_in(alice)
        page = begins(alice)
        code = Phone(key_on(page)).shows()
        types(alice.browser, page, code)
        assert shown(types(alice.browser, page, code)).heading == "Authenticator app"

    def test_the_session_has_a_new_cookie_and_is_as_sure_as_both_proofs(
        self, app: Flask, alice: Person, clock: Clock
    ) -> None:
        signs_in(alice)
        before = str(alice.browser.cookie("portico_session"))
        sets_up(alice, clock)
        assert alice.browser.cookie("portico_session") != before
        with app.app_context():
            row = base.db.session.execute(text("SELECT amr, acr FROM browser_sessions")).one()
        assert tuple(row) == ("pwd otp mfa", "urn:portico:acr:2")
        thief = Browser(app)
        thief.client.set_cookie("portico_session", before, domain="127.0.0.1")
        assert shown(thief.open("/account")).heading == "Sign in"

    def test_whoever_signed_in_long_ago_confirms_it_first_and_comes_back(self, alice: Person, clock: Clock) -> None:
        signs_in(alice)
        clock.moves(901)
        page = shown(alice.browser.open("/account/authenticator"))
        page = shown(alice.browser.open(page.read.links["Set up"]))
        assert page.heading == "Confirm it’s you"
        page = shown(alice.browser.submit(page, form=page.form("password"), password=alice.password))
        assert page.heading == "Set up an authenticator app"

    def test_where_it_is_not_offered_nobody_sets_one_up(self, app: Flask, alice: Person) -> None:
        house = app.extensions["portico"]
        off = house.settings.second_factor.model_copy(update={"authenticator": False})
        settings = house.settings.model_copy(update={"second_factor": off})
        app.extensions["portico"] = type(house)(**{**vars(house), "settings": settings})
        signs_in(alice)
        assert "not offered here" in shown(alice.browser.open("/account/authenticator")).text
        assert shown(alice.browser.open("/account/authenticator/new")).heading == "Authenticator app"
        phone = Phone.of(alice)
        alice.signs_out()
        assert shown(types(alice.browser, signs_in(alice), phone.shows())).heading == HELLO, "who has one goes on"


class TestRecoveryCodes:
    def test_they_come_as_a_file_too(self, alice: Person, clock: Clock) -> None:
        signs_in(alice)
        phone, page = sets_up(alice, clock)
        file = shown(alice.browser.submit(page, "Download"))
        assert file.response.mimetype == "text/plain"
        assert file.response.headers["Content-Disposition"] == 'attachment; filename="recovery-codes.txt"'
        assert file.response.headers["Cache-Control"] == "no-store"
        lines = file.html.splitlines()
        assert lines[0] == "Recovery codes for Portico (alice@example.org)"
        assert lines[3:13] == phone.paper

    def test_they_are_shown_once(self, alice: Person, clock: Clock) -> None:
        signs_in(alice)
        phone, _ = sets_up(alice, clock)
        for path in ("/account/authenticator", "/account/authenticator/codes", "/account/authenticator/key"):
            page = shown(alice.browser.open(path))
            assert not [code for code in phone.paper if code in page.html]

    @pytest.mark.parametrize("codes", ["", "x", "AQAB" * 40])
    def test_nobody_puts_words_into_the_file(self, alice: Person, clock: Clock, codes: str) -> None:
        signs_in(alice)
        _, page = sets_up(alice, clock)
        fields = {**page.form("codes").fields, "codes": codes}
        assert shown(alice.browser.post("/account/authenticator/codes.txt", fields)).status == 400

    def test_the_page_of_one_session_gives_no_file_to_another(self, alice: Person, bob: Person, clock: Clock) -> None:
        signs_in(alice)
        _, page = sets_up(alice, clock)
        sealed = page.form("codes").fields["codes"]
        signs_in(bob)
        fields = {**shown(bob.browser.open("/account/authenticator/new")).form().fields, "codes": sealed}
        assert shown(bob.browser.post("/account/authenticator/codes.txt", fields)).status == 400

    def test_new_ones_end_the_old_ones(self, app: Flask, alice: Person, mailbox: Mailbox, clock: Clock) -> None:
        phone = Phone.of(alice)
        types(alice.browser, signs_in(alice), phone.shows())
        page = shown(alice.browser.open("/account/authenticator"))
        page = shown(alice.browser.open(page.read.links["Make new codes"]))
        page = shown(alice.browser.submit(page, "Make new codes"))
        new = CODE.findall(page.text)
        assert "The old ones don’t work any more." in page.text
        assert len(set(new) - set(phone.paper)) == 10
        assert mailbox.newest(alice.email).kind == "recovery_codes_made"
        other = Browser(app)
        page = shown(types_recovery(other, signs_in(alice, other), phone.paper[0]))
        assert page.status == 422
        assert shown(types_recovery(other, signs_in(alice, other), new[0])).heading == "You used a recovery code"


class TestTurningOff:
    def test_it_is_asked_and_told(self, app: Flask, alice: Person, mailbox: Mailbox) -> None:
        phone = Phone.of(alice)
        types(alice.browser, signs_in(alice), phone.shows())
        page = shown(alice.browser.open("/account/authenticator/off"))
        assert page.heading == "Turn off the authenticator app?"
        page = shown(alice.browser.submit(page, "Turn off"))
        assert "The authenticator app is off." in page.text
        assert mailbox.newest(alice.email).kind == "authenticator_removed"
        assert events(alice)[0] == "authenticator_removed"
        assert signs_in(alice, Browser(app)).heading == HELLO

    @pytest.mark.incident("CVE-2026-9091")
    @pytest.mark.parametrize("path", ["off", "codes"])
    def test_the_password_alone_changes_nothing_of_it(self, app: Flask, alice: Person, clock: Clock, path: str) -> None:
        """On a device that leaves out the code, too: it is asked for here."""
        phone = Phone.of(alice)
        types(alice.browser, signs_in(alice, remember="1"), phone.shows(), trust=True)
        alice.signs_out()
        clock.moves(30)
        assert signs_in(alice).heading == HELLO, "the device is trusted"
        page = shown(alice.browser.open(f"/account/authenticator/{path}"))
        assert page.heading == "Enter your code"
        page = shown(types(alice.browser, page, phone.shows()))
        assert page.heading in ("Turn off the authenticator app?", "Make new recovery codes?")

    def test_a_recovery_code_does_for_whoever_lost_the_phone(self, app: Flask, alice: Person, clock: Clock) -> None:
        phone = Phone.of(alice)
        types(alice.browser, signs_in(alice, remember="1"), phone.shows(), trust=True)
        alice.signs_out()
        signs_in(alice)
        page = shown(alice.browser.open("/account/authenticator/off"))
        page = shown(types_recovery(alice.browser, page, phone.paper[3]))
        page = shown(alice.browser.open(page.read.links["Continue"]))
        assert page.heading == "Turn off the authenticator app?"

    def test_without_one_there_is_nothing_to_turn_off(self, alice: Person) -> None:
        signs_in(alice)
        for path in ("off", "codes"):
            assert shown(alice.browser.open(f"/account/authenticator/{path}")).heading == "Authenticator app"


def test_nobody_else_sees_any_of_it(alice: Person) -> None:
    for path in ("", "/new", "/key", "/codes", "/off"):
        assert shown(alice.browser.open(f"/account/authenticator{path}")).heading == "Sign in"
