"""The listener for certificates, [mtls]: a process beside the workers of `idp serve`, with TLS of its own (RFC 8705).

Granian hands no certificate to the application (decision 121). SIGTERM: no new connections, running requests finish, at
most `server.drain_for`. A request is read whole before it takes a thread, so that slow ones hold none.
"""

import argparse
import logging
import socket
import sys
from collections.abc import Callable, Iterable
from functools import partial
from threading import Thread
from typing import Any
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from twisted.internet import reactor as running
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IOpenSSLServerConnectionCreator
from twisted.logger import STDLibLogObserver, globalLogBeginner
from twisted.protocols.tls import TLSMemoryBIOFactory
from twisted.python.threadpool import ThreadPool
from twisted.web.http import HTTPChannel
from twisted.web.resource import Resource
from twisted.web.server import Request, Site
from twisted.web.wsgi import WSGIResource
from zope.interface import implementer

from idp import clock
from idp.app import create_app
from idp.cli.endings import leave_with
from idp.cli.main import FAILED, OK
from idp.cli.memory import stay_small
from idp.settings.load import Settings, load_settings
from idp.signing.tls import Connection, Handshakes, UnusableFiles
from idp.web import logs
from idp.web.hardening import BODY_LIMIT
from idp.web.proxies import OWN_TLS, Shown

LOG = logging.getLogger("idp.serve")
WITHIN = 20
"""Seconds for a request to be here whole, from the connection's first moment (TLS included) or the answer before."""
GOODBYE = 5
"""Seconds for the client to take the last bytes."""
MOST = 1000
"""Connections at a time."""
TOO_LARGE = b"HTTP/1.1 413 Content Too Large\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"
reactor: Any = running


class Channel(HTTPChannel):
    """One connection. Unless a request of it is being answered, `deadline` ends it."""

    deadline: Any = None

    def connectionMade(self) -> None:
        self.factory.channels.add(self)
        self._within(WITHIN, self.loseConnection)
        super().connectionMade()

    def allContentReceived(self) -> None:
        self.deadline.cancel()
        super().allContentReceived()

    def requestDone(self, request: Any) -> None:
        if self.factory.ended:
            self.persistent = 0
        self._within(WITHIN, self.loseConnection)
        super().requestDone(request)

    def loseConnection(self) -> None:
        self._within(GOODBYE, self.forceAbortClient)
        super().loseConnection()

    def connectionLost(self, reason: Any) -> None:
        if self.deadline.active():
            self.deadline.cancel()
        super().connectionLost(reason)
        self.factory.lost(self)

    def _within(self, seconds: float, end: Callable[[], None]) -> None:
        if self.deadline is not None and self.deadline.active():
            self.deadline.cancel()
        self.deadline = reactor.callLater(seconds, end)


class Asked(Request):
    """A request, its body bounded while it comes, and parsed by the application alone."""

    _parsePOSTFormSubmission = False
    is_too_large = False

    def handleContentChunk(self, data: bytes) -> None:
        if self.is_too_large:
            return
        if self.content.tell() + len(data) <= BODY_LIMIT:
            super().handleContentChunk(data)
            return
        self.is_too_large = True
        self.channel.write(TOO_LARGE)
        self.channel.loseConnection()

    def process(self) -> None:
        if not self.is_too_large:
            super().process()


class Requests(Site):
    """All connections of this process; `ended` is there once no more requests are taken."""

    protocol = Channel
    ended: Any = None

    def __init__(self, resource: Resource) -> None:
        super().__init__(resource, requestFactory=Asked, timeout=None, reactor=reactor)
        self.displayTracebacks = False
        self.channels: set[Channel] = set()

    def log(self, request: Any) -> None:
        """The application writes the access log."""

    def finish(self, within: float) -> Any:
        """A Deferred: idle connections end at once, the others with their answer, all after `within` seconds."""
        self.ended = Deferred()
        reactor.callLater(within, self._is_over)
        for channel in tuple(self.channels):
            if not channel.requests:
                channel.loseConnection()
        self.lost(None)
        return self.ended

    def lost(self, channel: Channel | None) -> None:
        self.channels.discard(channel)
        if self.ended and not self.channels:
            self._is_over()

    def _is_over(self) -> None:
        if not self.ended.called:
            self.ended.callback(None)


class Secured(TLSMemoryBIOFactory):
    """TLS around them; whoever comes when there are too many is sent away."""

    def buildProtocol(self, address: Any) -> Any:
        return None if len(self.protocols) >= MOST else super().buildProtocol(address)


@implementer(IOpenSSLServerConnectionCreator)
class Connections:
    def __init__(self, handshakes: Handshakes) -> None:
        self._handshakes = handshakes

    def serverConnectionForTLS(self, _protocol: Any) -> Connection:
        return self._handshakes.connection()


class Front(Resource):
    """Hands each request to the application, in a thread, with what its connection showed."""

    isLeaf = True

    def __init__(self, app: WSGIApplication, handshakes: Handshakes, threads: int) -> None:
        super().__init__()
        self.app, self.handshakes = app, handshakes
        self.pool = ThreadPool(1, threads)
        self.pool.threadFactory = partial(Thread, daemon=True)

    def render(self, request: Any) -> Any:
        request.responseHeaders.removeHeader(b"server")
        peer = self.handshakes.peer(request.channel.transport.getHandle())
        return WSGIResource(reactor, self.pool, partial(self._answer, Shown(*peer))).render(request)

    def _answer(self, shown: Shown, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        environ[OWN_TLS] = shown
        environ["wsgi.input_terminated"] = True
        return self.app(environ, start_response)


def serve(settings: Settings, listening: socket.socket) -> None:
    """Until SIGTERM or SIGINT. Raises UnusableFiles."""
    handshakes = Handshakes(settings.mtls, clock.now())
    front = Front(create_app(settings), handshakes, settings.server.threads)
    requests = Requests(front)
    secured = Secured(Connections(handshakes), isClient=False, wrappedFactory=requests)
    port = reactor.adoptStreamPort(listening.fileno(), listening.family, secured)
    front.pool.start()

    def finish() -> Any:
        port.stopListening()
        return requests.finish(settings.server.drain_for)

    reactor.addSystemEventTrigger("before", "shutdown", finish)
    reactor.run()


def main() -> int:
    """What `idp serve` starts: with its own process id, and its listening socket open as descriptor `--socket`."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--socket", type=int, required=True)
    arguments = parser.parse_args()
    settings = load_settings()
    logs.configure(settings)
    globalLogBeginner.beginLoggingTo([STDLibLogObserver()], redirectStandardIO=False)
    stay_small()
    leave_with(arguments.parent)
    try:
        serve(settings, socket.socket(fileno=arguments.socket))
    except UnusableFiles as problem:
        LOG.error("%s", problem)
        return FAILED
    return OK


if __name__ == "__main__":
    sys.exit(main())
