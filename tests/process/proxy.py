"""A small reverse proxy: every request goes to the next node, as an unkind load balancer would send it."""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPException
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

HOP_BY_HOP = frozenset(
    ("connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "content-length")
)


@dataclass
class RoundRobin:
    """`served` tells which node answered which request, in order."""

    ports: Sequence[int]
    served: list[tuple[int, str]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    turn: int = 0

    def next_ports(self) -> list[int]:
        """All nodes, the one whose turn it is first."""
        with self.lock:
            self.turn += 1
            first = self.turn % len(self.ports)
        return [*self.ports[first:], *self.ports[:first]]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    balancer: RoundRobin

    def forward(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        for port in self.balancer.next_ports():
            try:
                self.answer(port, body)
            except ConnectionRefusedError:
                continue  # nothing was sent yet: another node may have it
            except (OSError, HTTPException):
                break  # the node may have acted: asking another would be asking twice
            return
        self.send_error(502)

    do_GET = do_POST = do_HEAD = do_OPTIONS = forward  # noqa: N815 (the names http.server asks for)

    def answer(self, port: int, body: bytes) -> None:
        connection = HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                if name.lower() not in {*HOP_BY_HOP, "x-forwarded-for"}:
                    connection.putheader(name, value)
            connection.putheader("X-Forwarded-For", self.client_address[0])
            connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        with self.balancer.lock:
            self.balancer.served.append((port, self.path))
        self.send_response_only(response.status, response.reason)
        for name, value in response.getheaders():
            if name.lower() not in HOP_BY_HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """The nodes log."""


@contextmanager
def round_robin(port: int, nodes: Sequence[int]) -> Iterator[RoundRobin]:
    """Listens on `port` for as long as the block lasts."""
    balancer = RoundRobin(nodes)
    handler = type("Handler", (Handler,), {"balancer": balancer})
    server = ThreadingHTTPServer(("127.0.0.1", port), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield balancer
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
