"""The judge sees what it is there for: or green would mean nothing."""

import pytest
from werkzeug.datastructures import Headers

from tests.fuzz.octets.judge import THE_SUM, faults, leads_home
from tests.fuzz.octets.values import CANARY
from tests.fuzz.octets.wire import Answer, Request

SHOP = frozenset({"shop-under-fuzz"})
SOUND = {"X-Request-ID": "x", "X-Content-Type-Options": "nosniff"}
LOOSE = {"Set-Cookie": "portico_browser=x; Path=/; SameSite=Lax"}
SESSION = {"Set-Cookie": "portico_session=x; HttpOnly; Path=/; SameSite=Lax"}
PAGE = {"Content-Type": "text/html; charset=utf-8"}


@pytest.mark.parametrize(
    ("status", "headers", "body", "method"),
    [
        (500, {}, b"", "GET"),
        (200, {}, b"Traceback (most recent call last)", "GET"),
        (400, {}, b"sqlalchemy.exc.DataError", "GET"),
        (400, {}, b"ValueError: x", "GET"),
        (303, {"Location": "https://evil.example/"}, b"", "GET"),
        (303, {"Location": "//evil.example/"}, b"", "GET"),
        (307, {"Location": "/signin"}, b"", "POST"),
        (303, LOOSE, b"", "GET"),
        (303, SESSION, b"", "GET"),
        (200, {"Access-Control-Allow-Credentials": "true"}, b"", "GET"),
        (200, {"Content-Length": "3"}, b"four", "GET"),
        (200, {}, b"x", "HEAD"),
        (200, {"X-Odd": "a\r\nSet-Cookie: x"}, b"", "GET"),
        (200, PAGE, b"<p>" + CANARY + b">", "GET"),
        (200, PAGE, b"<p>" + THE_SUM, "GET"),
        (200, PAGE, b'<form action="https://evil.example/">', "GET"),
        (200, PAGE, b'<button formaction="javascript:x">', "GET"),
    ],
)
def test_it_finds(status: int, headers: dict[str, str], body: bytes, method: str) -> None:
    made = Headers(list(SOUND.items()))
    made._list.extend(headers.items())  # werkzeug itself refuses line breaks; a server might not
    assert list(faults(Request(method), Answer(status, made, body), SHOP))


def test_it_lets_pass_what_is_sound() -> None:
    to_app = Headers({**SOUND, "Location": "https://photobox.example/callback?code=x"})
    assert list(faults(Request(), Answer(303, to_app), SHOP)) == []
    assert list(faults(Request(), Answer(200, Headers({**SOUND, **PAGE}), b'<form action="/signin">'), SHOP)) == []


@pytest.mark.parametrize(
    ("location", "home"),
    [
        ("/signin", True),
        ("http://127.0.0.1:8000/x", True),
        ("https://photobox.example/callback?code=x", True),
        ("https://photobox.example/callback.evil.example", False),
        ("https://photobox.example/callback/../x", False),
        ("https://spa.example/callback?code=x", False),
        ("http://127.0.0.1:8000@evil.example/", False),
        ("http://127.0.0.1:80001/", False),
        ("/\\evil.example", False),
        ("signin", False),
        ("javascript:x", False),
    ],
)
def test_it_knows_what_is_home(location: str, home: bool) -> None:
    assert leads_home(location, ("https://photobox.example/callback",)) is home
