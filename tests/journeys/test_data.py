"""Data and privacy: what happened, and everything we hold as a file."""

import ast
import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

import idp
from idp import clock as clocks
from idp.accounts import export
from idp.store import audit, base, held
from idp.store.schema import METADATA
from idp.web import activity
from tests.clocks import Clock
from tests.journeys.test_sign_in import WRONG, tries
from tests.mailbox import Mailbox
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.signing_up import shown, signs_in
from tests.web_browser import Browser, Page

IDP = Path(idp.__file__).parent
OF_THE_HOUSE = re.compile(r"(keys|client|initial_token|authenticators|account_deleted)\b")


def downloads(person: Person) -> Page:
    page = shown(person.browser.open("/account/data/download"))
    return shown(person.browser.submit(page, "Download"))


def file_of(person: Person) -> dict[str, Any]:
    response = downloads(person).response
    assert response.headers["Content-Disposition"] == 'attachment; filename="my-data.json"'
    assert response.headers["Cache-Control"] == "no-store"
    assert response.mimetype == "application/json"
    found: dict[str, Any] = json.loads(response.data)
    return found


class TestTheFile:
    def test_everything_is_in_it_in_words_people_can_read(self, shop: RelyingApp, alice: Person, clock: Clock) -> None:
        alice.fills_in(nickname="Al", birthdate="1990-04-01")
        shop.asks("openid email offline_access").seen_by(alice).signs_in(remember=True).allows().redeems()
        file = file_of(alice)
        assert file["provider"] == shop.issuer
        assert file["account"][0]["profile"]["nickname"] == "Al"
        assert file["addresses"][0]["address"] == alice.email
        assert file["password"][0]["changed_at"].endswith("Z")
        assert file["sessions"][0]["user_agent"] == alice.browser.user_agent
        assert file["what_apps_may_see"][0]["client_id"] == "shop"
        assert file["access_of_apps"][0]["offline"]
        assert "signed_in" in {happened["event"] for happened in file["activity"]}
        assert downloads(alice).response.data.startswith(b'{\n  "provider"'), "and laid out for people"

    def test_no_secret_is_in_it(self, app: Flask, shop: RelyingApp, alice: Person) -> None:
        tokens = shop.asks("openid offline_access").seen_by(alice).signs_in().allows().redeems()
        body = downloads(alice).response.get_data(as_text=True)
        with app.app_context():
            secrets = [
                base.db.session.scalar(text("SELECT value FROM credentials")),
                base.db.session.scalar(text("SELECT cookie FROM browser_sessions")),
                alice.browser.cookie("portico_session"),
                tokens.refresh_token,
                tokens.access_token,
            ]
            base.db.session.remove()
        assert all(secret and secret not in body for secret in secrets)

    def test_nothing_of_anybody_else_is_in_it(self, alice: Person, bob: Person) -> None:
        signs_in(bob)
        signs_in(alice)
        body = downloads(alice).response.get_data(as_text=True)
        assert bob.email not in body
        assert str(bob.user_id) not in body

    def test_every_column_about_a_person_is_taken_or_left_out_knowingly(self) -> None:
        """A new table or column is decided about here."""
        about_people = {t.name for t in METADATA.sorted_tables if "user_id" in t.c or t.name == "users"}
        assert about_people == set(held.TAKEN) | held.PASSING
        for name, taken in held.TAKEN.items():
            columns = {column.name for column in METADATA.tables[name].columns}
            known = [*taken.split(), *held.LEFT_OUT.get(name, "").split()]
            assert columns == set(known), name
            assert len(known) == len(set(known)), name

    def test_what_is_taken_is_no_secret(self) -> None:
        secret = {"value", "cookie", "token", "code", "key", "public_key", "credential", "sealed", "secrets", "confirm"}
        assert not [(name, taken) for name, taken in held.TAKEN.items() if secret & set(taken.split())]

    def test_every_table_has_a_title(self) -> None:
        assert set(export.TITLES) == set(held.TAKEN)

    def test_it_takes_a_sign_in_of_a_moment_ago(self, alice: Person, clock: Clock) -> None:
        signs_in(alice)
        clock.moves(16 * 60)
        page = shown(alice.browser.open("/account/data/download"))
        assert page.heading == "Confirm it’s you"
        page = shown(alice.browser.submit(page, form=page.form("password"), password=alice.password))
        assert page.heading == "Download your data"

    def test_a_form_of_another_site_downloads_nothing(self, alice: Person) -> None:
        signs_in(alice)
        page = shown(alice.browser.post("/account/data/download", {"csrf_token": "x"}))
        assert page.status == 400
        assert alice.email not in page.html.replace(f"<bdi>{alice.email}</bdi>", "")

    def test_a_network_that_downloads_without_end_waits(self, app: Flask, alice: Person) -> None:
        signs_in(alice)
        page = shown(alice.browser.open("/account/data/download"))
        statuses = {shown(alice.browser.submit(page, "Download")).status for _ in range(101)}
        assert statuses == {200, 429}


class TestALargeFile:
    @pytest.fixture
    def narrow(self, app: Flask) -> Flask:
        """Nothing comes at once."""
        house = app.extensions["portico"]
        account = house.settings.account.model_copy(update={"inline_export": 10})
        settings = house.settings.model_copy(update={"account": account})
        app.extensions["portico"] = type(house)(**{**vars(house), "settings": settings})
        return app

    def makes(self, app: Flask) -> int:
        house = app.extensions["portico"]
        with app.app_context():
            return export.make_waiting(house.settings, house.sealer, clocks.now())

    def test_it_is_made_in_the_background_and_a_mail_says_so(
        self, narrow: Flask, alice: Person, mailbox: Mailbox
    ) -> None:
        signs_in(alice)
        page = downloads(alice)
        assert "We’re putting your data together." in page.text
        assert "We’re putting it together and will email you." in page.text
        downloads(alice)
        assert self.makes(narrow) == 1, "asked for twice, made once"
        assert self.makes(narrow) == 0
        assert mailbox.kinds(alice.email).count("export_ready") == 1
        page = shown(alice.browser.open(mailbox.newest(alice.email, "export_ready").link))
        assert "Ready until" in page.text
        assert file_of(alice)["addresses"][0]["address"] == alice.email

    def test_it_lies_sealed_and_for_a_day(self, narrow: Flask, alice: Person, clock: Clock) -> None:
        signs_in(alice)
        downloads(alice)
        self.makes(narrow)
        with narrow.app_context():
            sealed = base.db.session.scalar(text("SELECT sealed FROM exports"))
            base.db.session.remove()
        assert alice.email not in sealed
        clock.moves(86400)
        signs_in(alice)
        assert "Ready until" not in shown(alice.browser.open("/account/data")).text
        assert "We’re putting your data together." in downloads(alice).text

    def test_the_link_opens_nothing_for_anybody_else(
        self, narrow: Flask, alice: Person, bob: Person, mailbox: Mailbox
    ) -> None:
        signs_in(alice)
        downloads(alice)
        self.makes(narrow)
        link = mailbox.newest(alice.email, "export_ready").link
        assert shown(Browser(narrow).open(link)).heading == "Sign in"
        signs_in(bob)
        assert "Ready until" not in shown(bob.browser.open(link)).text
        assert "We’re putting your data together." in downloads(bob).text


class TestActivity:
    def test_what_happened_is_told_in_plain_words(self, shop: RelyingApp, alice: Person, clock: Clock) -> None:
        tries(alice.elsewhere().browser, alice.email, WRONG)
        clock.moves(60)
        shop.asks("openid").seen_by(alice).signs_in().allows().redeems()
        page = shown(alice.browser.open("/account/data"))
        for said in (
            "Somebody typed a wrong password",
            "You signed in",
            "You let an app use your account",
            "Photo Box",
        ):
            assert said in page.text
        assert "Firefox on Linux" in page.text
        assert page.text.index("You signed in") < page.text.index("Somebody typed a wrong password"), "newest first"

    def test_it_goes_back_ninety_days_and_no_further(self, app: Flask, alice: Person, clock: Clock) -> None:
        signs_in(alice)
        alice.signs_out()
        clock.moves(91 * 86400)
        signs_in(alice)
        page = shown(alice.browser.open("/account/data"))
        assert "You signed out" not in page.text
        with app.app_context(), base.unit_of_work():
            assert audit.delete_before(clock.now() - 90 * 86400, 100) > 0

    def test_older_events_have_pages_of_their_own(self, app: Flask, alice: Person) -> None:
        signs_in(alice)
        with app.app_context(), base.unit_of_work():
            for number in range(activity.PAGE + 5):
                audit.record("signed_out", clocks.now() + number, user_id=alice.user_id)
        page = shown(alice.browser.open("/account/data"))
        assert page.text.count("You signed out") == activity.PAGE
        older = shown(alice.browser.open(page.read.links["Show older"]))
        assert older.text.count("You signed out") == 5
        assert "You signed in" in older.text
        assert "Show older" not in older.read.links
        assert shown(alice.browser.open("/account/data?before=x%00")).status == 200

    def test_the_activity_of_others_is_not_seen(self, alice: Person, bob: Person) -> None:
        tries(bob.browser, bob.email, WRONG)
        signs_in(alice)
        assert "Somebody typed a wrong password" not in shown(alice.browser.open("/account/data")).text

    def test_every_event_that_is_recorded_has_its_sentence(self, app: Flask) -> None:
        with app.test_request_context():
            said = activity.said()
        assert all(said.values())
        missing = {event for event in recorded_events() if event not in said and not OF_THE_HOUSE.match(event)}
        assert missing == set()


def recorded_events() -> set[str]:
    """The first words of everything called `record`, and the values of every table called EVENTS."""
    found = set()
    for file in IDP.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and node.args:
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                first = node.args[0]
                if name in {"record", "_record"} and isinstance(first, ast.Constant):
                    found.add(str(first.value))
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "EVENTS":
                found |= {
                    str(v.value) for v in ast.walk(node.value) if isinstance(v, ast.Constant) and "." in str(v.value)
                }
    return found
