"""Somebody removed our app at Facebook: the link and what was begun by it end, the account stays."""

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from idp.emulators.facebook import callbacks
from idp.emulators.facebook.state import State
from idp.settings.load import Settings
from idp.store import base
from tests import racing
from tests.clocks import Clock
from tests.emulators.facebook import ROBIN
from tests.mailbox import Mailbox
from tests.people import Person
from tests.racing import RACERS, Track
from tests.relying_app import RelyingApp
from tests.upstream.callbacks.posted import (
    DAY,
    FACEBOOK,
    comes_by,
    events,
    has_no_password,
    is_signed_in,
    links,
    posts,
    rows,
    state_of,
    tells,
)


def test_who_removes_the_app_is_unlinked_and_signed_out_where_they_came_by_it(
    client: FlaskClient, facebook: State, alice: Person, shop: RelyingApp
) -> None:
    comes_by(alice, links(alice))
    tokens = shop.asks("openid offline_access").seen_by(alice).allows().redeems()
    elsewhere = alice.elsewhere()
    here = shop.asks("openid offline_access").seen_by(elsewhere).signs_in().redeems()
    assert tells(client, facebook, "deauthorize").json == {}
    assert rows(alice.server, "SELECT 1 FROM identities") == []
    assert not is_signed_in(alice)
    assert is_signed_in(elsewhere), "a session that a password began is nothing of Facebook's"
    assert tokens.tries_to_refresh().status_code == 400
    assert here.refreshes()
    assert (state_of(alice), events(alice)["identity_unlinked"]) == ("active", 1)


def test_who_came_half_way_in_by_it_gets_no_further(
    client: FlaskClient, facebook: State, alice: Person, app: Flask
) -> None:
    link = links(alice)
    half = "INSERT INTO half_sign_ins (id, browser, user_id, amr, remembered, identity_id, upstream_sid, onward, tries,"
    values = (
        f" created_at, expires_at) VALUES ('h', 'b', '{alice.user_id}', 'fed', FALSE, '{link.id}', '', '', 0, 1, 9)"
    )
    with app.app_context(), base.unit_of_work():
        base.db.session.execute(text(half + values))
    tells(client, facebook, "deauthorize")
    assert rows(app, "SELECT 1 FROM half_sign_ins WHERE ended_at IS NULL") == []


@pytest.mark.parametrize("kind", ["deauthorize", "deletion"])
def test_nobody_is_told_whether_anybody_was_linked(client: FlaskClient, facebook: State, kind: str) -> None:
    assert tells(client, facebook, kind, "10159999999999999").status_code == 200


@pytest.mark.parametrize("kind", ["deauthorize", "deletion"])
def test_a_person_of_another_app_or_provider_is_another_person(
    client: FlaskClient, facebook: State, alice: Person, kind: str
) -> None:
    links(alice, app_id="990000000000099")
    tells(client, facebook, kind)
    assert len(rows(alice.server, "SELECT 1 FROM identities")) == 1


@pytest.mark.parametrize("kind", ["deauthorize", "deletion"])
def test_a_repeated_post_of_yesterday_does_not_end_the_link_of_today(
    client: FlaskClient, facebook: State, alice: Person, clock: Clock, kind: str
) -> None:
    links(alice)
    signed = callbacks.made(facebook, ROBIN.user_id, "sound")
    first = posts(client, kind, signed).json
    clock.moves(DAY - 10)
    links(alice)
    assert posts(client, kind, signed).json == first
    other_kind = "deletion" if kind == "deauthorize" else "deauthorize"
    assert posts(client, other_kind, signed).status_code == 200, "the same envelope at the other door"
    assert len(rows(alice.server, "SELECT 1 FROM identities")) == 1


def test_a_link_of_the_same_moment_is_meant_though_clocks_differ_a_little(
    client: FlaskClient, facebook: State, alice: Person, clock: Clock
) -> None:
    signed = callbacks.made(facebook, ROBIN.user_id, "sound")
    clock.moves(60)
    links(alice)
    posts(client, "deauthorize", signed)
    assert rows(alice.server, "SELECT 1 FROM identities") == []


def test_removing_the_app_deletes_no_account(client: FlaskClient, facebook: State, alice: Person) -> None:
    has_no_password(alice)
    links(alice)
    tells(client, facebook, "deauthorize")
    assert state_of(alice) == "active"


class TestWhereFacebookIsOff:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        off = {"facebook": FACEBOOK.model_copy(update={"enabled": False})}
        return settings.model_copy(update={"upstream": off})

    def test_what_came_from_it_can_still_be_withdrawn(
        self, client: FlaskClient, facebook: State, alice: Person
    ) -> None:
        links(alice)
        tells(client, facebook, "deletion")
        assert rows(alice.server, "SELECT 1 FROM identities") == []


@pytest.mark.process
@pytest.mark.parametrize("kind", ["deletion", "deauthorize"])
def test_of_eight_posts_at_once_one_acts_and_all_have_the_same_answer(
    track: Track, settings: Settings, facebook: State, alice: Person, app: Flask, mailbox: Mailbox, kind: str
) -> None:
    has_no_password(alice)
    links(alice)
    signed = {"signed_request": callbacks.made(facebook, ROBIN.user_id, "sound")}
    results = track.race(racing.posts, settings, *([(f"/login/facebook/{kind}", signed, {})] * RACERS))
    assert {result.status for result in results} == {200}
    assert len({result.said for result in results}) == 1
    assert events(alice)["identity_unlinked"] == 1
    assert mailbox.kinds(alice.email) == (["deletion_set"] if kind == "deletion" else ["identity_unlinked"])
    assert len(rows(app, "SELECT 1 FROM data_deletions")) == (1 if kind == "deletion" else 0)
