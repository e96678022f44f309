"""`idp serve` as an operator meets it: it starts fast, reloads and stops without losing a request, comes back."""

import json
import os
import signal
import time

import pytest

from tests.process.load import SlowRequest, under_load
from tests.process.node import START_WITHIN, Install, Serve, command_of, resident, serving, wait_for

pytestmark = pytest.mark.process
MEGABYTE = 1024 * 1024
MOST_MEGABYTES = 132  # passkeys, pictures and other providers brought 25 (bench/README.md); the aim stays 100


def test_it_answers_soon_and_is_small(serve: Serve, install: Install) -> None:
    began = time.monotonic()
    node = serve(install)
    assert time.monotonic() - began < START_WITHIN / 2  # bench/ measures it on a quiet machine
    for _ in range(200):
        assert node.status("/.well-known/openid-configuration") == 200
    (worker,) = node.workers()
    assert resident(worker) < MOST_MEGABYTES * MEGABYTE


def test_live_and_ready_say_so_and_are_never_cached(serve: Serve, install: Install) -> None:
    node = serve(install)
    for path, status in (("/healthz/live", "alive"), ("/healthz/ready", "ready")):
        response, body = node.request("GET", path)
        assert response.status == 200
        assert json.loads(body) == {"status": status}
        assert response.headers["Cache-Control"] == "no-store"


def test_ready_says_what_is_missing_while_live_stays_well(small_install: Install) -> None:
    small_install.idp("init")
    file = small_install.folder / "portico.db"
    with serving(small_install) as node:
        node.wait_until_ready()
        full = file.read_bytes()
        for path in small_install.folder.glob("portico.db*"):
            path.unlink()
        file.touch()
        assert node.stop() == 0
    with serving(small_install) as node:
        wait_for(lambda: node.status("/healthz/live") == 200)
        response, body = node.request("GET", "/healthz/ready")
        assert response.status == 503
        assert json.loads(body) == {"status": "not ready", "reasons": {"database": "the database is empty"}}
        assert full


def test_a_reload_under_load_loses_no_request_and_takes_new_settings(serve: Serve, small_install: Install) -> None:
    node = serve(small_install)
    (old_worker,) = node.workers()
    slow = SlowRequest(node)
    with under_load(node, "/healthz/live") as load:
        small_install.change("brand", name="Another name")
        node.send(signal.SIGHUP)
        wait_for(lambda: node.workers() and old_worker not in node.workers()[-1:])
        answer = slow.finish()
        wait_for(lambda: node.workers() != [old_worker] and len(node.workers()) == 1)
    assert answer.startswith(b"HTTP/1.1 40")
    assert load.lost == []
    assert set(load.answers) == {200}
    assert b"Another name" in node.request("GET", "/help")[1]


def test_a_reload_with_settings_that_cannot_be_used_changes_nothing(serve: Serve, small_install: Install) -> None:
    node = serve(small_install)
    workers = node.workers()
    small_install.change("server", threads=0)
    node.send(signal.SIGHUP)
    wait_for(lambda: "not reloaded" in node.log)
    assert "server.threads" in node.log
    assert node.workers() == workers
    assert node.status("/healthz/live") == 200


def test_a_stop_under_load_lets_running_requests_finish(serve: Serve, small_install: Install) -> None:
    node = serve(small_install)
    with under_load(node, "/healthz/live") as load:
        wait_for(lambda: load.answers[200] > 20)
        slow = SlowRequest(node)
        node.send(signal.SIGTERM)
        wait_for(lambda: node.status("/healthz/live") is None)  # nobody new is let in
        time.sleep(0.5)
        answer = slow.finish()
        assert node.process.wait(START_WITHIN) == 0
    assert answer.startswith(b"HTTP/1.1 40")
    assert b"error" in answer
    assert set(load.answers) == {200}
    assert node.children_gone()


def test_a_request_that_never_ends_does_not_hold_up_the_stop_for_ever(serve: Serve, small_install: Install) -> None:
    small_install.change("server", drain_for=2)
    node = serve(small_install)
    stuck = SlowRequest(node)
    began = time.monotonic()
    node.send(signal.SIGTERM)
    node.process.wait(START_WITHIN)
    assert 1.5 < time.monotonic() - began < 15
    stuck.connection.close()


def test_a_stop_in_the_middle_of_starting_is_heard(small_install: Install) -> None:
    """Whenever it comes: before the handlers, while a worker imports, or as its main thread falls asleep."""
    small_install.idp("init")
    small_install.change("server", drain_for=30)
    for delay in (0.2, 0.7, 1.2, None):
        with serving(small_install) as node:
            if delay is None:
                wait_for(lambda node=node: node.status("/healthz/live") == 200)  # type: ignore[misc]
            else:
                time.sleep(delay)
            began = time.monotonic()
            node.stop()
            assert time.monotonic() - began < 15


def test_a_worker_that_dies_is_replaced(serve: Serve, small_install: Install) -> None:
    node = serve(small_install)
    time.sleep(6)  # a worker that dies within five seconds of its birth counts as unable to live
    (worker,) = node.workers()
    os.kill(worker, signal.SIGKILL)
    wait_for(lambda: node.workers() and node.workers() != [worker])
    node.wait_until_ready()


def test_background_work_that_dies_is_started_again(serve: Serve, small_install: Install) -> None:
    node = serve(small_install)
    wait_for(node.background)
    first = node.background()
    assert first
    os.kill(first, signal.SIGKILL)
    wait_for(lambda: node.background() not in (None, first))
    assert "background work ended unexpectedly" in node.log


def test_killed_without_a_word_its_children_leave_too(serve: Serve, small_install: Install) -> None:
    node = serve(small_install)
    wait_for(node.background)
    children = node.children()
    assert len(children) == 2
    os.kill(node.process.pid, signal.SIGKILL)
    node.process.wait()
    wait_for(lambda: not any(b"idp" in command_of(child) for child in children))


def test_a_second_server_on_the_same_address_is_refused(serve: Serve, small_install: Install) -> None:
    node = serve(small_install)
    second = small_install.idp("serve", "--bind", f"127.0.0.1:{node.port}")
    assert second.returncode == 1
    assert "cannot listen" in second.stdout
    assert node.status("/healthz/live") == 200


def test_the_wall_stands_in_front_of_the_real_server_too(serve: Serve, small_install: Install) -> None:
    node = serve(small_install)
    last = f"Host: 127.0.0.1:{node.port}\r\nConnection: close\r\n"
    form = f"POST /token HTTP/1.1\r\n{last}Content-Type: application/x-www-form-urlencoded\r\n"
    chunks = f"8000\r\n{'x' * 0x8000}\r\n" * 3 + "0\r\n\r\n"
    for request, answer in (
        (f"GET / HTTP/1.1\r\nHost: evil.example\r\n{last}\r\n", "HTTP/1.1 400"),
        ("GET / HTTP/1.1\r\nConnection: close\r\n\r\n", "HTTP/1.1 400"),
        ("GET / HTTP/1.0\r\n\r\n", "HTTP/1.0 400"),
        (f"{form}Content-Length: 65537\r\n\r\n", "HTTP/1.1 413"),
        (f"{form}Transfer-Encoding: chunked\r\n\r\n{chunks}", "HTTP/1.1 413"),
        (f"GET /healthz/live HTTP/1.1\r\n{last}\r\n", "HTTP/1.1 200"),
    ):
        assert node.raw(request.encode()).startswith(answer), request[:80]


def test_the_log_is_json_and_holds_neither_query_nor_cookie(serve: Serve, small_install: Install) -> None:
    node = serve(small_install)
    node.request("GET", "/nowhere?code=very-secret-code", headers={"Cookie": "portico_session=very-secret-cookie"})
    node.request("POST", "/token", b"client_secret=very-secret-secret")
    node.stop()
    lines = node.lines()
    (line,) = (line for line in lines if line.get("path") == "/nowhere")
    assert line["status"] == 404
    assert line["reference"]
    assert "very-secret" not in node.log
