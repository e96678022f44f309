"""An app's own server that shows its public keys, on loopback."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class KeyServer:
    """`asked` counts how often somebody looked."""

    def __init__(self) -> None:
        self.asked = 0
        self._body = b"{}"
        shown = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                shown.asked += 1
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(shown._body)))
                self.end_headers()
                self.wfile.write(shown._body)

            def log_message(self, *_args: object) -> None:
                """Nobody reads it."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        self._is_up = True

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/jwks.json"

    def shows(self, keys: dict[str, Any]) -> None:
        self._body = json.dumps(keys).encode()

    def stops(self) -> None:
        if self._is_up:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
        self._is_up = False


@contextmanager
def serving() -> Iterator[KeyServer]:
    server = KeyServer()
    try:
        yield server
    finally:
        server.stops()
