"""The providers that are measured, each in processes of its own, with one client and one person."""

import json
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.browser import Browser
from tests.process.node import Install, Node, free_port

HERE = Path(__file__).parent
REDIRECT_URI = "https://shop.example/callback"
PASSWORD = "Correct-horse-7-battery"
EMAIL = "alice@bench.example.com"


@dataclass
class Provider:
    """`server` and `database` are process ids whose families are charged (0: none)."""

    name: str
    origin: str
    authorize: str
    token: str
    userinfo: str
    push: str
    introspect: str
    client_secret: str
    server: int
    database: int = 0
    takes_passwords: bool = False

    def browser(self) -> Browser:
        """A browser in which the person is signed in, or will be without being asked."""
        browser = Browser(self.origin)
        if self.takes_passwords:
            page = browser.ask("GET", "/signin")
            answer = browser.submit(page, "/signin", email=EMAIL, password=PASSWORD)
            assert answer.status == 303, answer
        return browser


@contextmanager
def portico(
    name: str, database: str, database_pid: int = 0, workers: int = 1, **sections: dict[str, object]
) -> Iterator[Provider]:
    """`idp serve` with the settings of production, on a database of its own; the app is first-party."""
    folder = Path(tempfile.mkdtemp(prefix="portico-bench-"))
    port = free_port()
    install = Install(folder, database or f"sqlite:///{folder}/portico.db")
    install.change("password", argon2_memory_kib=19456, argon2_time_cost=2)
    install.change("server", issuer=f"http://127.0.0.1:{port}", bind=f"127.0.0.1:{port}", workers=workers)
    install.change("throttle", password_tries=10**6, network_tries=10**6)
    install.change("log", access=False)
    for section, values in sections.items():
        install.change(section, **values)
    secret = _register(install)
    with (folder / "log").open("w") as log:
        process = install.popen("serve", stdout=log, stderr=log)
    try:
        Node(install, port, process, folder / "log").wait_until_ready()
        origin = f"http://127.0.0.1:{port}"
        doors = ("/authorize", "/token", "/userinfo", "/par", "/introspect")
        yield Provider(name, origin, *doors, secret, process.pid, database_pid, True)
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def _register(install: Install) -> str:
    app = install.folder / "clients" / "bench"
    app.mkdir(parents=True)
    secret = "s" * 43
    (app / "secret").write_text(secret)
    (app / "client.toml").write_text(
        f'redirect_uris = ["{REDIRECT_URI}"]\nfirst_party = true\nclient_secret_file = "secret"\n'
        'grant_types = ["authorization_code", "refresh_token", "client_credentials"]\n'
        'scope = "openid profile email reports.read"\n'
    )
    for words, stdin in (
        (("init",), ""),
        (("clients", "apply"), ""),
        (("users", "add", EMAIL, "--agreed", "--password-stdin"), PASSWORD),
    ):
        done = install.idp(*words, stdin=stdin)
        assert done.returncode == 0, done.stdout + done.stderr
    return secret


@contextmanager
def oidc_provider() -> Iterator[Provider]:
    """npm `oidc-provider` with its in-memory adapter: the well-known implementation beside which we are measured."""
    port = free_port()
    secret = "s" * 43
    words = ("node", str(HERE / "node" / "server.mjs"), str(port), secret, REDIRECT_URI)
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=HERE / "node")
    origin = f"http://127.0.0.1:{port}"
    try:
        _wait(origin)
        doors = ("/auth", "/token", "/me", "/request", "/token/introspection")
        yield Provider("oidc-provider, in memory", origin, *doors, secret, process.pid)
    finally:
        process.terminate()
        process.wait(30)


def install_node() -> bool:
    """Bring in the peer, once; False where there is no Node."""
    if shutil.which("npm") is None:
        return False
    if not (HERE / "node" / "node_modules").is_dir():
        subprocess.run(("npm", "ci", "--silent"), cwd=HERE / "node", check=True)
    return True


def _wait(origin: str) -> None:
    for _ in range(600):
        try:
            body = Browser(origin).ask("GET", "/.well-known/openid-configuration").body
            json.loads(body)
        except (OSError, ValueError):
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"nobody answers at {origin}")
