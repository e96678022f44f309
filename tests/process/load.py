"""Clients that never stop asking, and remember every answer that they did not get."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from socket import create_connection

from tests.process.node import Node


@dataclass
class Load:
    """`answers` counts status codes; `lost` holds what went wrong with the requests that got none."""

    answers: Counter[int] = field(default_factory=Counter)
    lost: list[str] = field(default_factory=list)
    stopping: threading.Event = field(default_factory=threading.Event)

    def ask(self, node: Node, path: str) -> None:
        while not self.stopping.wait(0.005):
            try:
                self.answers[node.request("GET", path)[0].status] += 1
            except OSError as error:
                self.lost.append(repr(error))


@contextmanager
def under_load(node: Node, path: str, clients: int = 4) -> Iterator[Load]:
    load = Load()
    threads = [threading.Thread(target=load.ask, args=(node, path)) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        load.stopping.set()
        for thread in threads:
            thread.join()


class SlowRequest:
    """A form that the person's network delivers late: it keeps a thread of the server busy until then."""

    def __init__(self, node: Node, body: bytes = b"grant_type=nonsense&client_id=nobody") -> None:
        self.body = body
        self.connection = create_connection(("127.0.0.1", node.port), timeout=30)
        head = (
            f"POST /token HTTP/1.1\r\nHost: 127.0.0.1:{node.port}\r\nConnection: close\r\nExpect: 100-continue\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self.connection.sendall(head.encode())
        asked_to_go_on = self.connection.recv(1024)  # sent when a thread begins to read the body (RFC 9110 §10.1.1)
        assert asked_to_go_on.startswith(b"HTTP/1.1 100"), asked_to_go_on

    def finish(self) -> bytes:
        """The whole answer, headers and all."""
        with self.connection:
            self.connection.sendall(self.body)
            received = b""
            while piece := self.connection.recv(65536):
                received += piece
        return received
