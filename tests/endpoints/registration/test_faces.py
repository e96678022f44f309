"""The logo of an app that registers itself: read once, drawn anew, shown from here."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest

from tests.emulators import document_server
from tests.emulators.document_server import DocumentServer
from tests.endpoints.registration.conftest import CALLBACK, Machine, answer_of, refusal

pytestmark = pytest.mark.section("RFC 7591 §2")


@pytest.fixture
def elsewhere() -> Iterator[DocumentServer]:
    with document_server.serving() as server:
        server.shows_picture()
        yield server


def shown(machine: Machine, address: str) -> int:
    return machine.server.test_client().get(urlsplit(address).path).status_code


def test_a_logo_is_read_once_and_stays_until_there_is_another(machine: Machine, elsewhere: DocumentServer) -> None:
    told = machine.registered(logo_uri=elsewhere.at("/one.png"))
    ours = told["logo_uri"]
    assert ours != elsewhere.at("/one.png")
    assert shown(machine, ours) == 200
    same = answer_of(machine.updates(told, client_name="Renamed"))
    assert same["logo_uri"] == ours
    assert elsewhere.asked == ["/one.png"]
    other = answer_of(machine.updates(same, logo_uri=elsewhere.at("/two.png")))
    assert [shown(machine, address) for address in (ours, other["logo_uri"])] == [404, 200]
    none = answer_of(machine.updates(other, logo_uri=None))
    assert "logo_uri" not in none
    assert shown(machine, other["logo_uri"]) == 404


def test_an_app_is_welcome_without_a_face(machine: Machine, elsewhere: DocumentServer) -> None:
    """Not there, no picture, too large: the registration says what it said, and nothing is shown."""
    address = elsewhere.at("/logo")
    for status, kind, body in (
        (404, "image/png", elsewhere.body),
        (200, "text/html", elsewhere.body),
        (200, "image/png", b"<svg xmlns='http://www.w3.org/2000/svg'/>"),
        (200, "image/png", b"\x89PNG" + b"x" * 1024 * 1024),
    ):
        elsewhere.status, elsewhere.headers, elsewhere.body = status, {"Content-Type": kind}, body
        assert machine.registered(logo_uri=address)["logo_uri"] == address
    assert elsewhere.asked == ["/logo"] * 4


def test_nobody_takes_the_logo_of_another(machine: Machine, elsewhere: DocumentServer) -> None:
    ours = machine.registered(logo_uri=elsewhere.at("/one.png"))["logo_uri"]
    assert refusal(machine.registers(logo_uri=ours))[0] == "invalid_client_metadata"
    told = machine.registered(redirect_uris=[CALLBACK])
    assert refusal(machine.updates(told, logo_uri=ours))[0] == "invalid_client_metadata"
