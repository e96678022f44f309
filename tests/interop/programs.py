"""The relying parties' own processes: started on their port, waited for, ended; their words are kept for failures."""

import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

START_WITHIN = STOP_WITHIN = 30.0  # seconds, on a busy machine


@dataclass
class Program:
    process: subprocess.Popen[bytes]
    output: Path

    @property
    def log(self) -> str:
        return self.output.read_text("utf-8", "replace")

    def wait_for(self, port: int) -> None:
        began = time.monotonic()
        while not listens(port):
            assert self.process.poll() is None, f"it ended with {self.process.returncode}:\n{self.log}"
            assert time.monotonic() - began < START_WITHIN, f"nothing listens on {port}:\n{self.log}"
            time.sleep(0.02)


def listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@contextmanager
def running(
    command: Sequence[str],
    environment: Mapping[str, str],
    output: Path,
    port: int | None = None,
    folder: Path | None = None,
) -> Iterator[Program]:
    """A program, ended at the end whatever happened; with `port`, once it listens there."""
    with output.open("wb") as stream:
        process = subprocess.Popen(command, cwd=folder, env=dict(environment), stdout=stream, stderr=stream)
    program = Program(process, output)
    try:
        if port is not None:
            program.wait_for(port)
        yield program
    finally:
        process.terminate()
        try:
            process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
