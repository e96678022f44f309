"""Whose app it is: nobody else sees or changes it, by any address of the console; and who may have apps at all."""

from dataclasses import replace

import pytest
from flask import Flask

from idp.settings.developers import Developers
from idp.settings.load import Settings
from idp.store import app_owners, base, clients
from idp.web.developers import is_among
from tests.clocks import Clock
from tests.developers.console import Developer, fills_in, open_to, owned
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.signing_up import shown, signs_in
from tests.web_browser import Page

MINUTE = 60


def routes_of_an_app(app: Flask) -> list[tuple[str, str]]:
    """Every address below /developers that is about one app, with each method it takes."""
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/developers/<")]
    return [(rule.rule, method) for rule in rules for method in sorted({"GET", "POST"} & set(rule.methods or ()))]


@pytest.mark.incident("CVE-2026-91998")
def test_to_everybody_else_no_address_of_an_app_exists(app: Flask, dev: Developer, bob: Person) -> None:
    """Every route there is, also those of other doors; with a token of the other person's own form."""
    signs_in(bob)
    token = shown(bob.browser.open("/developers/new")).form("client_name").fields["csrf_token"]
    before, tried = dev.app, routes_of_an_app(app)
    assert len(tried) >= 14
    fields = {
        "csrf_token": token,
        "client_name": dev.app.metadata.client_name,
        "kind": "web",
        "redirect_uris": "https://evil.example/cb",
        "contacts": bob.email,
        "email": bob.email,
        "who": str(dev.person.user_id),
        "jwks_uri": "https://evil.example/jwks",
        "seen": "",
    }
    for rule, method in tried:
        path = rule.replace("<client_id>", dev.client_id).replace("<path:client_id>", dev.client_id)
        answer = bob.browser.open(path) if method == "GET" else bob.browser.post(path, fields)
        assert shown(answer).status == 404, (method, path)
        assert "Photo Box" not in shown(answer).text
    logo = bob.browser.post("/developers/logo", {"csrf_token": token, "client_id": dev.client_id})
    assert shown(logo).status == 404
    assert dev.app == before


@pytest.mark.incident("CVE-2026-107604")
def test_no_page_shows_a_secret_again_not_even_to_its_owners(app: Flask, dev: Developer, bob: Person) -> None:
    with app.app_context(), base.unit_of_work():
        app_owners.add(dev.client_id, str(bob.user_id), 1)
    signs_in(bob)
    for owner in (dev.person, bob):
        for rule, method in routes_of_an_app(app):
            path = rule.replace("<client_id>", dev.client_id).replace("<path:client_id>", dev.client_id)
            page = owner.browser.open(path) if method == "GET" else None
            assert page is None or (isinstance(page, Page) and dev.secret not in page.html), path
    assert dev.secret


def test_an_app_that_is_not_looks_like_one_of_somebody_else(dev: Developer, bob: Person) -> None:
    signs_in(bob)
    pages = [shown(bob.browser.open(f"/developers/{name}")) for name in (dev.client_id, "no-such-app", "%00", "a%0ab")]
    assert {(page.status, page.heading) for page in pages} == {(404, "That page isn’t here")}


def test_strangers_sign_in_first_and_come_back(app: Flask, alice: Person, dev: Developer) -> None:
    elsewhere = alice.elsewhere()
    page = shown(elsewhere.browser.open(f"/developers/{dev.client_id}/credentials"))
    assert page.heading == "Sign in"
    form = page.form("password")
    page = shown(elsewhere.browser.submit(page, form=form, email=alice.email, password=alice.password))
    assert page.url.endswith(f"/developers/{dev.client_id}/credentials")


def test_no_way_back_leads_anywhere_else(alice: Person) -> None:
    for then in (
        "developers.app:..",
        "developers.app:a/b",
        "developers.app:",
        "developers.delete",
        "developers.rotate:x",
    ):
        page = shown(alice.elsewhere().browser.open(f"/signin?then={then}"))
        assert "then" not in page.form("password").fields or not page.form("password").fields["then"]


def test_a_change_takes_a_sign_in_of_a_moment_ago_and_loses_nothing_typed(dev: Developer, clock: Clock) -> None:
    page = dev.opens()
    clock.moves(16 * MINUTE)
    stopped = dev.submits(page, "names", client_name="Photo Chest")
    assert stopped.status == 422
    assert "Confirm it’s you first." in stopped.text
    assert stopped.form("names").fields["client_name"] == "Photo Chest"
    assert dev.app.metadata.client_name == "Photo Box"
    again = shown(dev.person.browser.open(stopped.read.links["Sign in again in a new tab"]))
    done = dev.person.browser.submit(again, form=again.form("password"), password=dev.person.password)
    assert shown(done).url.endswith("/developers")
    assert "Your changes are saved." in dev.submits(stopped, "names").text
    assert dev.app.metadata.client_name == "Photo Chest"


def test_every_change_takes_one(app: Flask, dev: Developer, clock: Clock) -> None:
    token = dev.opens("/owners").form("hands_over").fields["csrf_token"]
    clock.moves(16 * MINUTE)
    before = dev.app
    name = dev.app.metadata.client_name
    rules = [rule for rule in app.url_map.iter_rules() if rule.endpoint.startswith("developers.")]
    ours = {rule.rule for rule in rules if "<client_id>" in rule.rule and "POST" in (rule.methods or ())}
    assert len(ours) >= 11
    for path in ours:
        fields = {"csrf_token": token, "client_name": name, "kind": "web", "redirect_uris": "https://new.example/"}
        more = {"contacts": "a@b.example", "email": "c@d.example", "jwks_uri": "https://new.example/jwks", "seen": ""}
        page = shown(dev.person.browser.post(path.replace("<client_id>", dev.client_id), fields | more))
        assert page.status == 422, path
    assert dev.app == before


def test_an_app_of_a_file_or_of_this_server_is_looked_at_and_not_changed(app: Flask, dev: Developer) -> None:
    RelyingApp.registered(app, "own", first_party=True, client_name="House Mail")
    with app.app_context(), base.unit_of_work():
        app_owners.add("own", str(dev.person.user_id), 1)
        client = clients.stored(dev.client_id, 1)
        assert client is not None
        assert clients.changed(replace(client, source="file"), 1)
    for client_id, why in ((dev.client_id, "It is declared in a file"), ("own", "It belongs to this server itself.")):
        own = Developer(dev.person, client_id)
        page = own.opens()
        assert why in page.text
        assert "Save changes" not in page.text
        assert "Choose a picture" not in page.text
        assert "takes the review back" not in page.text
        assert "Set it under Advanced" not in own.opens("/logout").text
        assert "Rotate secret" not in own.opens("/credentials").text
        before = own.app
        assert own.submits(page, "names", client_name="Mine").status == 422
        assert own.app == before


def test_an_owner_reads_why_their_app_is_suspended(app: Flask, dev: Developer) -> None:
    with app.app_context(), base.unit_of_work():
        assert clients.suspended(dev.client_id, "It asked for passwords", 1)
    assert "Suspended" in shown(dev.person.browser.open("/developers")).text
    assert "The reason given: It asked for passwords ." in dev.opens().text


class TestWhoMay:
    @pytest.mark.parametrize(
        ("developers", "lookup", "may"),
        [
            (Developers(), "jane@example.org", False),
            (Developers(who="everyone"), "jane@example.org", True),
            (Developers(who="domains", domains=("example.org",)), "jane@example.org", True),
            (Developers(who="domains", domains=("example.org",)), "jane@evil-example.org", False),
            (Developers(who="domains", domains=("example.org",)), "jane@sub.example.org", False),
            (Developers(who="domains", domains=("example.org",)), "example.org@evil.example", False),
            (Developers(who="addresses", addresses=("Jane@Example.org",)), "jane@example.org", True),
            (Developers(who="addresses", addresses=("jane@example.org",)), "john@example.org", False),
        ],
    )
    def test_by_the_proved_address(self, developers: Developers, lookup: str, may: bool) -> None:
        assert is_among(developers, lookup) is may

    @pytest.mark.parametrize(
        "section", [{"who": "domains"}, {"who": "addresses"}, {"domains": ["Example.org"]}, {"secret_for": 86400}]
    )
    def test_a_setting_that_cannot_be_meant_is_refused(self, section: dict[str, object]) -> None:
        with pytest.raises(ValueError, match="Developers"):
            Developers.model_validate(section)


class TestClosed:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return open_to(settings, "addresses", addresses=("somebody@else.example",))

    def test_where_it_is_not_open_there_is_no_console(self, app: Flask, alice: Person) -> None:
        home = signs_in(alice)
        assert "Your apps" not in home.read.links
        for path in ("/developers", "/developers/new"):
            assert shown(alice.browser.open(path)).status == 404
        own = RelyingApp.registered(app, "own")
        with app.app_context(), base.unit_of_work():
            app_owners.add(own.client_id, str(alice.user_id), 1)
        assert shown(alice.browser.open("/developers/own")).status == 404, "owned before it was closed"
        page = shown(alice.browser.open("/developers/invitations"))
        assert "has not opened it to apps of your account" in page.text
        assert "/developers" not in page.read.links.values()


def test_the_account_leads_to_the_console_of_whoever_may(alice: Person) -> None:
    assert signs_in(alice).read.links["Your apps"] == "/developers"
    assert fills_in(alice, client_name="").status == 422
    assert owned(alice) == ()
