"""Signing in by another provider: the button, the way there and back, and who is in afterwards."""

from dataclasses import replace

import pytest
from flask import Flask

from idp.upstream.provider import Failure
from tests.clocks import Clock
from tests.coming import comes, joins, labels, leaves, linked, links_of
from tests.emulators.other_provider import OtherProvider, furnished
from tests.mailbox import Mailbox
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.signing_up import shown, signs_in, sub_of
from tests.web_browser import Arrival, Browser


@pytest.fixture
def other(app: Flask) -> OtherProvider:
    return furnished(app)


def test_no_provider_no_button(alice: Person) -> None:
    for path in ("/signin", "/signup"):
        page = shown(alice.browser.open(path))
        assert labels(page) == []
        assert "or" not in page.read.words


def test_somebody_linked_signs_in_and_the_app_is_told_how(
    other: OtherProvider, shop: RelyingApp, alice: Person
) -> None:
    linked(alice, other, other.knows("1"))
    visit = shop.asks("openid").seen_by(alice)
    visit.at = comes(alice.browser, other, other.knows("1"), visit.at)
    claims = visit.allows().redeems().claims
    assert (claims["sub"], claims["amr"], claims["acr"]) == (alice.user_id, ["fed"], "urn:portico:acr:1")


def test_the_way_back_ends_with_an_empty_fragment(other: OtherProvider, alice: Person, jane: Person) -> None:
    """ux §3.9: a browser carries the fragment of a provider (Facebook's #_=_) across redirects into the app's address."""
    linked(alice, other, other.knows("1"))
    for person, identity in ((alice, other.knows("1")), (jane, other.knows("2")), (jane, None)):
        comes(person.browser, other, identity)
        back = next(sent for sent in person.browser.trail if "/callback?" in sent.request.url)
        assert back.status_code == 303
        assert back.headers["Location"].endswith("#")


def test_somebody_new_joins_and_proves_the_address(
    app: Flask, other: OtherProvider, shop: RelyingApp, jane: Person, mailbox: Mailbox
) -> None:
    """Never trusted unless configured: the provider's word proves no address."""
    visit = shop.asks("openid email profile").seen_by(jane)
    at = comes(jane.browser, other, other.knows("1", jane.email, called="Jane Example"), visit.at)
    assert "Photo Box" in shown(at).text
    assert f"{jane.email} from Other" in shown(at).text
    waits = shown(joins(jane.browser, at, marketing="1"))
    assert waits.heading == "Check your email"
    assert sub_of(app, jane.email) is None
    visit.at = jane.browser.submit(waits, form=waits.form("code"), code=mailbox.newest(jane.email).code)
    tokens = visit.allows().redeems()
    assert tokens.claims["amr"] == ["fed"]
    assert tokens.userinfo()["name"] == "Jane Example"
    assert tokens.userinfo()["email_verified"] is True
    assert links_of(app, tokens.claims["sub"]) == ["1"]
    elsewhere = jane.elsewhere()
    assert shown(comes(elsewhere.browser, other, other.knows("1"))).heading == "Hello, Jane Example"
