"""Every lie about a passkey, told to the server: none of them signs anybody in."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import text

from idp.accounts import passkeys as rules
from idp.settings.load import Settings
from idp.store import base
from tests.clocks import Clock
from tests.mailbox import Mailbox
from tests.people import Person
from tests.signing_up import shown
from tests.soft_authenticator import BACKED_UP, ELIGIBLE, PRESENT, VERIFIED, Lies, SoftAuthenticator
from tests.web_browser import Browser
from tests.with_passkeys import (
    HELLO,
    ISSUER,
    asks,
    at_a_domain,
    authenticator,
    events_of,
    has_passkey,
    is_refused,
    options_of,
    passkey_form,
    signs_in_by_passkey,
)


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return at_a_domain(settings)


@pytest.fixture
def device(alice: Person) -> SoftAuthenticator:
    """Alice's, on which she has a passkey."""
    return has_passkey(alice, authenticator())


class TestLies:
    @pytest.mark.incident("CVE-2026-8830")
    @pytest.mark.parametrize(
        "lies",
        [
            Lies(flags=PRESENT),
            Lies(flags=VERIFIED),
            Lies(flags=PRESENT | VERIFIED | BACKED_UP),
            Lies(flags=PRESENT | VERIFIED | ELIGIBLE),
            Lies(rp_id="example.org"),
            Lies(client={"origin": "https://evil.example"}),
            Lies(client={"type": "webauthn.create"}),
            Lies(client={"crossOrigin": True}),
            Lies(client={"challenge": "A" * 43}),
            Lies(sign=lambda _octets: b"\x30\x06\x02\x01\x01\x02\x01\x01"),
            Lies(response={"userHandle": None}),
            Lies(response={"userHandle": "A" * 22}),
            Lies(response={"signature": "A" * 2000}),
            Lies(members={"type": "password"}),
        ],
        ids=lambda lies: repr(lies)[5:60],
    )
    def test_each_lie_by_itself_signs_nobody_in(self, alice: Person, device: SoftAuthenticator, lies: Lies) -> None:
        assert is_refused(shown(signs_in_by_passkey(alice, device, lies)))
        assert shown(signs_in_by_passkey(alice, device)).heading == HELLO

    def test_a_challenge_is_answered_once_even_with_a_lie(self, alice: Person, device: SoftAuthenticator) -> None:
        page = shown(alice.browser.open("/signin"))
        form, options = passkey_form(page)
        asked = options_of(alice.browser, form, options)
        forged = device.signs(asked, Lies(sign=lambda _octets: b"nothing"))
        assert is_refused(shown(alice.browser.submit(page, form=form, credential=forged)))
        assert is_refused(shown(alice.browser.submit(page, form=form, credential=device.signs(asked))))

    def test_an_answer_is_no_use_a_second_time(self, alice: Person, device: SoftAuthenticator) -> None:
        page = shown(alice.browser.open("/signin"))
        form, options = passkey_form(page)
        answer = device.signs(options_of(alice.browser, form, options))
        assert shown(alice.browser.submit(page, form=form, credential=answer)).heading == HELLO
        alice.signs_out()
        assert is_refused(shown(alice.browser.submit(page, form=form, credential=answer)))

    def test_an_answer_is_no_use_in_another_browser(self, app: Flask, alice: Person, device: SoftAuthenticator) -> None:
        """Sign-in of a victim's browser as the attacker (login CSRF), and of an attacker's as the victim."""
        answer = device.signs(options_of(alice.browser, *passkey_form(shown(alice.browser.open("/signin")))))
        other = Browser(app)
        page = shown(other.open("/signin"))
        assert is_refused(shown(other.submit(page, form=passkey_form(page)[0], credential=answer)))

    def test_a_form_of_another_site_signs_nobody_in(self, alice: Person, device: SoftAuthenticator) -> None:
        page = shown(alice.browser.open("/signin"))
        answer = device.signs(options_of(alice.browser, *passkey_form(page)))
        fields = {**passkey_form(page)[0].fields, "credential": answer}
        there = alice.browser.post("/signin/passkey", fields, Origin="https://evil.example")
        assert is_refused(shown(there))
        answer = alice.browser.client.post(
            f"{ISSUER}/signin/passkey/options", data=fields, headers={"Origin": "https://evil.example"}
        )
        assert answer.status_code == 400

    def test_a_challenge_is_too_old_after_six_minutes(
        self, alice: Person, device: SoftAuthenticator, clock: Clock
    ) -> None:
        page = shown(alice.browser.open("/signin"))
        form, options = passkey_form(page)
        answer = device.signs(options_of(alice.browser, form, options))
        clock.moves(rules.OPEN_FOR)
        assert is_refused(shown(alice.browser.submit(page, form=form, credential=answer)))

    def test_a_passkey_nobody_has_is_unknown(self, alice: Person, device: SoftAuthenticator) -> None:
        page = shown(signs_in_by_passkey(alice, device, Lies(credential=b"never seen")))
        assert is_refused(page)
        assert "data-unknown" in page.html

    @pytest.mark.parametrize("sent", ["", "{}", "[" * 3000, "x" * 12_289, '{"id":"\\ud800"}'])
    def test_no_answer_is_a_fault(self, alice: Person, device: SoftAuthenticator, sent: str) -> None:
        page = shown(alice.browser.open("/signin"))
        assert is_refused(shown(alice.browser.submit(page, form=passkey_form(page)[0], credential=sent)))

    def test_one_challenge_signs_in_once_whoever_else_tries(
        self, app: Flask, alice: Person, device: SoftAuthenticator
    ) -> None:
        page = shown(alice.browser.open("/signin"))
        form, options = passkey_form(page)
        answer = device.signs(options_of(alice.browser, form, options))
        cookie = alice.browser.cookie("portico_browser")
        ready = Barrier(2)

        def tries() -> str:
            browser = Browser(app)
            browser.client.set_cookie("portico_browser", cookie or "", domain="localhost")
            ready.wait(20)
            return shown(browser.submit(page, form=form, credential=answer)).heading

        with ThreadPoolExecutor(2) as pool:
            headings = sorted(found.result() for found in [pool.submit(tries) for _ in range(2)])
        assert headings == [HELLO, "Sign in"]

    def test_a_network_asks_for_a_thousand_challenges_and_no_more(
        self, app: Flask, alice: Person, clock: Clock
    ) -> None:
        form, options = passkey_form(shown(alice.browser.open("/signin")))
        asks(alice.browser, form, options)
        with app.app_context(), base.unit_of_work():
            base.db.session.execute(text("UPDATE throttles SET tries = 1000"))
        answer = asks(alice.browser, form, options)
        assert (answer.status_code, answer.headers["Retry-After"]) == (429, "900")
        assert asks(alice.elsewhere().browser, form, options).status_code == 400  # another browser, another form


@pytest.mark.section("Web Authentication Level 3 §6.1.1")
class TestCounters:
    def test_a_counter_that_does_not_grow_is_refused_and_told(
        self, app: Flask, alice: Person, device: SoftAuthenticator, mailbox: Mailbox
    ) -> None:
        signs_in_by_passkey(alice, device)
        alice.signs_out()
        assert is_refused(shown(signs_in_by_passkey(alice, device, Lies(count=1))))
        assert is_refused(shown(signs_in_by_passkey(alice, device, Lies(count=0))))
        assert events_of(app, alice).count("passkey_refused") == 2
        subject = "We refused a passkey of your Portico account that may have been copied"
        assert mailbox.newest(alice.email).letter.subject == subject

    def test_the_original_that_is_ahead_still_works(self, alice: Person, device: SoftAuthenticator) -> None:
        signs_in_by_passkey(alice, device)
        alice.signs_out()
        assert is_refused(shown(signs_in_by_passkey(alice, device, Lies(count=1))))
        assert shown(signs_in_by_passkey(alice, device)).heading == HELLO

    def test_an_authenticator_that_does_not_count_is_fine(self, alice: Person) -> None:
        device = has_passkey(alice, authenticator(counts=False))
        for _ in range(2):
            assert shown(signs_in_by_passkey(alice, device)).heading == HELLO
            alice.signs_out()

    def test_one_that_stops_counting_is_not(self, alice: Person, device: SoftAuthenticator) -> None:
        signs_in_by_passkey(alice, device)
        alice.signs_out()
        device.counts = False
        assert is_refused(shown(signs_in_by_passkey(alice, device, Lies(count=0))))

    def test_a_wrong_signature_makes_nobody_believe_in_a_copy(
        self, app: Flask, alice: Person, device: SoftAuthenticator, mailbox: Mailbox
    ) -> None:
        signs_in_by_passkey(alice, device)
        alice.signs_out()
        assert is_refused(shown(signs_in_by_passkey(alice, device, Lies(count=0, sign=lambda _octets: b"no"))))
        assert "passkey_refused" not in events_of(app, alice)
        assert "passkey_refused" not in mailbox.kinds(alice.email)
