"""The one way out holds its bounds, whatever the other side does."""

import gzip
import os
import socket
import ssl
import time
from collections.abc import Sequence
from ipaddress import ip_network
from pathlib import Path

import pytest

from idp.outside import addresses, fetch
from idp.outside.addresses import Policy
from idp.outside.fetch import JSON, Bounds, Fetcher, NotFetched
from tests.interop.certificates import self_signed
from tests.outside.answering import answering, document, for_ever, redirect, says
from tests.outside.test_addresses import Resolver

QUICK = Bounds(seconds=0.6, octets=1000)
ONE_ADDRESS = Policy(plain_loopback=True, also=(ip_network("127.0.0.1/32"),))


def here(
    policy: Policy = addresses.THIS_MACHINE, *answers: Sequence[str], tls: ssl.SSLContext | None = None
) -> Fetcher:
    return Fetcher(policy, resolve=Resolver(*(answers or (["127.0.0.1"],))), tls=tls)


def refusal(fetcher: Fetcher, url: str, bounds: Bounds = QUICK) -> NotFetched:
    with pytest.raises(NotFetched) as refused:
        fetcher.get(url, bounds)
    return refused.value


def test_an_answer_is_a_small_value() -> None:
    with answering(says(document(b'{"a": 1}', "Application/JSON; charset=utf-8", "404 Not Found"))) as server:
        answer = here().get(f"http://localhost:{server.port}/x?y=z", Bounds(media_types=JSON))
    assert (answer.status, answer.media_type, answer.body) == (404, "application/json", b'{"a": 1}')
    assert answer.headers["content-length"] == "8"
    assert "a" not in repr(answer).partition("body")[2]


def test_what_is_sent_is_ours_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No cookies, no proxy, no password of the environment."""
    (tmp_path / ".netrc").write_text("machine localhost login root password hunter2\n")
    (tmp_path / ".netrc").chmod(0o600)
    for name, value in {
        "HOME": tmp_path,
        "HTTP_PROXY": "http://127.0.0.1:9",
        "http_proxy": "http://127.0.0.1:9",
    }.items():
        monkeypatch.setenv(name, str(value))
    assert os.environ["http_proxy"]
    with answering(says(document(b"{}", "application/json", "200 OK", "Set-Cookie: a=b"))) as server:
        fetcher = here()
        fetcher.get(f"http://localhost:{server.port}/", headers={"Accept": "application/json", "Host": "other"})
        fetcher.post(f"http://localhost:{server.port}/", b"a=b")
    first, second = server.requests
    assert sorted(first.partition("\r\n\r\n")[0].splitlines()) == [
        "Accept-Encoding: identity",
        "Accept: application/json",
        "Connection: close",
        "GET / HTTP/1.1",
        f"Host: localhost:{server.port}",
        "User-Agent: Portico",
    ]
    assert "cookie" not in second.lower()
    assert second.startswith("POST / HTTP/1.1\r\n")
    assert second.endswith("\r\n\r\na=b")
    assert "Content-Type: application/x-www-form-urlencoded" in second


@pytest.mark.incident("CVE-2026-55671")
@pytest.mark.incident("CVE-2024-49753")
def test_a_name_that_changes_its_mind_is_not_asked_again() -> None:
    """DNS rebinding: what was looked at is what is connected to."""
    resolve = Resolver(["127.0.0.1"], ["127.0.0.2"])
    with (
        answering(says(document(b'"good"'))) as good,
        answering(says(document(b'"inside"')), host="127.0.0.2") as inside,
    ):
        answer = Fetcher(ONE_ADDRESS, resolve=resolve).get(f"http://localhost:{good.port}/")
    assert answer.body == b'"good"'
    assert resolve.asked == [("localhost", good.port)]
    assert inside.heard == []


def test_the_next_address_of_a_name_is_tried() -> None:
    with answering(says(document())) as server:
        assert (
            here(addresses.THIS_MACHINE, ["127.0.0.3", "127.0.0.1"]).get(f"http://localhost:{server.port}/").status
            == 200
        )


def test_a_pinned_address_has_to_show_the_certificate_of_its_name(tmp_path: Path) -> None:
    for name in ("app.example", "other.example"):
        self_signed(name, tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "app.example.pem", tmp_path / "app.example.key")
    names: list[str | None] = []
    context.sni_callback = lambda _socket, name, _context: names.append(name)
    believed = ssl.create_default_context(cafile=str(tmp_path / "app.example.pem"))
    believed.load_verify_locations(tmp_path / "other.example.pem")
    with answering(says(document()), tls=context) as server:
        fetcher = here(addresses.OPERATORS, tls=believed)
        assert fetcher.get(f"https://app.example:{server.port}/").status == 200
        refusal(fetcher, f"https://other.example:{server.port}/")
        refusal(fetcher, f"https://127.0.0.1:{server.port}/")
        refusal(here(addresses.OPERATORS), f"https://app.example:{server.port}/")  # nobody we believe signed it
    assert names[:2] == ["app.example", "other.example"]
    assert len(server.heard) == 1
    assert f"Host: app.example:{server.port}" in server.requests[0]


@pytest.mark.incident("CVE-2026-1180")
@pytest.mark.parametrize(
    "url", ["http://169.254.169.254/latest/meta-data/", "https://169.254.169.254/", "http://[::1]:9/"]
)
def test_a_redirect_to_the_inside_is_not_followed(url: str) -> None:
    with answering(says(redirect(url))) as server:
        error = refusal(here(ONE_ADDRESS), f"http://localhost:{server.port}/", Bounds(redirects=3))
    assert error.refused
    assert len(server.heard) == 1


def test_a_redirect_is_followed_where_that_was_asked_for() -> None:
    with answering(says(redirect("/second")), says(document(b'"there"'))) as server:
        answer = here().get(f"http://localhost:{server.port}/first", Bounds(redirects=1))
    assert answer.body == b'"there"'
    assert [request.split()[1] for request in server.requests] == ["/first", "/second"]


def test_redirects_are_off_and_end() -> None:
    with answering(says(redirect("/again"))) as server:
        assert refusal(here(), f"http://localhost:{server.port}/").refused
        assert len(server.heard) == 1
        refusal(here(), f"http://localhost:{server.port}/", Bounds(redirects=99))
        assert len(server.heard) == 1 + 1 + fetch.MOST_REDIRECTS


@pytest.mark.parametrize("status", ["302 Found", "303 See Other", "307 Temporary Redirect", "308 Permanent Redirect"])
def test_what_was_posted_is_not_posted_on(status: str) -> None:
    with answering(says(redirect("/elsewhere", status))) as server:
        with pytest.raises(NotFetched):
            here().post(f"http://localhost:{server.port}/", b"secret=x", Bounds(redirects=3))
        assert len(server.heard) == 1


def test_a_redirect_without_a_place_is_no_answer() -> None:
    with answering(says(document(b"", "text/plain", "302 Found"))) as server:
        refusal(here(), f"http://localhost:{server.port}/", Bounds(redirects=3))


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        for_ever(b"", b"", 0.1),
        for_ever(b"HTTP/1.1 200 OK\r\n", b"X-Slow: x\r\n", 0.1),
        for_ever(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.05),
        for_ever(HEAD + b"Content-Length: 900\r\n\r\n", b"x", 0.1),
        for_ever(HEAD + b"\r\n", b"x", 0.1),
        for_ever(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n", 0.1),
    ],
    ids=["silence", "slow headers", "continue", "slow body", "slow body without length", "slow chunks"],
)
def test_all_of_it_together_has_its_time(answer: object) -> None:
    """No single wait is long: only the sum is."""
    with answering(answer) as server:  # type: ignore[arg-type]
        began = time.monotonic()
        error = refusal(here(), f"http://localhost:{server.port}/")
    assert time.monotonic() - began < QUICK.seconds + 1
    assert not error.refused
    assert "too long" in str(error)


def test_a_handshake_has_its_time_too() -> None:
    with answering(for_ever(b"", b"", 0.1)) as server:
        began = time.monotonic()
        refusal(here(addresses.OPERATORS), f"https://localhost:{server.port}/")
    assert time.monotonic() - began < QUICK.seconds + 1


@pytest.mark.parametrize(
    "answer",
    [
        for_ever(HEAD + b"\r\n", b"x" * 4096),
        for_ever(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1000\r\n" + b"x" * 4096 + b"\r\n"),
        says(document(b"x" * 1001)),
    ],
    ids=["endless", "endless chunks", "one octet more"],
)
def test_a_body_has_its_size(answer: object) -> None:
    with answering(answer) as server:  # type: ignore[arg-type]
        error = refusal(here(), f"http://localhost:{server.port}/", Bounds(seconds=10, octets=1000))
    assert error.refused
    assert "longer than 1000 bytes" in str(error)


def test_a_body_of_just_that_size_is_read() -> None:
    with answering(says(document(b"x" * 1000))) as server:
        assert len(here().get(f"http://localhost:{server.port}/", QUICK).body) == 1000


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "br", "deflate", "zstd", "gzip, gzip"])
def test_nothing_is_unpacked(encoding: str) -> None:
    bomb = gzip.compress(bytes(50_000_000))
    with answering(says(document(bomb, "application/json", "200 OK", f"Content-Encoding: {encoding}"))) as server:
        assert refusal(here(), f"http://localhost:{server.port}/", Bounds()).refused


@pytest.mark.parametrize("kind", ["text/html", "", "application/jsonp", "text/html; application/json"])
def test_another_type_than_the_wanted_is_not_read(kind: str) -> None:
    with answering(says(document(b"{}", kind))) as server:
        assert refusal(here(), f"http://localhost:{server.port}/", Bounds(media_types=JSON)).refused


@pytest.mark.parametrize(
    "answer",
    [b"", b"hello\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nx", b"HTTP/1.1 two hundred\r\n\r\n"],
)
def test_what_breaks_off_is_no_answer(answer: bytes) -> None:
    with answering(says(answer)) as server:
        error = refusal(here(), f"http://localhost:{server.port}/")
    assert not error.refused


def test_nobody_there_is_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert not refusal(here(), f"http://localhost:{port}/").refused


def test_the_log_hears_no_secret() -> None:
    assert "hunter2" not in str(refusal(fetch.guarded(), "https://localhost/a?code=hunter2"))
    assert "/a" in str(refusal(fetch.guarded(), "https://localhost/a?code=hunter2"))


@pytest.mark.incident("CVE-2026-5469")
@pytest.mark.incident("CVE-2020-10770")
@pytest.mark.incident("CVE-2026-1180")
@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::ffff:127.0.0.1]", "0x7f.1", "2130706433", "0"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_nobody_is_heard_inside(host: str, scheme: str) -> None:
    with answering(says(document())) as server:
        assert refusal(fetch.guarded(), f"{scheme}://{host}:{server.port}/").refused
    assert server.heard == []


def test_the_operators_own_addresses_are_reached() -> None:
    with answering(says(document(b'"mine"'))) as server:
        assert fetch.trusting().get(f"http://127.0.0.1:{server.port}/").body == b'"mine"'
