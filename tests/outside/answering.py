"""A server on loopback that answers with exactly the octets it is told to, and remembers what it heard."""

import contextlib
import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

Answer = Callable[[socket.socket], None]


@dataclass
class Answering:
    port: int
    heard: list[bytes] = field(default_factory=list)

    @property
    def requests(self) -> list[str]:
        return [request.decode() for request in self.heard]


def says(*octets: bytes) -> Answer:
    def answer(line: socket.socket) -> None:
        for some in octets:
            line.sendall(some)

    return answer


def document(body: bytes = b"{}", kind: str = "application/json", status: str = "200 OK", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Type: {kind}", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join([*lines, "", ""]).encode() + body


def redirect(to: str, status: str = "302 Found") -> bytes:
    return document(b"", "text/plain", status, f"Location: {to}")


def for_ever(before: bytes, octets: bytes, pause: float = 0.0) -> Answer:
    """One piece after the other, until nobody listens any more."""

    def answer(line: socket.socket) -> None:
        line.sendall(before)
        while True:
            line.sendall(octets)
            threading.Event().wait(pause)

    return answer


@contextmanager
def answering(*answers: Answer, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None) -> Iterator[Answering]:
    """One answer per connection, the last one for all that follow."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.create_server((host, 0), family=family) as server:
        here = Answering(server.getsockname()[1])

        def serve() -> None:
            left = list(answers)
            while True:
                try:
                    line, _ = server.accept()
                except OSError:
                    return
                answer = left.pop(0) if len(left) > 1 else left[0]
                threading.Thread(target=converse, args=(line, answer, here, tls), daemon=True).start()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield here
        server.shutdown(socket.SHUT_RDWR)
    thread.join()


def converse(line: socket.socket, answer: Answer, here: Answering, tls: ssl.SSLContext | None) -> None:
    with contextlib.suppress(OSError):
        line.settimeout(20)
        with tls.wrap_socket(line, server_side=True) if tls else line as spoken:
            if request := listen(spoken):
                here.heard.append(request)
            answer(spoken)
    line.close()


def listen(line: socket.socket) -> bytes:
    """A request with its body."""
    heard = line.recv(65536)
    length = re.search(rb"\r\nContent-Length: (\d+)\r\n", heard)
    while length and len(heard.partition(b"\r\n\r\n")[2]) < int(length[1]):
        heard += line.recv(65536)
    return heard
