"""Processes beside the workers of `idp serve`: `idp tick`, again and again, for what no request should wait for, and
those that listen for apps with a certificate.
"""

import logging
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Sequence

LOG = logging.getLogger("idp.serve")
BEFORE_ANOTHER = 5.0  # seconds between the end of one that failed and the start of the next


class Background:
    """Keeps one such process alive. `stop` lets it finish what it is doing."""

    def __init__(
        self, name: str, words: Sequence[str], finish_within: int, listening: socket.socket | None = None
    ) -> None:
        """`python -m` and these words; `listening` is a socket that it inherits."""
        self.name = name
        self.command = (sys.executable, "-m", *words, "--parent", str(os.getpid()))
        self.inherited = (listening.fileno(),) if listening else ()
        self.finish_within = finish_within
        self.stopping = threading.Event()
        self.starting = threading.Lock()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Before the first worker is forked. A later fork waits while one is being started: a worker born in that
        moment would inherit, and for ever hold open, the pipe that says that the start is done.
        """
        release = self.starting.release
        os.register_at_fork(before=self.starting.acquire, after_in_parent=release, after_in_child=release)
        first = self._another()
        threading.Thread(target=self._keep_alive, args=(first,), name="background", daemon=True).start()

    def stop(self) -> None:
        with self.starting:  # so that none begins after this looked
            self.stopping.set()
        if (process := self.process) is None:
            return
        process.terminate()
        try:
            process.wait(self.finish_within)
        except subprocess.TimeoutExpired:
            process.kill()

    def restart(self) -> None:
        """For a reload: the next one reads the settings anew; the watching thread starts it."""
        if self.process is not None:
            self.process.terminate()

    def _keep_alive(self, process: subprocess.Popen[bytes] | None) -> None:
        while process:
            if process.wait() != 0 and not self.stopping.is_set():
                LOG.error("%s ended unexpectedly and is started again", self.name)
                self.stopping.wait(BEFORE_ANOTHER)
            process = self._another()

    def _another(self) -> subprocess.Popen[bytes] | None:
        with self.starting:
            if self.stopping.is_set():
                return None
            self.process = subprocess.Popen(self.command, pass_fds=self.inherited)  # noqa: S603 (our own words)
            return self.process
