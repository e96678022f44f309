"""Devices: every place a person is signed in, and the end of one or of all others."""

from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text

from idp.outside.geoip import Atlas
from idp.store import base
from tests.clocks import Clock
from tests.emulators import mmdb
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.signing_up import shown, signs_in
from tests.web_browser import Browser, Page

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Safari/604.1"


@pytest.fixture
def phone(alice: Person) -> Person:
    """Alice's phone, in another town."""
    return replace(alice, browser=Browser(alice.server, user_agent=IPHONE, address="198.51.100.77"))


def devices(person: Person) -> Page:
    return shown(person.browser.open("/account/devices"))


def is_signed_in(person: Person) -> bool:
    return shown(person.browser.open("/account")).heading.startswith("Hello")


def test_nobody_else_is_signed_in(alice: Person) -> None:
    signs_in(alice)
    page = devices(alice)
    assert "Firefox on Linux This device" in page.text
    assert "Only this device is signed in." in page.text
    assert "Sign out everywhere else" not in page.text


def test_every_session_is_a_row_with_browser_place_and_time(
    app: Flask, alice: Person, phone: Person, clock: Clock, tmp_path: Path
) -> None:
    house = app.extensions["portico"]
    atlas = Atlas.opened(str(mmdb.write(tmp_path / "city.mmdb")))
    app.extensions["portico"] = replace(house, atlas=atlas)
    signs_in(phone, remember="1")
    clock.moves(2 * 3600)
    signs_in(alice)
    page = devices(alice)
    assert "Firefox on Linux This device Lyon, France · active now" in page.text
    assert "Safari on iPhone Berlin, Germany · 2 hours ago · remembered until" in page.text
    assert "Places are a guess from the network address." in page.text
    clock.moves(3 * 86400)
    signs_in(alice)
    assert "Safari on iPhone Berlin, Germany · 2 hours ago" not in devices(alice).text, "by its day, after a day"


def test_the_last_use_of_a_remembered_device_is_known_by_the_hour(alice: Person, phone: Person, clock: Clock) -> None:
    signs_in(phone, remember="1")
    clock.moves(10 * 3600)
    assert is_signed_in(phone)
    signs_in(alice)
    clock.moves(3600)
    assert "Safari on iPhone 1 hour ago" in devices(alice).text


def test_a_session_that_is_over_is_no_row(alice: Person, phone: Person, clock: Clock) -> None:
    signs_in(phone)
    phone.signs_out()
    signs_in(alice)
    assert "iPhone" not in devices(alice).text
    signs_in(phone)
    clock.moves(11 * 3600)
    devices(alice)
    clock.moves(2 * 3600)
    assert "iPhone" not in devices(alice).text, "idle for too long"


def test_one_device_is_signed_out_and_with_it_all_that_it_let_in(
    app: Flask, shop: RelyingApp, alice: Person, phone: Person
) -> None:
    """Offline access too: whoever had the phone has nothing left."""
    tokens = shop.asks("openid offline_access").seen_by(phone).signs_in().allows().redeems()
    here = shop.asks("openid offline_access").seen_by(alice).signs_in().redeems()
    page = shown(alice.browser.submit(devices(alice), "Sign out Safari on iPhone"))
    assert "That device is signed out." in page.text
    assert "iPhone" not in page.text.replace("Sign out", "")
    assert not is_signed_in(phone)
    assert tokens.tries_to_refresh().status_code == 400
    assert tokens.asks_userinfo().status_code == 401
    assert here.refreshes().userinfo()
    assert is_signed_in(alice)


def test_everything_else_is_signed_out_at_once(app: Flask, shop: RelyingApp, alice: Person, phone: Person) -> None:
    tokens = shop.asks("openid offline_access").seen_by(phone).signs_in().allows().redeems()
    signs_in(alice.elsewhere())
    signs_in(alice)
    page = shown(alice.browser.submit(devices(alice), "Sign out everywhere else"))
    assert "Every other device is signed out." in page.text
    assert "Only this device is signed in." in page.text
    assert not is_signed_in(phone)
    assert tokens.tries_to_refresh().status_code == 400
    assert is_signed_in(alice)


@pytest.mark.incident("CVE-2026-54693")
def test_nobody_ends_the_session_of_somebody_else(app: Flask, alice: Person, bob: Person) -> None:
    signs_in(bob)
    with app.app_context():
        sid = base.db.session.scalar(text("SELECT id FROM browser_sessions"))
        base.db.session.remove()
    signs_in(alice)
    signs_in(alice.elsewhere())
    page = devices(alice)
    alice.browser.submit(page, form=page.form("session"), session=str(sid))
    assert is_signed_in(bob)
    assert len(devices(bob).read.forms) >= 1


def test_a_form_of_another_site_signs_nothing_out(alice: Person, phone: Person) -> None:
    signs_in(phone)
    signs_in(alice)
    page = devices(alice)
    fields = {**page.form("session").fields, "csrf_token": "x"}
    assert shown(alice.browser.post("/account/devices", fields)).status == 400
    assert shown(alice.browser.post("/account/devices/others", {"csrf_token": "x"})).status == 400
    assert is_signed_in(phone)


def test_nobody_is_sent_to_sign_in_and_comes_back(alice: Person) -> None:
    page = shown(alice.browser.open("/account/devices"))
    assert page.heading == "Sign in"
    typed = {"email": alice.email, "password": alice.password}
    assert shown(alice.browser.submit(page, form=page.form("password"), **typed)).heading == "Devices"
