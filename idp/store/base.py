"""The database: its declarative base, its two engines, and the few helpers every table file uses."""

import hashlib
import re
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from time import monotonic
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import CursorResult, Engine, Executable, MetaData, Row, event, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import ConnectionPoolEntry

from idp.settings.sections import Database


class Base(DeclarativeBase):
    """Times are `BigInteger` columns named `…_at`: whole seconds since the epoch, UTC."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


CONNECT_WITHIN = 5
RESTS_UNASKED = 5  # seconds
ID = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)

db = SQLAlchemy(metadata=Base.metadata)


def new_id() -> str:
    """128 random bits as 22 characters: an id that may be seen, and that nobody can guess.

    None begins with a dash: pasted into a command line, it would be read as an option.
    """
    drawn = urlsafe_b64encode(secrets.token_bytes(16)).rstrip(b"=").decode()
    return new_id() if drawn.startswith("-") else drawn


def is_id(text: str) -> bool:
    """Whether it has the shape of `new_id`: what has not can be no id of ours, and PostgreSQL refuses some of it."""
    return ID.fullmatch(text) is not None


def new_secret() -> str:
    """256 random bits as 43 characters: a bearer value, kept by its holder alone."""
    return secrets.token_urlsafe(32)


def fingerprint(secret: str) -> str:
    """SHA-256 in hex: the only form in which a bearer value is stored."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def configuration(settings: Database) -> dict[str, Any]:
    """Flask-SQLAlchemy's settings for two engines: one with transactions, one where each statement stands alone."""
    url = make_url(settings.url.get_secret_value())
    if url.get_backend_name() == "sqlite":
        file = Path(url.database or "").absolute()  # Flask-SQLAlchemy would look for it in a folder of its own
        file.parent.mkdir(parents=True, exist_ok=True)
        url = url.set(database=str(file))
        common: dict[str, Any] = {"url": url, "pool_size": settings.pool_size, "max_overflow": 64}
        # sqlite3 then reads outside transactions and opens BEGIN IMMEDIATE before the first write.
        main = {**common, "connect_args": {"isolation_level": "IMMEDIATE", "timeout": settings.busy_timeout}}
        hot = {**common, "connect_args": {"isolation_level": None, "timeout": settings.busy_timeout}}
    else:
        url = url.set(drivername="postgresql+psycopg")
        arguments = {"prepare_threshold": 1, "connect_timeout": CONNECT_WITHIN}
        common = {"url": url, "pool_size": settings.pool_size, "connect_args": arguments}
        main, hot = common, {**common, "isolation_level": "AUTOCOMMIT"}
    both: dict[str, Any] = {
        "execution_options": {"preserve_rowcount": True},  # else an INSERT on PostgreSQL counts -1
        "pool_use_lifo": True,  # the connection used last knows the statements best
    }
    return {
        "SQLALCHEMY_ENGINE_OPTIONS": main | both,
        "SQLALCHEMY_BINDS": {"hot": hot | both | {"pool_reset_on_return": None}},
    }


def tune_engines(settings: Database) -> None:
    """Set SQLite's pragmas, and let PostgreSQL's connections be asked; to be called once, inside the app's context."""
    for engine in db.engines.values():
        if engine.dialect.name == "sqlite":
            _set_pragmas(engine, settings.synchronous)
        else:
            _ask_after_rest(engine)


def _set_pragmas(engine: Engine, synchronous: str) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(connection: Any, _record: object) -> None:
        cursor = connection.cursor()
        for pragma in ("journal_mode = WAL", f"synchronous = {synchronous}", "foreign_keys = ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()


def _ask_after_rest(engine: Engine) -> None:
    """A connection that rested may lead nowhere by now (a restart, a firewall): better ask it than fail a request.
    Under load none rests and none is asked: a question is a round trip.
    """

    @event.listens_for(engine, "checkin")
    def rests(_connection: Any, record: ConnectionPoolEntry) -> None:
        record.info["rests_since"] = monotonic()

    @event.listens_for(engine, "checkout")
    def is_asked(connection: Any, record: ConnectionPoolEntry, _proxy: object) -> None:
        if monotonic() - record.info.get("rests_since", monotonic()) < RESTS_UNASKED:
            return
        try:
            engine.dialect.do_ping(connection)
        except Exception as error:
            raise DisconnectionError from error  # the pool then makes a new one


def row(statement: Executable, parameters: Mapping[str, Any]) -> Row[Any] | None:
    """The first row, read inside the request's transaction."""
    return db.session.execute(statement, parameters).first()


def count(statement: Executable, parameters: Mapping[str, Any]) -> int:
    """Rows that a write touched inside the request's transaction: the answer to "did I do it?"."""
    result = db.session.execute(statement, parameters)
    assert isinstance(result, CursorResult)  # noqa: S101 (what execute gives for DML; narrows the type)
    return result.rowcount


@contextmanager
def unit_of_work() -> Iterator[None]:
    """All writes inside last together, or none: for commands and background work (requests have web.transaction)."""
    try:
        yield
        db.session.commit()
    except BaseException:
        db.session.rollback()
        raise
    finally:
        db.session.remove()
