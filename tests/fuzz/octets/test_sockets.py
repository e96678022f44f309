"""What no well-behaved client can send, over a real socket to a real `idp serve`: one request is one request."""

import re
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

import pytest

from tests.process.node import Install, Node, free_port, serving

pytestmark = pytest.mark.process

STATUS = re.compile(rb"HTTP/1\.[01] (\d{3})")
SECOND = b"GET /smuggled HTTP/1.1\r\nHost: HERE\r\nConnection: close\r\n\r\n"
INSIDE = b"GET /smuggled HTTP/1.1\r\nHost: evil.example\r\n\r\n"
CLOSE = b"Connection: close\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n"
PATIENCE = 10.0  # seconds for an answer on a busy machine
SILENCE = 0.3  # seconds in which nothing more comes


class Shape(NamedTuple):
    """`octets` with HERE for the host; `statuses` of the answers that may come, each at most once in a row."""

    octets: bytes
    statuses: frozenset[int]
    answers: int = 1


def get(target: bytes, headers: bytes = b"", host: bytes = b"Host: HERE\r\n") -> bytes:
    return b"GET " + target + b" HTTP/1.1\r\n" + host + headers + CLOSE + b"\r\n"


def post(headers: bytes, body: bytes = b"a=b", after: bytes = b"") -> bytes:
    return b"POST /token HTTP/1.1\r\nHost: HERE\r\n" + FORM + headers + b"\r\n" + body + after


REFUSED = frozenset({400})
TOO_LARGE = frozenset({413, 414, 431})
ANSWERED = frozenset({400, 401})
SHAPES = {
    "both lengths": Shape(post(b"Content-Length: 4\r\n" + CHUNKED, b"0\r\n\r\n", SECOND), ANSWERED),
    "both, the other way round": Shape(post(CHUNKED + b"Content-Length: 90\r\n", b"0\r\n\r\n", SECOND), ANSWERED),
    "a coding nobody knows": Shape(
        post(b"Transfer-Encoding: xchunked\r\nContent-Length: 3\r\n", after=SECOND), REFUSED
    ),
    "chunked is not the last": Shape(post(b"Transfer-Encoding: chunked, identity\r\n", after=SECOND), REFUSED),
    "a space before the colon": Shape(post(b"Transfer-Encoding : chunked\r\n", after=SECOND), REFUSED),
    "two lengths": Shape(post(b"Content-Length: 3\r\nContent-Length: 90\r\n", after=SECOND), REFUSED),
    "a list of lengths": Shape(post(b"Content-Length: 3, 3\r\n", after=SECOND), REFUSED),
    "a length with a sign": Shape(post(b"Content-Length: +3\r\n", after=SECOND), REFUSED),
    "a negative chunk": Shape(post(CHUNKED + CLOSE, b"-3\r\na=b\r\n0\r\n\r\n"), ANSWERED),
    "a chunk without end": Shape(post(CHUNKED + CLOSE, b"F" * 17 + b"\r\na=b\r\n"), ANSWERED),
    "trailers that are headers": Shape(post(CHUNKED + CLOSE, b"3\r\na=b\r\n0\r\nHost: evil.example\r\n\r\n"), ANSWERED),
    "a body that GET has no use for": Shape(
        b"GET /help HTTP/1.1\r\nHost: HERE\r\nContent-Length: %d\r\n\r\n%b" % (len(INSIDE), INSIDE), frozenset({200})
    ),
    "too large, and another behind it": Shape(
        post(b"Content-Length: 70000\r\n" + CLOSE, b"a" * 70_000, SECOND), TOO_LARGE
    ),
    "two hosts": Shape(get(b"/signin", b"Host: evil.example\r\n"), REFUSED),
    "the same host twice": Shape(get(b"/signin", b"Host: HERE\r\n"), REFUSED),
    "no host": Shape(get(b"/signin", host=b""), REFUSED),
    "HTTP/1.0 without a host": Shape(b"GET /signin HTTP/1.0\r\n\r\n", REFUSED),
    "HTTP/0.9": Shape(b"GET /signin\r\n\r\n", REFUSED),
    "a folded header": Shape(get(b"/userinfo", b"Authorization: Bearer\r\n x\r\n"), REFUSED),
    "a bare carriage return": Shape(get(b"/signin", b"X: a\rSet-Cookie: x=y\r\n"), REFUSED),
    "a null in a header": Shape(get(b"/signin", b"X: a\0b\r\n"), REFUSED),
    "a null in the target": Shape(get(b"/signin?for=\0"), REFUSED),
    "octets that are not UTF-8 in the query": Shape(get(b"/signin?for=\xff"), REFUSED),
    "UTF-8 that came bare": Shape(get("/help?x=é".encode()), frozenset({200})),
    "octets of every kind in the path": Shape(get(b"/authorize/%00%ff%0d%0aX:%20y"), REFUSED),
    "octets above ASCII in headers": Shape(get(b"/userinfo", b"Authorization: Bearer \xff\r\n"), frozenset({401})),
    "an address of another site": Shape(get(b"http://evil.example/signin"), frozenset({200, 400, 421})),
    "an authority": Shape(get(b"evil.example:443"), frozenset({308, 400, 404})),
    "CONNECT": Shape(b"CONNECT evil.example:443 HTTP/1.1\r\nHost: HERE\r\n\r\n", frozenset({400, 404, 405})),
    "an asterisk": Shape(b"OPTIONS * HTTP/1.1\r\nHost: HERE\r\n" + CLOSE + b"\r\n", frozenset({400, 404})),
    "two slashes": Shape(get(b"//evil.example/%2e%2e"), frozenset({404})),
    "no method": Shape(b"G@T /signin HTTP/1.1\r\nHost: HERE\r\n\r\n", REFUSED),
    "hundreds of headers": Shape(get(b"/signin", b"X: y\r\n" * 300), TOO_LARGE),
    "one header without end": Shape(get(b"/signin", b"X: " + b"y" * 200_000 + b"\r\n"), TOO_LARGE),
    "a target without end": Shape(get(b"/" + b"a" * 70_000), TOO_LARGE),
    "a TLS greeting": Shape(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", REFUSED),
    "HTTP/2 by surprise": Shape(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", REFUSED, 0),
    "the wish for HTTP/2": Shape(
        get(b"/help", b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA\r\n"), frozenset({200})
    ),
}


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Node]:
    folder = tmp_path_factory.mktemp("sockets")
    install, port = Install(folder, f"sqlite:///{folder / 'portico.db'}"), free_port()
    install.change("server", issuer=f"http://127.0.0.1:{port}", workers=1)
    done = install.idp("init")
    assert done.returncode == 0, done.stderr
    with serving(install, port=port) as node:
        node.wait_until_ready()
        yield node


@contextmanager
def connected(node: Node) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", node.port), PATIENCE) as connection:
        yield connection


def heard(connection: socket.socket) -> bytes:
    """Everything that comes until the server closes, or has been silent for a while after its answer."""
    answer = b""
    with suppress(TimeoutError, ConnectionError):
        while piece := connection.recv(65_536):
            answer += piece
            connection.settimeout(SILENCE)
    return answer


def asked(node: Node, octets: bytes) -> bytes:
    with connected(node) as connection:
        with suppress(ConnectionError):  # it may hang up early, and still have said something
            connection.sendall(octets.replace(b"HERE", f"127.0.0.1:{node.port}".encode()))
        return heard(connection)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES.keys())
def test_an_odd_shape_gets_one_answer_and_carries_no_second_request(node: Node, shape: Shape) -> None:
    answer = asked(node, shape.octets)
    statuses = [int(status) for status in STATUS.findall(answer)]
    assert len(statuses) == shape.answers, answer[:2000]
    assert shape.statuses.issuperset(statuses), answer[:500]
    assert b"evil.example" not in answer.partition(b"\r\n\r\n")[0]
    assert b"Traceback" not in answer
    assert "/smuggled" not in node.log


def test_names_with_underscores_say_nothing(node: Node) -> None:
    """CGI would read X_Forwarded_For as X-Forwarded-For, and Content_Length as Content-Length."""
    posed = b"X_Forwarded_For: 203.0.113.9\r\nX_Request_ID: x\r\nContent_Length: 90\r\nTransfer_Encoding: chunked\r\n"
    answer = asked(node, post(posed + b"Content-Length: 3\r\n" + CLOSE))
    assert STATUS.findall(answer) == [b"401"]
    assert b"client authentication is missing" in answer  # the body was read as it is
    assert {line["address"] for line in node.lines() if "address" in line} == {"127.0.0.1"}


def test_a_body_that_never_ends_holds_nobody_else_up(node: Node) -> None:
    """And what was cut short is no request."""
    with connected(node) as slow:
        slow.sendall(post(b"Content-Length: 90\r\n", b"client_id=").replace(b"HERE", f"127.0.0.1:{node.port}".encode()))
        assert node.status("/healthz/ready") == 200
        slow.shutdown(socket.SHUT_WR)
        assert b"invalid_client" in heard(slow)


def test_nothing_of_it_was_a_fault(node: Node) -> None:
    """Last in this file: the log of all of the above."""
    for octets in (shape.octets for shape in SHAPES.values()):
        asked(node, octets)
    assert node.status("/healthz/ready") == 200
    assert "/smuggled" not in node.log
    assert [line for line in node.lines() if line["level"] in ("ERROR", "CRITICAL")] == []
    assert {line["status"] for line in node.lines() if "status" in line} <= set(range(200, 500))
