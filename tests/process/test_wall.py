"""What the wall lets through is one well-formed request, addressed to the issuer."""

import json
import os
from collections.abc import Callable
from io import BytesIO
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import pytest
from flask import Flask, request, url_for
from werkzeug.test import Client, TestResponse

from idp.settings.load import load_settings
from idp.web import hardening, posted
from idp.web.hardening import BODY_LIMIT, UPLOAD_LIMIT, Forgetful

ISSUER = "https://id.example.com"


def walled(issuer: str = ISSUER, **server: object) -> Client:
    app = Flask(__name__)

    @app.post("/read")
    def read() -> str:
        return str(len(request.get_data()))

    @app.post("/upload")
    @posted.with_file
    def upload() -> str:
        return str(len(request.get_data()))

    @app.post("/lines")
    def lines() -> str:
        return str(len(b"".join(request.environ["wsgi.input"])))

    @app.get("/")
    def where() -> dict[str, Any]:
        query = request.query_string.decode("ascii")
        return {
            "link": url_for("where", _external=True),
            "host": request.host,
            "secure": request.is_secure,
            "query": query,
        }

    mail = {"transport": "smtp"}
    hardening.prepare(app, load_settings(server={"issuer": issuer, **server}, mail=mail))
    return Client(app)


@pytest.mark.parametrize(
    "host",
    [
        "id.example.com",
        "id.example.com:443",
        "portico",
        "portico_1:8000",
        "10.0.0.3:8000",
        "[::1]:8000",
        "evil.example",
    ],
)
@pytest.mark.incident("CVE-2025-64101")
@pytest.mark.incident("GHSA-93m4-mfpg-c3xf")
@pytest.mark.incident("Canaille 0.0.65")
def test_links_are_the_issuers_whatever_host_a_request_names(host: str) -> None:
    told = json.loads(walled().get("/", headers={"Host": host}, base_url="http://id.example.com").data)
    assert told == {"link": f"{ISSUER}/", "host": "id.example.com", "secure": True, "query": ""}


@pytest.mark.parametrize("name", ["X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Port", "Forwarded"])
@pytest.mark.incident("CVE-2025-64101")
@pytest.mark.incident("GHSA-93m4-mfpg-c3xf")
def test_links_are_the_issuers_even_when_a_trusted_proxy_passes_a_strangers_header(name: str) -> None:
    client = walled(trusted_proxies=["127.0.0.0/8"])
    sent = {name: "host=evil.example;proto=http" if name == "Forwarded" else "evil.example"}
    answer = client.get("/", headers=sent, environ_overrides={"REMOTE_ADDR": "127.0.0.1"})
    assert json.loads(answer.data)["link"] == f"{ISSUER}/"


@pytest.mark.parametrize(
    "host",
    [
        "",
        "a.example,b.example",
        "a.example, b.example",
        "user@a.example",
        "a.example/x",
        "a b",
        "a.example:",
        "a:99999999",
    ],
)
def test_a_host_that_is_absent_double_or_no_host_is_refused(host: str) -> None:
    answer = walled().get("/", environ_overrides={"HTTP_HOST": host})
    assert answer.status_code == 400
    assert answer.headers["X-Request-ID"]
    assert b"Host" in answer.data


def test_a_request_without_any_host_is_refused() -> None:
    def hostless(environ: WSGIEnvironment, start_response: StartResponse) -> Any:
        del environ["HTTP_HOST"]
        return walled().application(environ, start_response)

    assert Client(hostless).get("/").status_code == 400


def test_octets_that_came_bare_in_a_query_are_escaped_and_the_others_are_left_alone() -> None:
    bare = "a=%2B+&b=\xc3\xa9\xff&c=%zz;'"
    told = walled().get("/", environ_overrides={"QUERY_STRING": bare})
    assert json.loads(told.data)["query"] == "a=%2B+&b=%C3%A9%FF&c=%zz;'"


def post(size: int, path: str = "/read", **environ: Any) -> TestResponse:
    return walled().post(path, data=b"x" * size, environ_overrides=environ)


def chunked(size: int, path: str) -> TestResponse:
    unknown = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
    return walled().post(
        path, input_stream=BytesIO(b"line\n" * (size // 5) + b"x" * (size % 5)), environ_overrides=unknown
    )


def test_a_body_of_64_kb_passes_and_one_byte_more_does_not() -> None:
    assert post(BODY_LIMIT).data == str(BODY_LIMIT).encode()
    assert post(BODY_LIMIT + 1).status_code == 413


def test_a_page_that_takes_a_file_takes_a_larger_body_and_no_other_does() -> None:
    assert post(BODY_LIMIT + 1, "/upload").data == str(BODY_LIMIT + 1).encode()
    assert post(UPLOAD_LIMIT, "/upload").status_code == 200
    assert post(UPLOAD_LIMIT + 1, "/upload").status_code == 413
    assert chunked(UPLOAD_LIMIT + 1, "/upload").status_code == 413
    for path in ("/upload/", "//upload", "/upload;x", "/read", "/nowhere"):
        assert post(BODY_LIMIT + 1, path).status_code == 413
    below = walled(f"{ISSUER}/below")
    assert below.post("/upload", data=b"x" * (BODY_LIMIT + 1)).status_code == 413
    assert below.post("/below/upload", data=b"x" * (BODY_LIMIT + 1)).status_code == 404, "let through, to nobody here"


@pytest.mark.parametrize("path", ["/read", "/lines"])
def test_a_body_of_unknown_length_is_held_to_the_same_limit(path: str) -> None:
    assert chunked(BODY_LIMIT, path).data == str(BODY_LIMIT).encode()
    assert chunked(BODY_LIMIT + 1, path).status_code == 413


@pytest.mark.parametrize("length", ["-1", "+5", "1e3", "0x10", "٣", " 1", "1,1"])
def test_a_length_that_is_no_number_is_refused(length: str) -> None:
    assert post(0, CONTENT_LENGTH=length).status_code == 400


def test_an_absurd_length_is_refused_before_it_is_computed() -> None:
    assert post(0, CONTENT_LENGTH="9" * 5000).status_code == 413


DEVELOPMENT = "http://127.0.0.1:8000"


def in_development(host: str, path: str = "/", method: str = "GET") -> TestResponse:
    client = walled(DEVELOPMENT, development=True)
    return client.open(path, method=method, headers={"Host": host})


def test_in_development_a_browser_at_another_name_of_this_machine_is_sent_to_the_issuer() -> None:
    answer = in_development("localhost:8000", "/sign%20in/%3f?a=b&c=%26")
    assert answer.status_code == 307
    assert answer.headers["Location"] == f"{DEVELOPMENT}/sign%20in/%3F?a=b&c=%26"


@pytest.mark.parametrize("path", ["//evil.example/", "///evil.example", "/\\evil.example", "/@evil.example"])
def test_that_redirect_leads_nowhere_else(path: str) -> None:
    answer = in_development("localhost:8000", path)
    assert answer.headers["Location"].startswith(f"{DEVELOPMENT}/")


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example:8000", "192.168.1.5:8000"])
def test_in_development_a_foreign_name_gets_nothing(host: str) -> None:
    assert in_development(host).status_code == 421
    assert in_development("localhost:8000", method="POST").status_code == 421
    assert in_development("127.0.0.1:8000").status_code == 200


def test_the_process_environment_is_taken_out_of_every_request(tell: Callable[..., Any]) -> None:
    process = {"DATABASE_PASSWORD": "hunter2", "HTTP_PROXY": "http://user:secret@proxy", "CONTENT_LENGTH": "7"}
    merged = {**process, "HTTP_PROXY": "sent by the app", "PATH_INFO": "/", "REQUEST_METHOD": "GET"}
    seen = tell(Forgetful, process, merged)
    assert seen == {"HTTP_PROXY": "sent by the app", "PATH_INFO": "/", "REQUEST_METHOD": "GET"}


@pytest.fixture
def tell() -> Callable[..., Any]:
    def ask(wall: type[Forgetful], process: dict[str, str], environ: dict[str, str]) -> dict[str, str]:
        seen: dict[str, str] = {}

        def inside(environ: WSGIEnvironment, start_response: StartResponse) -> list[bytes]:
            seen.update(environ)
            return []

        list(wall(inside, process)(environ, lambda *_: lambda _: None))
        assert os.environ.get("DATABASE_PASSWORD") is None
        return seen

    return ask
