"""A person's passkeys in their account: seen, named, removed, and never the last way in."""

import json
from dataclasses import replace

import pytest
from flask import Flask

from idp.settings.load import Settings
from idp.store import passkeys
from tests.clocks import Clock
from tests.coming import linked
from tests.emulators.other_provider import OtherProvider, furnished
from tests.mailbox import Mailbox
from tests.people import Person
from tests.phones import Phone, types
from tests.signing_up import shown, signs_in
from tests.web_browser import Page
from tests.with_passkeys import (
    ISSUER,
    LIST,
    NEW,
    at_a_domain,
    authenticator,
    count_of,
    creates,
    events_of,
    has_passkey,
    path_of,
    signs_in_by_passkey,
    uses,
    without_password,
)

DAY = 86400
FAILED = "That didn’t work. Nothing was saved. Please try again."


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return at_a_domain(settings)


def changes_settings(app: Flask, section: str, **values: object) -> None:
    """The operator decides otherwise, and reloads."""
    house = app.extensions["portico"]
    changed = getattr(house.settings, section).model_copy(update=values)
    app.extensions["portico"] = replace(house, settings=house.settings.model_copy(update={section: changed}))


def way(app: Flask, person: Person, what: str) -> str:
    """Where the button of their first passkey leads."""
    with app.app_context():
        return f"{LIST}/{what}?passkey={passkeys.of_user(str(person.user_id))[0].id}"


def press(app: Flask, person: Person, what: str, button: str, **typed: str) -> Page:
    """Follow the button of a row in the list, and press the one of the page it leads to."""
    way_there = way(app, person, what)
    assert way_there in shown(person.browser.open(LIST)).read.links.values()
    return shown(person.browser.submit(shown(person.browser.open(way_there)), button, **typed))


class TestNaming:
    def test_a_passkey_has_the_name_its_person_gives_it(self, app: Flask, alice: Person) -> None:
        signs_in(alice)
        creates(alice.browser, authenticator())
        page = press(app, alice, "rename", "Save", name="  My   <b>phone</b> ")
        assert "The passkey has a new name." in page.text
        assert "My <b>phone</b>" in page.text

    @pytest.mark.parametrize(
        ("name", "said"),
        [("  ", "Give it a name"), ("x" * 65, "Use no more than 64 characters."), ("a\u202eb", "seen")],
    )
    def test_a_name_can_be_read_and_fits(self, app: Flask, alice: Person, name: str, said: str) -> None:
        signs_in(alice)
        creates(alice.browser, authenticator())
        page = press(app, alice, "rename", "Save", name=name)
        assert page.status == 422
        assert said in page.text

    @pytest.mark.parametrize("what", ["rename", "remove"])
    def test_nobody_reaches_the_passkey_of_somebody_else(
        self, app: Flask, alice: Person, bob: Person, what: str
    ) -> None:
        has_passkey(alice, authenticator())
        signs_in(bob)
        creates(bob.browser, authenticator())
        with app.app_context():
            theirs = passkeys.of_user(str(alice.user_id))[0]
        assert path_of(shown(bob.browser.open(way(app, alice, what)))) == LIST
        form = shown(bob.browser.open(way(app, bob, what))).form("passkey")
        form.fields |= {"passkey": theirs.id, "name": "mine"}
        bob.browser.post(f"{LIST}/{what}", form.fields)
        with app.app_context():
            assert passkeys.of_user(str(alice.user_id)) == (theirs,)


class TestRemoving:
    def test_a_removed_passkey_lets_nobody_in_and_the_owner_hears_of_it(
        self, app: Flask, alice: Person, mailbox: Mailbox
    ) -> None:
        device = has_passkey(alice, authenticator())
        signs_in(alice)
        page = press(app, alice, "remove", "Remove")
        assert "The passkey is removed." in page.text
        assert "passkey_removed" in events_of(app, alice)
        assert mailbox.newest(alice.email).letter.subject == "A passkey was removed from your Portico account"
        alice.signs_out()
        page = shown(signs_in_by_passkey(alice, device))
        assert (page.heading, page.url.rpartition("passkey=")[2]) == ("Sign in", "unknown")

    def test_the_only_way_in_stays(self, app: Flask, alice: Person) -> None:
        signs_in(alice)
        creates(alice.browser, authenticator())
        without_password(app, alice)
        page = press(app, alice, "remove", "Remove")
        assert page.status == 422
        assert "This is your only way to sign in. Set a password or add another passkey first." in page.text
        assert count_of(app, alice) == 1

    @pytest.mark.parametrize("other", ["passkey", "provider", "provider that is off", "mail"])
    def test_what_else_is_a_way_in(self, app: Flask, alice: Person, other: str) -> None:
        signs_in(alice)
        creates(alice.browser, authenticator())
        without_password(app, alice)
        if other == "passkey":
            creates(alice.browser, authenticator())
        elif other == "mail":
            changes_settings(app, "sign_in", mailed_code=True)
        else:
            provider = OtherProvider("other", "Other", "https://other.example")
            linked(alice, furnished(app, provider) if other == "provider" else provider, provider.knows("1"))
        before, goes = count_of(app, alice), other != "provider that is off"
        assert press(app, alice, "remove", "Remove").status == (200 if goes else 422)
        assert count_of(app, alice) == before - goes

    def test_it_is_asked_for_again_after_a_quarter_of_an_hour(self, app: Flask, alice: Person, clock: Clock) -> None:
        signs_in(alice)
        creates(alice.browser, authenticator())
        clock.moves(15 * 60 + 1)
        again = shown(alice.browser.open(way(app, alice, "remove")))
        assert again.heading == "Confirm it’s you"
        there = alice.browser.submit(again, form=again.form("password"), password=alice.password)
        assert path_of(shown(there)) == LIST
        assert count_of(app, alice) == 1


class TestWithoutPassword:
    def test_a_person_with_a_passkey_may_do_without_a_password(
        self, app: Flask, alice: Person, mailbox: Mailbox
    ) -> None:
        device = has_passkey(alice, authenticator())
        signs_in(alice)
        there = shown(alice.browser.open("/account/password/remove"))
        page = shown(alice.browser.submit(there, "Remove password"))
        assert "Your password is removed." in page.text
        assert "No password" in page.text
        assert mailbox.newest(alice.email).letter.subject == "The password was removed from your Portico account"
        assert "password_removed" in events_of(app, alice)
        alice.signs_out()
        assert "don’t match" in signs_in(alice).text
        assert shown(signs_in_by_passkey(alice, device)).heading == "Hello, Alice Example"

    def test_nobody_without_a_passkey_loses_the_password(self, app: Flask, alice: Person) -> None:
        signs_in(alice)
        there = shown(alice.browser.open("/account/password/remove"))
        page = shown(alice.browser.submit(there, "Remove password"))
        assert (page.status, "only way to sign in" in page.text) == (422, True)
        alice.signs_out()
        assert signs_in(alice).heading == "Hello, Alice Example"

    def test_a_lost_passkey_is_made_up_for_by_mail(self, app: Flask, alice: Person, mailbox: Mailbox) -> None:
        """A new password by the mailed link; then the lost one can go."""
        has_passkey(alice, authenticator())
        without_password(app, alice)
        page = shown(alice.browser.open("/forgot"))
        alice.browser.submit(page, form=page.form("email"), email=alice.email)
        page = shown(alice.browser.open(mailbox.newest(alice.email).link))
        typed = {"new_password": "Orange-teapot-43", "confirm_password": "Orange-teapot-43"}
        assert "Your password is changed." in shown(alice.browser.submit(page, form=page.form("token"), **typed)).text
        page = press(app, alice, "remove", "Remove")
        assert "The passkey is removed." in page.text

    def test_they_confirm_that_it_is_them_by_their_passkey(self, app: Flask, alice: Person, clock: Clock) -> None:
        device = has_passkey(alice, authenticator())
        without_password(app, alice)
        signs_in_by_passkey(alice, device)
        clock.moves(15 * 60 + 1)
        page = shown(alice.browser.open(NEW))
        assert page.heading == "Confirm it’s you"
        assert not any("password" in form.names for form in page.read.forms)
        assert shown(uses(alice.browser, device, page)).heading == "Create a passkey"


class TestPages:
    def test_the_page_shows_all_that_a_person_proves_themselves_by(self, alice: Person, clock: Clock) -> None:
        phone = Phone.of(alice)
        types(alice.browser, signs_in(alice), phone.shows())
        page = shown(alice.browser.open(LIST))
        for words in (
            "Passkeys",
            "You have none yet.",
            "Password Changed",
            "Authenticator app On since",
            "10 of ten left",
        ):
            assert words in page.text

    def test_password_managers_find_where_passkeys_are(self, app: Flask) -> None:
        answer = app.test_client().get(f"{ISSUER}/.well-known/passkey-endpoints")
        assert (answer.status_code, answer.mimetype) == (200, "application/json")
        assert json.loads(answer.data) == {"enroll": f"{ISSUER}{NEW}", "manage": f"{ISSUER}{LIST}"}

    def test_the_browsers_own_list_is_kept_in_step(self, alice: Person) -> None:
        device = has_passkey(alice, authenticator())
        signs_in(alice)
        page = shown(alice.browser.open(LIST))
        credential = json.loads(device.signs({"challenge": "A", "rpId": "localhost"}))["id"]
        assert f'data-accepted="{credential}"' in page.html
        assert f'data-user="{alice.user_id}"' in page.html
