"""GET, PUT and DELETE of one registration, by its own token alone (RFC 7592)."""

import json
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text

from idp.settings.load import Settings
from idp.store import base, clients, registrations
from tests import racing
from tests.clocks import Clock
from tests.endpoints.registration.conftest import CALLBACK, Machine, Opens, answer_of, path_of, refusal
from tests.people import ALICE, Person
from tests.racing import RACERS, Track

pytestmark = pytest.mark.section("RFC 7592 §2")
OTHER = "https://photobox.example/other"


@pytest.mark.section("RFC 7592 §2.1")
def test_it_reads_what_was_registered(machine: Machine) -> None:
    """All but the secret, which nobody here can read."""
    told = machine.registered()
    response = machine.reads(told)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"
    assert answer_of(response) == {name: value for name, value in told.items() if name != "client_secret"}


@pytest.mark.section("RFC 7592 §2.1")
@pytest.mark.section("RFC 7592 §2.3")
def test_nobody_else_does(machine: Machine) -> None:
    """One that is not there is refused like a wrong token."""
    told, other = machine.registered(), machine.registered()
    for token in ("made-up", other["registration_access_token"], told["client_secret"], machine.given_token()):
        assert refusal(machine.reads(told, token), 401)[0] == "invalid_token"
    for path in ("/register/nobody", "/register/%00", "/register/x%2Fy"):
        assert refusal(machine.sends("GET", path, None, told["registration_access_token"]), 401)[0] == "invalid_token"
    assert machine.sends("GET", path_of(told)).headers["WWW-Authenticate"] == 'Bearer realm="Portico"'
    other["registration_access_token"] = told["registration_access_token"]
    assert machine.removes(other).status_code == machine.updates(other).status_code == 401
    assert machine.reads(told).status_code == 200


@pytest.mark.section("RFC 7592 §2.2")
def test_an_update_is_the_whole_registration(machine: Machine) -> None:
    told = machine.registered(contacts=["dev@photobox.example"], logo_uri="https://photobox.example/logo.png")
    response = machine.updates(told, redirect_uris=[OTHER], logo_uri=None)
    assert response.status_code == 200
    after = answer_of(response)
    assert after["redirect_uris"] == [OTHER]
    assert after["contacts"] == ["dev@photobox.example"]
    assert "logo_uri" not in after
    assert "client_secret" not in after
    assert after["client_id"] == told["client_id"]
    assert after["client_id_issued_at"] == told["client_id_issued_at"]
    assert after["registration_client_uri"] == told["registration_client_uri"]
    assert answer_of(machine.reads(after))["redirect_uris"] == [OTHER]


def test_it_counts_at_once(machine: Machine) -> None:
    """Also in the process that knew what was registered before."""
    alice = Person.of(ALICE, machine.server).with_account()
    told = machine.registered()
    shop = machine.as_app(told)
    shop.asks("openid").seen_by(alice).signs_in().allows().redeems()
    machine.updates(told, redirect_uris=[OTHER])
    assert "hasn’t registered" in shop.asks("openid").seen_by(alice).page.text
    moved = machine.as_app(told | {"redirect_uris": [OTHER]})
    assert moved.asks("openid").seen_by(alice).redeems()


@pytest.mark.section("RFC 7592 §2.2")
def test_what_an_update_must_not_say(machine: Machine) -> None:
    told = machine.registered()
    for members in (
        {"client_id": None},
        {"client_id": "other"},
        {"client_secret": "chosen-by-the-app"},
        {"client_secret": 7},
        {"registration_access_token": "x"},
        {"registration_client_uri": "x"},
        {"client_secret_expires_at": 0},
        {"client_id_issued_at": 0},
    ):
        code, said = refusal(machine.updates(told, **members))
        assert code == "invalid_client_metadata"
        assert next(iter(members)) in said
    assert refusal(machine.updates(told, redirect_uris=[]))[0] == "invalid_redirect_uri"
    assert answer_of(machine.reads(told))["redirect_uris"] == [CALLBACK]


def test_an_update_stays_within_the_policy_it_came_with(opens: Opens) -> None:
    """Whatever the settings say by now, and however wide the token before was."""
    machine = opens(mode="open", scopes=("openid",), redirect_hosts=("photobox.example",))
    told = machine.registered()
    assert refusal(machine.updates(told, redirect_uris=["https://evil.example/cb"]))[0] == "invalid_redirect_uri"
    assert answer_of(machine.updates(told, scope="openid email"))["scope"] == "openid"


def test_a_new_way_to_prove_oneself_brings_a_secret_or_ends_it(machine: Machine) -> None:
    told = machine.registered()
    public = answer_of(machine.updates(told, token_endpoint_auth_method="none", client_secret=None))
    assert not public.keys() & {"client_secret", "client_secret_expires_at"}
    shop = machine.as_app(told)
    assert shop.posts_token({"grant_type": "refresh_token", "refresh_token": "x"}).status_code == 401
    again = answer_of(machine.updates(public, token_endpoint_auth_method="client_secret_post"))
    assert again["client_secret"] != told["client_secret"]


def test_an_app_that_is_to_sign_with_its_secret_gets_one_that_we_know(machine: Machine) -> None:
    told = machine.registered()
    signs = answer_of(machine.updates(told, token_endpoint_auth_method="client_secret_jwt"))
    assert signs["client_secret"] != told["client_secret"]
    again = answer_of(machine.updates(signs, token_endpoint_auth_method="client_secret_jwt", client_name="Two"))
    assert "client_secret" not in again, "it stays as it is"


@pytest.mark.section("RFC 7592 §3")
def test_the_token_is_rotated_and_the_one_before_waits_for_a_lost_answer(machine: Machine, clock: Clock) -> None:
    """It may be used until the app shows that it knows the new one, and for ten minutes at most."""
    told = machine.registered()
    lost = answer_of(machine.updates(told, client_name="One"))
    assert lost["registration_access_token"] != told["registration_access_token"]
    again = answer_of(machine.updates(told, client_name="Two"))
    assert machine.reads(lost).status_code == 401
    assert answer_of(machine.reads(again))["client_name"] == "Two"
    assert machine.reads(told).status_code == 401
    last = answer_of(machine.updates(again, client_name="Three"))
    clock.moves(registrations.GRACE)
    assert machine.reads(again).status_code == 401
    assert machine.reads(last).status_code == 200


@pytest.mark.section("RFC 7592 §2.3")
def test_what_is_removed_is_gone_with_all_it_was_given(machine: Machine) -> None:
    alice = Person.of(ALICE, machine.server).with_account()
    told = machine.registered()
    tokens = machine.as_app(told).asks("openid").seen_by(alice).signs_in().allows().redeems()
    response = machine.removes(told)
    assert (response.status_code, response.data) == (204, b"")
    assert (
        machine.removes(told).status_code == machine.reads(told).status_code == machine.updates(told).status_code == 401
    )
    assert tokens.asks_userinfo().status_code == 401
    assert "no app is registered" in machine.as_app(told).asks("openid").seen_by(alice).page.text


def test_what_an_operator_took_over_is_managed_by_nobody_else(machine: Machine) -> None:
    """In a file by now, or suspended."""
    for change in ({"source": "file"}, {"state": "suspended"}):
        told = machine.registered()
        with machine.server.app_context(), base.unit_of_work():
            found = clients.stored(told["client_id"], 0)
            assert found is not None
            assert clients.changed(replace(found, **change), 0)  # type: ignore[arg-type]
        assert machine.reads(told).status_code == machine.removes(told).status_code == 401


def test_what_an_operator_set_survives_an_update(machine: Machine) -> None:
    told = machine.registered()
    machine.as_app(told).changed(require_second_factor=True, reviewed=True)
    machine.updates(told, client_name="Bank")
    with machine.server.app_context():
        found = clients.stored(told["client_id"], 0)
    assert found is not None
    assert found.metadata.require_second_factor
    assert not found.metadata.reviewed


def test_pages_may_manage(machine: Machine) -> None:
    told = machine.registered()
    preflight = machine.sends("OPTIONS", path_of(told), Origin="https://tool.example")
    assert preflight.headers["Access-Control-Allow-Methods"] == "GET, PUT, DELETE"
    for response in (machine.reads(told), machine.reads(told, "x"), machine.removes(told)):
        assert response.headers["Access-Control-Allow-Origin"] == "*"


def rows(server: Flask, query: str) -> list[Any]:
    with server.app_context():
        return list(base.db.session.execute(text(query)))


@pytest.mark.process
def test_a_token_for_one_app_registers_one(track: Track, settings: Settings, opens: Opens) -> None:
    """Eight processes at the same moment."""
    machine = opens(mode="token")
    token = machine.given_token()
    own = settings.model_copy(update={"registration": settings.registration.model_copy(update={"mode": "token"})})
    body = json.dumps({"redirect_uris": [CALLBACK]})
    one = ("POST", "/register", body, {"Authorization": f"Bearer {token}"})
    results = track.race(racing.speaks, own, *([one] * RACERS))
    assert Counter(result.status for result in results) == {201: 1, 401: RACERS - 1}
    assert len(rows(machine.server, "SELECT 1 FROM clients")) == 1


@pytest.mark.process
def test_of_eight_updates_one_token_stays(track: Track, settings: Settings, opens: Opens) -> None:
    """All of them lost a race that an honest app loses too: the last one's answer counts, whole."""
    machine = opens(mode="open")
    told = machine.registered()
    own = settings.model_copy(update={"registration": settings.registration.model_copy(update={"mode": "open"})})
    names = [f"Number {n}" for n in range(RACERS)]
    bearer = {"Authorization": f"Bearer {told['registration_access_token']}"}
    said = {"client_id": told["client_id"], "redirect_uris": [CALLBACK]}
    each = [("PUT", path_of(told), json.dumps(said | {"client_name": name}), bearer) for name in names]
    results = track.race(racing.speaks, own, *each)
    assert {result.status for result in results} == {200}
    answers = [json.loads(result.said) for result in results]
    alive = [answer for answer in answers if machine.reads(answer).status_code == 200]
    assert len(alive) == 1
    assert answer_of(machine.reads(alive[0]))["client_name"] == alive[0]["client_name"]
    assert machine.reads(told).status_code == 401
