"""A real Portico for the relying parties: one `idp serve` on loopback, its apps declared in files, its people added."""

import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from types import MappingProxyType
from typing import Any

from tests.process.node import Install, Node, free_port, serving, toml

NOTHING: Mapping[str, Any] = MappingProxyType({})
PASSWORD = "Correct-horse-7-battery"


@dataclass(frozen=True)
class Person:
    email: str
    sub: str
    password: str = field(default=PASSWORD, repr=False)


@dataclass(frozen=True)
class Registered:
    """What the developer of an app was told."""

    issuer: str
    client_id: str
    home: str
    secret: str = field(repr=False)

    @property
    def port(self) -> int:
        return int(self.home.rpartition(":")[2])


@dataclass
class Portico:
    node: Node
    numbers: Any = field(default_factory=lambda: count(1))

    @property
    def issuer(self) -> str:
        return str(self.install.settings["server"]["issuer"])

    @property
    def install(self) -> Install:
        return self.node.install

    def knows(self, name: str, **metadata: Any) -> Registered:
        """Register an app that will live on a free port; `/path` in the metadata is an address of that app."""
        home = f"http://127.0.0.1:{free_port()}"
        folder = self.install.folder / "clients" / f"{name}-{next(self.numbers)}"
        folder.mkdir(parents=True)
        has_none = metadata.get("token_endpoint_auth_method") in ("none", "private_key_jwt")
        secret = "" if has_none else secrets.token_urlsafe(32)
        members = {key: placed(value, home) for key, value in metadata.items()}
        if secret:
            (folder / "secret").write_text(secret)
            members["client_secret_file"] = "secret"
        _, _, text = toml({"": members}).partition("\n")
        (folder / "client.toml").write_text(text)
        self._idp("clients", "apply")
        return Registered(self.issuer, folder.name, home, secret)

    def knows_as_declared(self, file: Path) -> str:
        """Register a sample of this repository by its own client.toml; its client_id."""
        folder = self.install.folder / "clients" / file.parent.name
        if not folder.exists():
            folder.mkdir(parents=True)
            (folder / "client.toml").write_bytes(file.read_bytes())
            self._idp("clients", "apply")
        return folder.name

    def welcomes(self, email: str = "") -> Person:
        """Somebody who signed up and confirmed their address before the story begins."""
        email = email or f"alice.{next(self.numbers)}@example.org"
        return Person(email, self._idp("users", "add", email, "--agreed", "--password-stdin", stdin=PASSWORD).strip())

    def _idp(self, *words: str, stdin: str = "") -> str:
        done = self.install.idp(*words, stdin=stdin)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout


@contextmanager
def started(
    folder: Path,
    port: int | None = None,
    server: Mapping[str, Any] = NOTHING,
    registration: Mapping[str, Any] = NOTHING,
    developers: Mapping[str, Any] = NOTHING,
    **tokens: int,
) -> Iterator[Portico]:
    """A new one, on SQLite; `server`, `registration`, `developers` and `tokens` are settings of those sections."""
    install = Install(folder, f"sqlite:///{folder / 'portico.db'}")
    port = port or free_port()
    install.change("server", **{"issuer": f"http://127.0.0.1:{port}", "workers": 1, "drain_for": 1, **server})
    install.change("tokens", **tokens)
    install.change("registration", **registration)
    install.change("developers", **developers)
    done = install.idp("init")
    assert done.returncode == 0, done.stderr
    with serving(install, port=port, name="interop") as node:
        node.wait_until_ready()
        yield Portico(node)


def placed(value: Any, home: str) -> Any:
    if isinstance(value, list):
        return [placed(item, home) for item in value]
    return f"{home}{value}" if isinstance(value, str) and value.startswith("/") else value
