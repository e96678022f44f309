"""A new passkey: by its person alone, once, as it was asked for, and on no other terms."""

import json

import pytest
from flask import Flask

from idp.accounts import passkeys as rules
from idp.settings.load import Settings
from idp.store import passkeys
from tests.clocks import Clock
from tests.mailbox import Mailbox
from tests.people import Person
from tests.phones import Phone, types
from tests.signing_up import shown, signs_in
from tests.soft_authenticator import BACKED_UP, EDDSA, ES384, PRESENT, RS256, VERIFIED, Lies
from tests.web_browser import Page
from tests.with_passkeys import (
    GOOGLE,
    LIST,
    NEW,
    asks,
    at_a_domain,
    authenticator,
    count_of,
    creates,
    events_of,
    has_passkey,
    options_of,
    passkey_form,
    path_of,
    signs_in_by_passkey,
)

DAY = 86400
FAILED = "That didn’t work. Nothing was saved. Please try again."


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return at_a_domain(settings)


def way(app: Flask, person: Person, what: str) -> str:
    """Where the button of their first passkey leads."""
    with app.app_context():
        return f"{LIST}/{what}?passkey={passkeys.of_user(str(person.user_id))[0].id}"


def press(app: Flask, person: Person, what: str, button: str, **typed: str) -> Page:
    """Follow the button of a row in the list, and press the one of the page it leads to."""
    way_there = way(app, person, what)
    assert way_there in shown(person.browser.open(LIST)).read.links.values()
    return shown(person.browser.submit(shown(person.browser.open(way_there)), button, **typed))


class TestMaking:
    def test_a_new_passkey_stands_in_the_list_and_the_owner_hears_of_it(
        self, app: Flask, alice: Person, mailbox: Mailbox, clock: Clock
    ) -> None:
        signs_in(alice)
        page = shown(creates(alice.browser, authenticator(aaguid=GOOGLE, synced=True)))
        assert path_of(page) == LIST
        assert "Your passkey is saved." in page.text
        assert "Google Password Manager" in page.text
        assert "Synced between your devices" in page.text
        assert "not used yet" in page.text
        assert "passkey_added" in events_of(app, alice)
        assert mailbox.newest(alice.email).letter.subject == "A passkey was added to your Portico account"

    @pytest.mark.parametrize("algorithm", [RS256, EDDSA])
    def test_each_algorithm_that_is_asked_for_will_do(self, alice: Person, algorithm: int) -> None:
        device = has_passkey(alice, authenticator(algorithm=algorithm))
        assert shown(signs_in_by_passkey(alice, device)).heading == "Hello, Alice Example"

    @pytest.mark.parametrize(
        ("what", "lives"),
        [
            ({"synced": True}, "Synced between your devices"),
            ({"transports": ("usb", "nfc")}, "On a security key"),
            ({"transports": ("internal", "hybrid")}, "On one device only"),
        ],
    )
    def test_the_list_says_where_it_lives_and_calls_a_nameless_one_by_the_browser(
        self, alice: Person, what: dict[str, object], lives: str
    ) -> None:
        signs_in(alice)
        page = shown(creates(alice.browser, authenticator(**what)))
        assert f"Firefox on Linux {lives}" in page.text

    @pytest.mark.incident("CVE-2026-8830")
    @pytest.mark.parametrize(
        "lies",
        [
            Lies(flags=PRESENT),
            Lies(flags=PRESENT | VERIFIED | BACKED_UP),
            Lies(client={"origin": "https://evil.example"}),
            Lies(client={"type": "webauthn.get"}),
            Lies(rp_id="evil.example"),
            Lies(client={"challenge": "A" * 43}),
        ],
        ids=["not verified", "backed up without being able to", "origin", "type", "rp", "challenge"],
    )
    def test_what_the_browser_was_asked_for_is_insisted_on(self, app: Flask, alice: Person, lies: Lies) -> None:
        signs_in(alice)
        page = shown(creates(alice.browser, authenticator(), lies))
        assert (page.status, count_of(app, alice)) == (422, 0)
        assert FAILED in page.text

    @pytest.mark.incident("CVE-2026-8830")
    def test_an_algorithm_nobody_asked_for_is_refused(self, app: Flask, alice: Person) -> None:
        signs_in(alice)
        assert FAILED in shown(creates(alice.browser, authenticator(algorithm=ES384))).text
        assert count_of(app, alice) == 0

    @pytest.mark.parametrize("sent", ["", "{}", "null", "x" * 12_289, "\x00", '{"id": "' + "A" * 9000 + '"}'])
    def test_what_is_no_answer_is_told_on_the_same_page(self, app: Flask, alice: Person, sent: str) -> None:
        signs_in(alice)
        page = shown(alice.browser.open(NEW))
        again = shown(alice.browser.submit(page, form=passkey_form(page)[0], credential=sent))
        assert (again.status, again.heading, count_of(app, alice)) == (422, "Create a passkey", 0)

    def test_a_challenge_is_answered_once(self, app: Flask, alice: Person) -> None:
        signs_in(alice)
        device, page = authenticator(), shown(alice.browser.open(NEW))
        form, options = passkey_form(page)
        asked = options_of(alice.browser, form, options)
        alice.browser.submit(page, form=form, credential=device.creates(asked))
        assert FAILED in shown(alice.browser.submit(page, form=form, credential=device.creates(asked))).text
        assert count_of(app, alice) == 1

    def test_a_challenge_of_another_browser_is_none(self, app: Flask, alice: Person) -> None:
        other = alice.elsewhere()
        signs_in(alice)
        signs_in(other)
        form, options = passkey_form(shown(other.browser.open(NEW)))
        answer = authenticator().creates(options_of(other.browser, form, options))
        page = shown(alice.browser.open(NEW))
        assert FAILED in shown(alice.browser.submit(page, form=passkey_form(page)[0], credential=answer)).text
        assert count_of(app, alice) == 0

    def test_a_challenge_of_another_person_in_this_browser_is_none(
        self, app: Flask, alice: Person, bob: Person
    ) -> None:
        signs_in(alice)
        form, options = passkey_form(shown(alice.browser.open(NEW)))
        answer = authenticator().creates(options_of(alice.browser, form, options))
        alice.signs_out()
        signs_in(bob, alice.browser)
        page = shown(alice.browser.open(NEW))
        assert FAILED in shown(alice.browser.submit(page, form=passkey_form(page)[0], credential=answer)).text
        assert (count_of(app, alice), count_of(app, bob)) == (0, 0)

    def test_a_challenge_of_another_purpose_is_none(self, app: Flask, alice: Person) -> None:
        device = has_passkey(alice, authenticator())
        form, options = passkey_form(shown(alice.browser.open("/signin")))
        asked = options_of(alice.browser, form, options)
        signs_in(alice)
        page = shown(alice.browser.open(NEW))
        made = passkey_form(page)
        of_creation = options_of(alice.browser, *made) | {"challenge": asked["challenge"]}
        assert FAILED in shown(alice.browser.submit(page, form=made[0], credential=device.creates(of_creation))).text
        assert count_of(app, alice) == 1

    def test_a_challenge_waits_for_six_minutes(self, app: Flask, alice: Person, clock: Clock) -> None:
        signs_in(alice)
        device, page = authenticator(), shown(alice.browser.open(NEW))
        form, options = passkey_form(page)
        first, second = (options_of(alice.browser, form, options) for _ in range(2))
        clock.moves(rules.OPEN_FOR - 1)
        alice.browser.submit(page, form=form, credential=device.creates(first))
        clock.moves(1)
        assert FAILED in shown(alice.browser.submit(page, form=form, credential=device.creates(second))).text
        assert count_of(app, alice) == 1

    def test_a_credential_belongs_to_one_account(self, app: Flask, alice: Person, bob: Person) -> None:
        """WebAuthn L3 §7.1 step 26: whoever knows its id does not get it registered as theirs."""
        signs_in(alice)
        signs_in(bob)
        device = authenticator()
        creates(alice.browser, device)
        taken = Lies(credential=device.keys[0].id)
        assert FAILED in shown(creates(bob.browser, authenticator(), taken)).text
        assert count_of(app, bob) == 0

    def test_the_device_is_told_what_it_has_already(self, alice: Person) -> None:
        device = has_passkey(alice, authenticator())
        signs_in(alice)
        asked = options_of(alice.browser, *passkey_form(shown(alice.browser.open(NEW))))
        shown_id = json.loads(device.signs({"challenge": asked["challenge"], "rpId": "localhost"}))["id"]
        assert [one["id"] for one in asked["excludeCredentials"]] == [shown_id]

    def test_there_is_room_for_twenty(self, app: Flask, alice: Person) -> None:
        signs_in(alice)
        page = shown(alice.browser.open(NEW))
        for _ in range(rules.MOST):
            creates(alice.browser, authenticator(algorithm=EDDSA), at=page)
        assert FAILED in shown(creates(alice.browser, authenticator(), at=page)).text
        assert count_of(app, alice) == rules.MOST
        assert "You have 20 passkeys" in shown(alice.browser.open(NEW)).text

    def test_it_needs_a_sign_in_of_a_short_while_ago_to_begin_and_none_to_end(
        self, app: Flask, alice: Person, clock: Clock
    ) -> None:
        signs_in(alice)
        page = shown(alice.browser.open(NEW))
        form, options = passkey_form(page)
        clock.moves(15 * 60)
        answer = authenticator().creates(options_of(alice.browser, form, options))
        clock.moves(60)
        assert asks(alice.browser, form, options).status_code == 303
        assert "Your passkey is saved." in shown(alice.browser.submit(page, form=form, credential=answer)).text
        again = shown(alice.browser.open(NEW))
        assert again.heading == "Confirm it’s you"
        there = alice.browser.submit(again, form=again.form("password"), password=alice.password)
        assert shown(there).heading == "Create a passkey"

    def test_whoever_has_an_authenticator_app_proves_that_first(self, alice: Person, clock: Clock) -> None:
        phone = Phone.of(alice)
        device = authenticator()
        types(alice.browser, signs_in(alice), phone.shows())
        creates(alice.browser, device)
        alice.signs_out()
        clock.moves(60)
        page = signs_in(alice)
        assert page.heading == "Enter your code"
        assert shown(alice.browser.open(NEW)).heading == "Sign in"

    def test_the_script_is_told_when_nobody_is_signed_in_any_more(self, alice: Person) -> None:
        signs_in(alice)
        page = shown(alice.browser.open(NEW))
        alice.signs_out()
        assert asks(alice.browser, *passkey_form(page)).status_code == 303

    def test_options_are_for_our_own_forms_alone(self, alice: Person) -> None:
        signs_in(alice)
        form, options = passkey_form(shown(alice.browser.open(NEW)))
        form.fields["csrf_token"] = "made up"
        assert asks(alice.browser, form, options).status_code == 400
