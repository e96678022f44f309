"""A request that is answered elsewhere: one waits under a code at a time, and it is answered and fetched once."""

from dataclasses import replace

import pytest
from flask import Flask

from idp.protocol.authorization_request import NOWHERE, AuthorizationRequest
from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.scope import Scope
from idp.store import base, clients, polled_requests
from idp.store.base import new_id
from idp.store.polled_requests import Polled

NOW = 1_790_000_000


@pytest.fixture
def polled(store: Flask) -> Polled:
    with base.unit_of_work():
        assert clients.added(clients.Client("tv", ClientMetadata()), NOW)
        waits = a_request()
        assert polled_requests.open(waits, "secret", "code")
    return waits


def a_request() -> Polled:
    polled_id = new_id()
    asked = AuthorizationRequest("tv", NOWHERE, Scope(["openid"]), polled=polled_id)
    return Polled(polled_id, "tv", asked, NOW, NOW + 600)


def test_a_code_that_waits_already_is_not_given_twice(polled: Polled) -> None:
    with base.unit_of_work():
        assert not polled_requests.open(a_request(), "another secret", "code")
        assert polled_requests.open(a_request(), "another secret", "another code")
    found = polled_requests.with_code("code", NOW)
    assert found == polled
    assert found.request.polled == polled.id


def test_it_is_answered_once_and_fetched_once(polled: Polled) -> None:
    assert not polled_requests.spend(polled.id, NOW)
    with base.unit_of_work():
        assert polled_requests.allow(polled.id, "sealed", NOW)
        assert not polled_requests.refuse(polled.id, "too late", NOW)
        assert not polled_requests.allow(polled.id, "another", NOW)
    assert polled_requests.asked_after("secret") == replace(polled, answered_at=NOW, answer="sealed")
    assert polled_requests.with_code("code", NOW) is None
    assert [polled_requests.spend(polled.id, NOW) for _ in range(2)] == [True, False]


def test_what_was_refused_is_never_fetched(polled: Polled) -> None:
    with base.unit_of_work():
        assert polled_requests.refuse(polled.id, "no", NOW)
    assert not polled_requests.spend(polled.id, NOW)


def test_whatever_is_too_old_is_not_answered(polled: Polled) -> None:
    with base.unit_of_work():
        assert not polled_requests.allow(polled.id, "sealed", NOW + 600)
    assert polled_requests.with_code("code", NOW + 600) is None
    assert polled_requests.find(polled.id) == polled


def test_nothing_is_found_by_what_is_no_id(store: Flask) -> None:
    for strange in ("", "x", "\0" * 22, "' OR 1=1 --           "):
        assert polled_requests.find(strange) is None
