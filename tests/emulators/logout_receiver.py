"""An app's server that is told of sign-outs: a real HTTP server on a port of its own, which may be slow or refuse."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from urllib.parse import parse_qs


@dataclass
class LogoutReceiver:
    """`tokens` are the logout tokens that came; `answers` the statuses still to be given, 200 once they are used up.

    While `open` is not set, whoever posts waits; `reached` says that somebody does.
    """

    port: int = 0
    tokens: list[str] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    location: str = ""
    body: bytes = b""
    open: Event = field(default_factory=Event)
    reached: Event = field(default_factory=Event)

    def __post_init__(self) -> None:
        self.open.set()

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self.port}/logout"

    @classmethod
    @contextmanager
    def listening(cls) -> Iterator["LogoutReceiver"]:
        receiver = cls()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"])).decode()
                receiver.reached.set()
                receiver.open.wait(30)
                receiver.types.append(self.headers["Content-Type"])
                receiver.tokens += parse_qs(body)["logout_token"]
                self.send_response(receiver.answers.pop(0) if receiver.answers else 200)
                if receiver.location:
                    self.send_header("Location", receiver.location)
                self.send_header("Content-Length", str(len(receiver.body)))
                self.end_headers()
                self.wfile.write(receiver.body)

            def log_message(self, *_: object) -> None:
                """Nothing is printed."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        receiver.port = server.server_address[1]
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            receiver.open.set()
            server.shutdown()
            server.server_close()
            thread.join(10)
