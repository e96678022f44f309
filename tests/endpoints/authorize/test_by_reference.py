"""Requests that stand at an address of the app's own (RFC 9101 §5.2, OpenID Connect Core §6.2)."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import text

from idp.store import base
from tests.emulators import document_server
from tests.emulators.document_server import DocumentServer
from tests.endpoints.authorize.test_signed import request_of
from tests.endpoints.token.test_private_key_jwt import Signer
from tests.people import Person
from tests.relying_app import Visit
from tests.web_browser import Arrival, Page

pytestmark = pytest.mark.section("OpenID Connect Core §6.2")
FRAGMENT = "#x0nrdQ0FlDmyDYHJK4Ku7CpRhyFhKmnOJmGTsXSKOxY"


@pytest.fixture
def server() -> Iterator[DocumentServer]:
    with document_server.serving() as server:
        server.headers = {"Content-Type": "application/jose"}
        yield server


@pytest.fixture
def signer(app: Flask, server: DocumentServer) -> Signer:
    return Signer(app, request_uris=[server.at("/request.jwt"), server.at(f"/hashed.jwt{FRAGMENT}")])


def brought(signer: Signer, visit: Visit, address: str, person: Person, **beside: str) -> Visit:
    asked = {"client_id": signer.app.client_id, "request_uri": address, **beside}
    visit.person, visit.browser = person, person.browser
    visit.at = person.browser.open(f"/authorize?{urlencode(asked)}")
    return visit


@pytest.mark.section("RFC 9101 §5.2")
@pytest.mark.conformance("oidcc-request-uri-signed-rs256", "dynamic")
@pytest.mark.parametrize("path", ["/request.jwt", f"/hashed.jwt{FRAGMENT}"])
def test_what_stands_there_is_the_request(signer: Signer, server: DocumentServer, alice: Person, path: str) -> None:
    visit = signer.app.asks("openid")
    server.body = request_of(signer, visit, exp=None).encode()
    brought(signer, visit, server.at(path), alice, scope="openid offline_access", response_type="code")
    visit.signs_in().allows()
    assert visit.code
    assert server.asked == [path.partition("#")[0]]


def test_another_address_is_not_even_asked(signer: Signer, server: DocumentServer, alice: Person) -> None:
    for address in (server.at("/other.jwt"), server.at("/request.jwt?x=1"), server.at("/request.jwt#x")):
        visit = brought(signer, signer.app.asks(), address, alice, **outside(signer))
        assert error_of(visit.at) == "invalid_request_uri"
    assert server.asked == []


def outside(signer: Signer) -> dict[str, str]:
    return {"redirect_uri": signer.app.redirect_uri, "response_type": "code", "scope": "openid"}


def error_of(at: Page | Arrival | None) -> str:
    assert isinstance(at, Arrival)
    return at.answer["error"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ({"status": 500}, "invalid_request_uri"),
        ({"status": 302, "headers": {"Location": "/request.jwt"}}, "invalid_request_uri"),
        ({"body": b"x" * 20_000}, "invalid_request_uri"),
        ({"body": b"\xff\xfe"}, "invalid_request_uri"),
        ({"body": b"no.jwt.here"}, "invalid_request_object"),
    ],
    ids=["broken", "elsewhere", "long", "octets", "unsigned"],
)
def test_where_nothing_can_be_read_the_app_hears_it(
    signer: Signer, server: DocumentServer, alice: Person, answer: dict[str, Any], error: str
) -> None:
    for name, value in answer.items():
        setattr(server, name, value)
    visit = brought(signer, signer.app.asks(), server.at("/request.jwt"), alice, **outside(signer))
    assert error_of(visit.at) == error


@pytest.mark.conformance("oidcc-request-uri-unsigned", "dynamic")
def test_nobody_says_here_that_unsigned_ones_are_taken(signer: Signer) -> None:
    """The suite skips its module then: a signature says who asks, wherever the request stood."""
    document = signer.app.server.test_client().get("/.well-known/openid-configuration").get_json()
    assert "none" not in document["request_object_signing_alg_values_supported"]
    assert document["request_uri_parameter_supported"] is True
    assert document["require_request_uri_registration"] is True


def test_both_at_once_are_none(signer: Signer, server: DocumentServer, alice: Person) -> None:
    beside = {**outside(signer), "request": "ey.ey.x"}
    visit = brought(signer, signer.app.asks(), server.at("/request.jwt"), alice, **beside)
    assert error_of(visit.at) == "invalid_request"
    assert server.asked == []


def test_posted_it_is_the_same(signer: Signer, server: DocumentServer, alice: Person) -> None:
    visit = signer.app.asks("openid")
    server.body = request_of(signer, visit).encode()
    at = alice.browser.post("/authorize", {"client_id": signer.app.client_id, "request_uri": server.at("/request.jwt")})
    assert isinstance(at, Page)
    assert at.form("password")


def test_one_network_makes_us_read_so_many_and_no_more(
    signer: Signer, server: DocumentServer, alice: Person, app: Flask
) -> None:
    """Whoever registers an address of somebody else's has us ask there no end of times."""
    brought(signer, signer.app.asks(), server.at("/request.jwt"), alice, **outside(signer))
    most = {"most": 10 * app.extensions["portico"].settings.throttle.network_tries}
    with app.app_context(), base.unit_of_work():
        assert base.count(text("UPDATE throttles SET tries = :most WHERE tries = 1"), most) == 1
    visit = brought(signer, signer.app.asks(), server.at("/request.jwt"), alice, **outside(signer))
    assert isinstance(visit.at, Page)
    assert visit.at.status == 429
    assert server.asked == ["/request.jwt"]
