"""Apps, or this house, ask for a second factor of people who have none: they set one up, and arrive."""

from base64 import b32decode
from typing import Any

import pytest
from flask import Flask

from tests.clocks import Clock
from tests.journeys.test_step_up import BOTH, ONE, PWD, TWO, by_one_proof, essential, told
from tests.people import Person
from tests.phones import Phone, types
from tests.relying_app import RelyingApp, Visit
from tests.signing_up import shown, signs_in


def required(app: Flask, **rules: Any) -> None:
    """From now on this house asks everybody for a second factor."""
    house = app.extensions["portico"]
    changed = house.settings.second_factor.model_copy(update={"required": True, **rules})
    settings = house.settings.model_copy(update={"second_factor": changed})
    app.extensions["portico"] = type(house)(**{**vars(house), "settings": settings})


def sets_up(visit: Visit) -> Phone:
    """On the way: choose the app, put the key in, type its code, keep the recovery codes, go on."""
    assert visit.page.heading == "Protect your account"
    assert visit.browser
    page = shown(visit.browser.submit(visit.page, "Use an authenticator app"))
    key = page.html.partition('<code id="key">')[2].partition("</code>")[0]
    phone = Phone(b32decode(key.replace(" ", "")))
    page = shown(types(visit.browser, page, phone.shows()))
    assert page.heading == "Save your recovery codes"
    visit.at = visit.browser.open(page.read.links["I saved them"])
    return phone


class TestOnTheWay:
    @pytest.mark.parametrize("by", ["claims", "registration", "house"])
    def test_who_has_no_second_factor_sets_one_up_and_arrives(
        self, app: Flask, shop: RelyingApp, alice: Person, clock: Clock, by: str
    ) -> None:
        asking = RelyingApp.registered(app, "bank", require_second_factor=True) if by == "registration" else shop
        if by == "house":
            required(app)
        visit = asking.asks(**({"claims": essential(TWO)} if by == "claims" else {})).seen_by(alice).signs_in()
        phone = sets_up(visit)
        assert told(visit.allows().redeems()) == (BOTH, TWO)
        alice.signs_out()
        clock.moves(30)
        visit = asking.asks().seen_by(alice).signs_in()
        visit.at = types(alice.browser, visit.at, phone.shows())
        assert told(visit.redeems()) == (BOTH, TWO)

    def test_whoever_signed_in_long_ago_types_the_password_first(
        self, shop: RelyingApp, alice: Person, clock: Clock
    ) -> None:
        """A session left behind must not be given a second factor of somebody else's."""
        signs_in(alice)
        clock.moves(901)
        visit = shop.asks(claims=essential(TWO)).seen_by(alice)
        assert visit.page.heading == "Confirm it’s you"
        visit.signs_in()
        sets_up(visit)
        assert told(visit.allows().redeems()) == (BOTH, TWO)

    def test_going_back_and_choosing_again_is_a_new_key(self, shop: RelyingApp, alice: Person) -> None:
        visit = shop.asks(claims=essential(TWO)).seen_by(alice).signs_in()
        choose = visit.page
        first = shown(alice.browser.submit(choose, "Use an authenticator app"))
        second = shown(alice.browser.submit(choose, "Use an authenticator app"))
        assert first.html.partition('id="key">')[2][:39] != second.html.partition('id="key">')[2][:39]

    def test_the_key_page_without_a_key_leads_back(self, shop: RelyingApp, alice: Person) -> None:
        visit = shop.asks(claims=essential(TWO)).seen_by(alice).signs_in()
        waiting = visit.page.form().fields["for"]
        page = shown(alice.browser.open(f"/signin/protect/app?for={waiting}"))
        assert page.heading == "Protect your account"

    def test_where_this_house_asks_no_page_of_the_account_opens_before(self, app: Flask, alice: Person) -> None:
        required(app)
        page = signs_in(alice)
        assert page.heading == "Protect your account"
        for path in ("/account", "/account/password", "/account/devices", "/account/data"):
            assert shown(alice.browser.open(path)).heading == "Protect your account"
        page = shown(alice.browser.open("/account/password"))
        page = shown(alice.browser.submit(page, "Use an authenticator app"))
        key = page.html.partition('<code id="key">')[2].partition("</code>")[0]
        phone = Phone(b32decode(key.replace(" ", "")))
        page = shown(types(alice.browser, page, phone.shows()))
        assert shown(alice.browser.open(page.read.links["I saved them"])).heading == "Change your password"

    def test_a_device_that_is_trusted_may_leave_it_out_where_this_house_asks(
        self, app: Flask, shop: RelyingApp, alice: Person, clock: Clock
    ) -> None:
        """That is what trust is for. An app that asks itself is answered by a second proof."""
        required(app)
        by_one_proof(alice, clock)
        assert shown(alice.browser.open("/account")).heading == "Hello, Alice Example"
        assert told(shop.asks().seen_by(alice).allows().redeems()) == (PWD, ONE)
        bank = RelyingApp.registered(app, "bank", require_second_factor=True)
        assert bank.asks().seen_by(alice).page.heading == "Enter your code"
