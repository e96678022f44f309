"""`idp serve`: worker processes that answer, and one process beside them for background work.

SIGTERM and SIGINT: no new connections, running requests finish (at most `server.drain_for`), then all is gone.
SIGHUP: settings and code are read again, worker after worker is replaced, no request is lost. Settings that cannot be
used are reported and the running ones stay; bind, workers and threads change at a restart only.
With `mtls.bind` other processes beside the workers ask apps for their TLS certificate (idp.cli.mtls).
"""

import argparse
import logging
import os
import socket
from collections.abc import Iterator
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.net import SocketSpec  # type: ignore[attr-defined]
from granian.server.mp import MPServer

from idp import clock
from idp.accounts.documents import Documents
from idp.cli.background import Background
from idp.cli.endings import Waking, hear_every_signal, hold_signals_for_children, leave_with
from idp.cli.memory import stay_small
from idp.settings.load import Settings, SettingsError, load_settings
from idp.signing import tls
from idp.signing.wrapping import KeyFolder, KeyFolderError
from idp.upstream import facebook_versions
from idp.web import logs

LOG = logging.getLogger("idp.serve")
HEADERS_WITHIN = 10_000  # milliseconds a client may take to send its headers
HEADER_BYTES = 64 * 1024
BACKLOG = 1024


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--dev", action="store_true", help="development: every mail can be read at /dev/mail")
    parser.add_argument("--bind", metavar="HOST:PORT", help="where to listen (default: server.bind)")


def run(arguments: argparse.Namespace) -> int:
    """Serve until told to stop. Returns 1 when the address is taken or workers keep dying."""
    _hand_down(arguments)
    settings = usable_settings()
    logs.configure(settings)
    if taken := _address_taken(settings):
        LOG.error(taken)
        return 1
    try:
        listening = _listening(settings)
    except OSError as error:
        LOG.error("cannot listen on %s: %s; see mtls.bind", settings.mtls.bind, error.strerror)
        return 1
    for trouble in facebook_versions.troubles(settings, clock.now()):
        LOG.warning(trouble.sentence)
    hold_signals_for_children()
    server = Server(settings, listening)
    LOG.info("Portico answers at %s, listening on %s", settings.server.issuer, settings.server.bind)
    if listening:
        LOG.info("Apps with a certificate come to %s, listening on %s", settings.mtls.address, settings.mtls.bind)
    server.answer_requests()
    return 0


def usable_settings() -> Settings:
    """The settings, if the server could start with them now; SettingsError otherwise."""
    settings = load_settings()
    try:
        KeyFolder.open(settings.keys.directory)
    except KeyFolderError as error:
        raise SettingsError((f"keys.directory: {error}",)) from None
    Documents.of(settings)
    if settings.mtls.bind and (
        acute := [trouble for trouble in tls.troubles(settings.mtls, clock.now()) if trouble.is_acute]
    ):
        raise SettingsError(tuple(trouble.sentence for trouble in acute))
    return settings


def load(parent: int) -> Any:
    """In the worker: import the application, which the process that only watches never does."""
    hear_every_signal()
    stay_small()
    leave_with(parent)
    return import_module("idp.cli.worker").application()


class Server(MPServer):
    """granian, told what Portico needs, with the processes beside its workers started and stopped."""

    def __init__(self, settings: Settings, listening: socket.socket | None) -> None:
        """`listening` is where apps come with a certificate, if they may."""
        host, port = settings.server.address
        super().__init__(
            target="portico",
            address=host,
            port=port,
            interface=Interfaces.WSGI,
            workers=settings.server.workers,
            blocking_threads=settings.server.threads,
            http=HTTPModes.http1,
            websockets=False,
            http1_settings=HTTP1Settings(header_read_timeout=HEADERS_WITHIN, max_buffer_size=HEADER_BYTES),
            respawn_failed_workers=True,
            workers_kill_timeout=max(1, settings.server.drain_for),
            log_level=LogLevels.warning if settings.server.development else LogLevels.info,
            log_dictconfig=logs.configuration(settings),
        )
        self.main_loop_interrupt = Waking()
        self.mtls_bind = settings.mtls.bind
        for beside in _beside(settings, listening):
            self.on_startup(beside.start)
            self.on_reload(beside.restart)
            self.on_shutdown(beside.stop)

    def answer_requests(self) -> None:
        """Until a signal ends it. MPServer.serve would begin by advising against the threads we chose."""
        super(MPServer, self).serve(target_loader=partial(load, os.getpid()), wrap_loader=False)

    def _init_shared_socket(self) -> None:
        """One listening socket for all workers, held here too: whoever connects while a worker is replaced waits in its
        queue. With a socket for each worker, granian's choice on Linux, those in the queue of the old one are lost.
        """
        self._shd: Any = SocketSpec(self.bind_addr, self.bind_port, self.backlog).build()
        self._sso = socket.socket(fileno=self._shd.get_fd())
        self._sso.set_inheritable(True)

    def signal_handler_reload(self, *_: object) -> None:
        """A reload with settings that cannot be used would end the service: say so and go on with the old ones."""
        try:
            settings = usable_settings()
            if settings.mtls.bind != self.mtls_bind:
                raise SettingsError(("mtls.bind changes at a restart",))
        except SettingsError as error:
            LOG.error("not reloaded, the settings cannot be used: %s", error)
            return
        super().signal_handler_reload()  # type: ignore[no-untyped-call]


def _beside(settings: Settings, listening: socket.socket | None) -> Iterator[Background]:
    drain_for = settings.server.drain_for
    yield Background("background work", ("idp", "tick", "--every", str(settings.server.tick_every)), drain_for)
    if listening:
        words = ("idp.cli.mtls", "--socket", str(listening.fileno()))
        for _ in range(settings.mtls.workers):
            yield Background("the listener for certificates", words, drain_for, listening)


def _listening(settings: Settings) -> socket.socket | None:
    """Held here as well, so that whoever connects while its process is replaced waits in its queue. Raises OSError."""
    if not settings.mtls.bind:
        return None
    host, port = settings.mtls.listens_at
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.create_server((host, port), family=family, backlog=BACKLOG)
    listening.setblocking(False)
    return listening


def _hand_down(arguments: argparse.Namespace) -> None:
    """What the command line says reaches workers and background work the way all settings do: by the environment."""
    if arguments.config:
        os.environ["IDP_CONFIG"] = str(Path(arguments.config).resolve())
    if arguments.dev:
        os.environ["IDP_SERVER__DEVELOPMENT"] = "true"
    if arguments.bind:
        os.environ["IDP_SERVER__BIND"] = arguments.bind


def _address_taken(settings: Settings) -> str | None:
    """Workers share the port among themselves, so the system would let a second server share it silently."""
    host, port = settings.server.address
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            return f"cannot listen on {settings.server.bind}: {error.strerror}; see server.bind"
    return None
