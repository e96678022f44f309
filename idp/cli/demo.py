"""`idp demo`, which is what `make run` does: Portico in development and an app that signs people in with it.

Run again, it finds everything there: accounts, keys, the app and its secret stay as they were.
"""

import argparse
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from types import FrameType
from urllib.parse import urlsplit

from idp import clock
from idp.cli import client_files, demo_facebook, init
from idp.cli.demo_facebook import Emulator
from idp.cli.opened import complain, opened, say
from idp.settings.load import Settings, SettingsError, load_settings
from idp.store import client_secrets, clients
from idp.store.base import fingerprint, new_id, unit_of_work
from idp.store.client_secrets import StoredSecret
from idp.store.clients import Client

APP = "demo"
FOLDER = Path("var")
LOG = FOLDER / "demo_app.log"
START_WITHIN = 30.0  # seconds
STOP_WITHIN = 15.0
LOOK_EVERY = 0.1
TOLD = """
  Portico is running, for looking around on this machine.

    the app    {app:<34}  sign up and sign in here
    issuer     {issuer:<34}  what an app is configured with
    mails      {mails:<34}  nothing is sent; links and codes are here
    developers {developers:<34}  register an app of your own, once signed in
    stop       {stop:<34}  accounts and keys stay in {kept}
"""


def configure(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--with-facebook", action="store_true", help="and an emulator of Facebook to sign in with")


def run(arguments: argparse.Namespace) -> int:
    os.environ.update(
        {"IDP_SERVER__DEVELOPMENT": "true", "IDP_LOG__ACCESS": "false", "IDP_MAIL__TRANSPORT": "development"}
    )
    os.environ.setdefault("IDP_DEVELOPERS__WHO", "everyone")
    if arguments.config:
        os.environ["IDP_CONFIG"] = str(arguments.config.resolve())
    settings = load_settings()
    if facebook := demo_facebook.configured(settings, FOLDER) if arguments.with_facebook else None:
        os.environ.update(facebook.environment)
        settings = load_settings()
    program = settings.clients.directory.resolve() / APP / "app.py"
    if not program.is_file():
        raise SettingsError((f"clients.directory: there is no {program}; the demo runs from the sources",))
    app = declared(settings)
    home = app.metadata.client_uri.rstrip("/")
    for url in (settings.server.issuer, home, *([facebook.url] if facebook else [])):
        if _answers(url):
            complain(f"idp demo: something answers at {url} already; stop it first")
            return 1
    init.prepare(settings)
    with opened(settings):
        secret = registered(app, FOLDER / "demo_client_secret", clock.now())
    return _run_all(settings, home, program, secret, facebook)


def declared(settings: Settings) -> Client:
    """The app as its file describes it; `client_uri` is where it is to be reached."""
    found = client_files.read(settings.clients.directory, os.environ)
    for app in found.apps:
        if app.client_id == APP and app.metadata.client_uri:
            return Client(APP, app.metadata, "file")
    raise SettingsError(
        found.problems or (f"clients.directory: {APP}/client.toml lacks client_uri, the app's address",)
    )


def registered(app: Client, file: Path, now: int) -> str:
    """The app is what its file says, and has a secret that is its own since the first run; that secret."""
    secret = _kept(file)
    with unit_of_work():
        if not clients.added(app, now):
            clients.changed(app, now)
        known = client_secrets.live_of(APP, now)
        if not any(stored.fingerprint == fingerprint(secret) for stored in known):
            for stored in known:
                client_secrets.revoked(APP, stored.id, now)
            client_secrets.added(StoredSecret(new_id(), APP, fingerprint(secret), now, None))
    return secret


def _kept(file: Path) -> str:
    """The secret in the file, which only we may read; made when there is none."""
    if not file.exists():
        file.parent.mkdir(exist_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
            stream.write(secrets.token_urlsafe(32))
    return file.read_text()


def _run_all(settings: Settings, home: str, program: Path, secret: str, facebook: Emulator | None) -> int:
    environment = {
        **os.environ,
        "PORTICO_ISSUER": settings.server.issuer,
        "PORTICO_CLIENT_ID": APP,
        "PORTICO_CLIENT_SECRET": secret,
        "DEMO_URL": home,
    }
    with LOG.open("w") as output, _stop_on_signal():
        running = {"Portico": subprocess.Popen((sys.executable, "-m", "idp", "serve"))}
        running["the app"] = subprocess.Popen(  # noqa: S603 (a file of the sources)
            (sys.executable, str(program)), env=environment, stdout=output, stderr=output
        )
        if facebook:
            running["the emulator of Facebook"] = subprocess.Popen(facebook.command)  # noqa: S603 (our own interpreter and words)
        try:
            return _watch(settings, home, facebook, running)
        except KeyboardInterrupt:
            say("\nStopping.")
            return 0
        finally:
            _end(*running.values())


def _watch(
    settings: Settings, home: str, facebook: Emulator | None, running: Mapping[str, subprocess.Popen[bytes]]
) -> int:
    """Until one of them ends, which none should."""
    places = (f"{settings.server.issuer}/healthz/ready", home, *([facebook.url] if facebook else []))
    waited, told = 0.0, False
    while all(process.poll() is None for process in running.values()):
        time.sleep(LOOK_EVERY)
        waited += LOOK_EVERY
        if not told and all(_answers(place) for place in places):
            _tell(settings, home, facebook)
            told = True
        if not told and waited > START_WITHIN:
            complain(f"idp demo: not ready after {START_WITHIN:.0f} seconds; see above and {LOG}")
            return 1
    ended = next(name for name, process in running.items() if process.poll() is not None)
    complain(f"idp demo: {ended} ended; see {LOG if ended == 'the app' else 'above'}")
    return 1


def _tell(settings: Settings, home: str, facebook: Emulator | None) -> None:
    issuer = settings.server.issuer
    kept = f"{FOLDER}/ and {settings.keys.directory}/"
    facts = TOLD.format(
        app=home, issuer=issuer, mails=f"{issuer}/dev/mail", developers=f"{issuer}/developers", stop="Ctrl-C", kept=kept
    )
    say(facts.replace("    stop ", f"{facebook.told}    stop ") if facebook else facts)


def _answers(url: str) -> bool:
    """Is there a server, and does it not say that it cannot work?"""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=2)
    try:
        connection.request("GET", parts.path or "/")
        return connection.getresponse().status < 500
    except OSError:
        return False
    finally:
        connection.close()


@contextmanager
def _stop_on_signal() -> Iterator[None]:
    """SIGTERM (and a closed terminal) ends the demo as Ctrl-C does, which a script may have set to be ignored."""

    def told(_signal: int, _frame: FrameType | None) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, told) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _end(*processes: subprocess.Popen[bytes]) -> None:
    """Ctrl-C went to all of them; whoever did not hear it is told now, and ends for certain."""
    for process in processes:
        if process.poll() is None:
            process.terminate()
    for process in processes:
        try:
            process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
