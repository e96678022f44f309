"""Only listed proxies are believed, only about the person's address, and only as far as they can know it."""

import json
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.test import Client

from idp.web.proxies import FORWARDING, Proxies, client_address
from idp.web.request_id import RequestIds, current, proxy_reference

PROXIES = ("10.0.0.0/8", "192.0.2.7/32", "2001:db8::/32")


def tell(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
    start_response("200 OK", [("Content-Type", "application/json")])
    seen = {name: value for name, value in environ.items() if isinstance(value, str)}
    return [json.dumps({**seen, "reference": current(), "proxy_reference": proxy_reference()}).encode()]


def seen_by(networks: tuple[str, ...], peer: str, **headers: str) -> dict[str, Any]:
    app = Proxies(RequestIds(tell), networks)
    sent = [(name.replace("_", "-"), value) for name, value in headers.items()]
    answer = Client(app).get("/", headers=sent, environ_overrides={"REMOTE_ADDR": peer})
    seen: dict[str, Any] = json.loads(answer.data)
    return {**seen, "header": answer.headers["X-Request-ID"]}


@pytest.mark.parametrize(
    ("peer", "said", "person"),
    [
        ("10.1.1.1", "203.0.113.9", "203.0.113.9"),
        ("10.1.1.1", "203.0.113.9, 10.2.2.2", "203.0.113.9"),
        ("10.1.1.1", "6.6.6.6, 203.0.113.9", "203.0.113.9"),  # the left part is the person's own invention
        ("10.1.1.1", "6.6.6.6, 203.0.113.9, 192.0.2.7", "203.0.113.9"),
        ("10.1.1.1", "", "10.1.1.1"),
        ("10.1.1.1", "unknown", "10.1.1.1"),
        ("10.1.1.1", "203.0.113.9, garbage", "10.1.1.1"),
        ("10.1.1.1", "203.0.113.9:4711", "203.0.113.9"),
        ("10.1.1.1", "[2001:db9::1]:4711", "2001:db9::1"),
        ("10.1.1.1", "2001:db9::1", "2001:db9::1"),
        ("10.1.1.1", "fe80::1%eth0", "fe80::1"),
        ("10.1.1.1", f"fe80::1%{'x' * 300}", "fe80::1"),
        ("2001:db8::5", "203.0.113.9", "203.0.113.9"),
        ("::ffff:10.1.1.1", "::ffff:203.0.113.9", "203.0.113.9"),
        ("10.1.1.1", "10.3.3.3, 10.2.2.2", "10.3.3.3"),  # a person inside the trusted network
        ("203.0.113.9", "6.6.6.6", "203.0.113.9"),
        ("203.0.113.9", "6.6.6.6, 10.1.1.1", "203.0.113.9"),
        ("", "6.6.6.6", ""),
    ],
)
def test_the_address_is_the_first_one_that_no_trusted_proxy_vouches_beyond(peer: str, said: str, person: str) -> None:
    assert seen_by(PROXIES, peer, X_Forwarded_For=said)["REMOTE_ADDR"] == person


@pytest.mark.incident("CVE-2024-47070")
def test_without_listed_proxies_nobody_chooses_an_address() -> None:
    assert seen_by((), "203.0.113.9", X_Forwarded_For="127.0.0.1")["REMOTE_ADDR"] == "203.0.113.9"
    assert seen_by(PROXIES, "203.0.113.9", X_Forwarded_For="10.0.0.1")["REMOTE_ADDR"] == "203.0.113.9"


@pytest.mark.incident("CVE-2024-47070")
@given(said=st.text(alphabet="0123456789abcdef.:,[] \t", max_size=60))
def test_no_wording_of_the_header_makes_a_stranger_someone_else(said: str) -> None:
    assert client_address("203.0.113.9", said, Proxies(tell, PROXIES).networks) == "203.0.113.9"


@pytest.mark.incident("CVE-2025-64101")
@pytest.mark.incident("CVE-2025-64484")
@pytest.mark.incident("CVE-2025-54576")
@pytest.mark.incident("CVE-2026-40575")
@pytest.mark.parametrize("peer", ["203.0.113.9", "10.1.1.1"])
@pytest.mark.parametrize("name", FORWARDING)
def test_no_forwarding_header_reaches_the_rooms_inside_not_even_from_a_proxy(peer: str, name: str) -> None:
    header = name.removeprefix("HTTP_")
    assert name not in seen_by(PROXIES, peer, **{header: "evil.example"})


def test_a_reference_is_ours_and_a_proxys_id_stands_beside_it() -> None:
    seen = seen_by(PROXIES, "10.1.1.1", X_Request_ID="0f8fad5b-d9cb-469f-a165-70867728950e")
    assert seen["proxy_reference"] == "0f8fad5b-d9cb-469f-a165-70867728950e"
    assert seen["reference"] == seen["header"]
    assert len(seen["reference"]) == len("7F3K-92QD-M4XT")
    assert seen["reference"].replace("-", "").isalnum()


@pytest.mark.parametrize("sent", ["x" * 65, "a b", 'a"b', "é", "a\tb"])
def test_an_id_that_could_upset_a_log_is_not_taken_even_from_a_proxy(sent: str) -> None:
    assert seen_by(PROXIES, "10.1.1.1", X_Request_ID=sent)["proxy_reference"] == ""


def test_an_id_from_anyone_else_is_ignored() -> None:
    seen = seen_by(PROXIES, "203.0.113.9", X_Request_ID="chosen-by-me")
    assert seen["proxy_reference"] == ""
    assert "chosen" not in seen["reference"]


def test_every_request_has_a_reference_of_its_own_and_none_outlives_it() -> None:
    assert seen_by((), "203.0.113.9")["reference"] != seen_by((), "203.0.113.9")["reference"]
    assert current() == ""
