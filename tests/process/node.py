"""Real `idp` processes with a configuration and folders of their own: commands, and servers on free ports."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from typing import Any, NamedTuple, Protocol

ROOT = Path(__file__).parents[2]
START_WITHIN = STOP_WITHIN = 30.0  # seconds, on a busy machine
Settings = Mapping[str, Mapping[str, Any]]


def wait_for(comes_true: Callable[[], object], within: float = START_WITHIN) -> None:
    began = time.monotonic()
    while not comes_true():
        assert time.monotonic() - began < within, "it never came true"
        time.sleep(0.02)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


def toml(settings: Settings) -> str:
    """JSON's strings, numbers, booleans and lists are TOML's too."""
    sections = (
        [f"[{name}]", *(f"{key} = {json.dumps(value)}" for key, value in section.items()), ""]
        for name, section in settings.items()
    )
    return "\n".join(line for section in sections for line in section)


@dataclass
class Install:
    """A folder with config.toml and keys/, and a database; what an operator has."""

    folder: Path
    database: str
    settings: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.change("database", url=self.database)
        self.change("keys", directory=str(self.folder / "keys"))
        self.change("clients", directory=str(self.folder / "clients"))
        self.change("password", argon2_memory_kib=8, argon2_time_cost=1)

    @property
    def config(self) -> Path:
        return self.folder / "config.toml"

    def change(self, section: str, **values: Any) -> None:
        self.settings.setdefault(section, {}).update(values)
        self.config.write_text(toml(self.settings))

    def environment(self, **more: str) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith(("IDP_", "PORTICO_"))}
        return {**inherited, "PYTHONPATH": str(ROOT), "IDP_CONFIG": str(self.config), **more}

    def popen(self, *words: str, **options: Any) -> subprocess.Popen[str]:
        command = (sys.executable, "-m", "idp", *words)
        return subprocess.Popen(
            command, cwd=self.folder, env=self.environment(), text=True, start_new_session=True, **options
        )

    def idp(self, *words: str, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a command to its end."""
        return subprocess.run(
            (sys.executable, "-m", "idp", *words),
            cwd=self.folder,
            env=self.environment(**environment),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=START_WITHIN,
            check=False,
        )


@dataclass
class Node:
    """One `idp serve`. `log` is everything it and its children wrote."""

    install: Install
    port: int
    process: subprocess.Popen[str]
    output: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> str:
        return self.output.read_text()

    def lines(self) -> list[dict[str, Any]]:
        """The log, line by line; every line must be JSON."""
        return [json.loads(line) for line in self.log.splitlines()]

    def request(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[HTTPResponse, bytes]:
        connection = HTTPConnection("127.0.0.1", self.port, timeout=START_WITHIN)
        try:
            connection.request(method, path, body, dict(headers or {}))
            response = connection.getresponse()
            return response, response.read()
        finally:
            connection.close()

    def raw(self, octets: bytes) -> str:
        """The answer to exactly these octets."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=START_WITHIN) as connection:
            connection.sendall(octets)
            return connection.recv(65536).decode("latin-1")

    def status(self, path: str) -> int | None:
        """None while nobody answers."""
        try:
            return self.request("GET", path)[0].status
        except OSError:
            return None

    def wait_until_ready(self) -> float:
        """Seconds it took; fails with the log when it does not come."""
        began = time.monotonic()
        while self.status("/healthz/ready") != 200:
            assert self.process.poll() is None, f"it ended with {self.process.returncode}:\n{self.log}"
            assert time.monotonic() - began < START_WITHIN, f"not ready:\n{self.log}"
            time.sleep(0.02)
        return time.monotonic() - began

    def send(self, what: signal.Signals) -> None:
        self.process.send_signal(what)

    def stop(self) -> int:
        self.send(signal.SIGTERM)
        return self.process.wait(STOP_WITHIN)

    def kill(self) -> None:
        """As a power cut would: all its processes, without a word."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(STOP_WITHIN)

    def children(self) -> list[int]:
        """Its workers and its background process."""
        tasks = Path(f"/proc/{self.process.pid}/task").glob("*/children")
        return [int(pid) for task in tasks for pid in task.read_text().split()]

    def children_gone(self) -> bool:
        """Nothing of its session is left."""
        return not any(session_of(int(folder.name)) == self.process.pid for folder in Path("/proc").glob("[0-9]*"))

    def workers(self) -> list[int]:
        return [pid for pid in self.children() if b"tick" not in command_of(pid)]

    def background(self) -> int | None:
        return next((pid for pid in self.children() if b"tick" in command_of(pid)), None)


def command_of(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def session_of(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except OSError:
        return None


def resident(pid: int) -> int:
    """Bytes of memory that a process holds now."""
    fields = Path(f"/proc/{pid}/statm").read_text().split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE")


@contextmanager
def serving(install: Install, *words: str, port: int | None = None, name: str = "node") -> Iterator[Node]:
    """An `idp serve` of this install; ended at the end, whatever happened."""
    port = port or free_port()
    output = install.folder / f"{name}-{port}.log"
    with output.open("w") as stream:
        process = install.popen("serve", "--bind", f"127.0.0.1:{port}", *words, stdout=stream, stderr=stream)
    node = Node(install, port, process, output)
    try:
        yield node
    finally:
        if process.poll() is None:
            node.stop()
        else:
            leftover(process.pid)


def leftover(group: int) -> None:
    """A server that was killed may leave children for a second; a test does not wait for them."""
    try:
        os.killpg(group, signal.SIGKILL)
    except ProcessLookupError:
        return


class Done(NamedTuple):
    returncode: int
    stdout: str
    stderr: str


class Run(Protocol):
    def __call__(self, install: Install, *words: str, stdin: str = "") -> Done: ...


class Serve(Protocol):
    def __call__(self, install: Install, *words: str, port: int | None = None) -> Node: ...
