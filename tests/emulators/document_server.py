"""Somebody's own server with a document on it, on loopback; it may stop answering, or answer something else."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any

from PIL import Image


class DocumentServer:
    """`asked` holds the paths that somebody looked at. Without a word the answer is 200, JSON and for no cache."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.status = 200
        self.headers = {"Content-Type": "application/json"}
        self.body = b"{}"
        shown = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                shown.asked.append(self.path)
                self.send_response(shown.status)
                for name, value in shown.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(shown.body)))
                self.end_headers()
                self.wfile.write(shown.body)

            def log_message(self, *_args: object) -> None:
                """Nobody reads it."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self._thread.start()
        self._is_up = True

    def at(self, path: str) -> str:
        return f"http://127.0.0.1:{self._server.server_port}{path}"

    def shows(self, document: Any) -> None:
        self.body = json.dumps(document).encode()

    def shows_picture(self) -> None:
        self.headers, drawn = {"Content-Type": "image/png"}, BytesIO()
        Image.new("RGB", (64, 48), "teal").save(drawn, "PNG")
        self.body = drawn.getvalue()

    def stops(self) -> None:
        if self._is_up:
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
        self._is_up = False


@contextmanager
def serving() -> Iterator[DocumentServer]:
    server = DocumentServer()
    try:
        yield server
    finally:
        server.stops()
