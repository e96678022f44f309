"""One request as octets, and its answer: a WSGI environ made by hand, so that nothing tidies it on the way."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any

from flask import Flask
from werkzeug.datastructures import Headers

FORM = b"application/x-www-form-urlencoded"
HOST = b"127.0.0.1:8000"
OUTSIDE_HTTP = frozenset({"content-type", "content-length"})


@dataclass(frozen=True)
class Request:
    """`path` is what follows the host, percent-decoded; `query` is as sent. A name may come in several headers."""

    method: str = "GET"
    path: bytes = b"/"
    query: bytes = b""
    headers: tuple[tuple[str, bytes], ...] = ()
    body: bytes = b""

    def __repr__(self) -> str:
        return f"Request({self.method!r}, {self.path!r}, {self.query[:2000]!r}, {self.headers!r}, {self.body[:2000]!r})"

    def having(self, name: str, value: bytes | None) -> "Request":
        """With this header in the place of others of its name, or without any."""
        kept = tuple(pair for pair in self.headers if pair[0].lower() != name.lower())
        added = () if value is None else ((name, value),)
        return replace(self, headers=kept + added)

    def by(self, method: str) -> "Request":
        """The same by another method."""
        return replace(self, method=method)

    def has(self, name: str) -> bool:
        return any(known.lower() == name.lower() for known, _ in self.headers)

    def environ(self) -> dict[str, Any]:
        """As the server makes it: names in capitals, values as latin-1, several of one name joined by a comma."""
        made: dict[str, Any] = {
            "REQUEST_METHOD": self.method,
            "SCRIPT_NAME": "",
            "PATH_INFO": self.path.decode("latin-1"),
            "QUERY_STRING": self.query.decode("latin-1"),
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "8000",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "192.0.2.10",
            "HTTP_HOST": HOST.decode(),
            "wsgi.version": (1, 0),
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(self.body),
            "wsgi.input_terminated": True,
            "wsgi.errors": BytesIO(),
            "wsgi.multithread": True,
            "wsgi.multiprocess": True,
            "wsgi.run_once": False,
        }
        sent: dict[str, str] = {}
        for name, value in self.headers:
            name, text = name.lower(), value.decode("latin-1")
            sent[name] = f"{sent[name]},{text}" if name in sent else text
        if self.body and not {"content-length", "transfer-encoding"} & sent.keys():
            sent["content-length"] = str(len(self.body))
        return made | {_cgi_name(name): text for name, text in sent.items()}


def _cgi_name(name: str) -> str:
    name, plain = name.replace("-", "_").upper(), name in OUTSIDE_HTTP
    return name if plain else f"HTTP_{name}"


@dataclass
class Answer:
    status: int = 0
    headers: Headers = field(default_factory=Headers)
    body: bytes = b""

    @property
    def is_page(self) -> bool:
        return self.headers.get("Content-Type", "").startswith("text/html")


def send(server: Flask, request: Request) -> Answer:
    """Through the whole stack, the wall included."""
    answer = Answer()

    def start(status: str, headers: list[tuple[str, str]], _: object = None, /) -> Any:
        answer.status, answer.headers = int(status[:3]), Headers(headers)
        return None

    chunks: Iterable[bytes] = server.wsgi_app(request.environ(), start)
    answer.body = b"".join(chunks)
    if close := getattr(chunks, "close", None):
        close()
    return answer
