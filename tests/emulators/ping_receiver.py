"""An app's server that is pinged (OpenID CIBA Core 1.0 §10.2): a real HTTP server on a port of its own."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any


@dataclass
class PingReceiver:
    """`pings` are what came, with the token; `answers` the statuses still to be given, 204 once they are used up."""

    port: int = 0
    pings: list[tuple[str, Any]] = field(default_factory=list)
    types: list[str] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    body: bytes = b""

    @property
    def uri(self) -> str:
        return f"http://127.0.0.1:{self.port}/ping"

    @classmethod
    @contextmanager
    def listening(cls) -> Iterator["PingReceiver"]:
        receiver = cls()

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.types.append(self.headers["Content-Type"])
                receiver.pings.append((self.headers["Authorization"], json.loads(body)))
                self.send_response(receiver.answers.pop(0) if receiver.answers else 204)
                self.send_header("Location", "/elsewhere")
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
            server.shutdown()
            server.server_close()
