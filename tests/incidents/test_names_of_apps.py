"""Whom people are told to trust: only what was proved, or what somebody looked at, stands as an app's address."""

import pytest
from flask import Flask

from tests import devices
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.web_browser import Page

BANK = {"client_name": "Bank", "client_uri": "https://bank.example/", "redirect_uris": ["https://bank.example/cb"]}


@pytest.mark.section("RFC 8628 §5.4")
def test_an_app_that_nobody_looked_at_borrows_no_address_for_a_device(app: Flask, alice: Person) -> None:
    """Nothing is ever sent to the addresses it registered, so they say nothing about who gets the tokens."""
    grants = {"grant_types": [devices.GRANT, "authorization_code"], "response_types": ["code"]}
    lure = devices.registered(app, "lure", **(grants | BANK), reviewed=False)
    waiting = devices.asks(lure).typed_by(alice).signs_in()
    assert "hasn’t reviewed this app" in waiting.page.text
    assert "bank.example" not in waiting.page.text


@pytest.mark.section("RFC 8252 §8.6")
def test_an_app_of_the_own_machine_is_called_by_its_scheme(app: Flask, alice: Person) -> None:
    own = {"application_type": "native", "token_endpoint_auth_method": "none"}
    lure = RelyingApp.registered(app, "lure", **(own | BANK | {"redirect_uris": ["com.lure:/cb"]}), reviewed=False)
    visit = lure.asks().seen_by(alice).signs_in()
    assert "Continue only if you trust com.lure" in visit.page.text
    assert "Next stop: com.lure" in visit.page.text
    assert "bank.example" not in visit.page.text


def test_an_app_that_was_looked_at_has_the_address_of_its_home_page(app: Flask, alice: Person) -> None:
    tv = devices.registered(app, client_uri="https://tv.example/", reviewed=True)
    assert "tv.example" in devices.asks(tv).typed_by(alice).signs_in().page.text


@pytest.mark.incident("CVE-2026-27982")
def test_a_link_to_the_sign_out_leads_on_to_no_app_that_nobody_looked_at(app: Flask, alice: Person) -> None:
    """Anybody may send it to anybody, in the name of any app."""
    for name, reviewed in (("lure", False), ("bank", True)):
        RelyingApp.registered(app, name, **BANK, reviewed=reviewed)
        page = alice.browser.open(f"/end_session?client_id={name}")
        assert isinstance(page, Page)
        assert ("https://bank.example/" in page.html) is reviewed
