"""Every statement an app sends, seen where it leaves for the database: by the driver's own connections."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
from flask import Flask
from sqlalchemy import Engine, event

from idp.store import base

READS = ("SELECT", "WITH")
NO_TRIP = ("BEGIN", "COMMIT", "--")  # a commit is counted where it is asked for; the last is SQLite, at a foreign key


class Log:
    """Each statement and each end of a transaction is one round trip to the database."""

    def __init__(self) -> None:
        self.trips: list[str] = []

    @property
    def writes(self) -> list[str]:
        return [trip for trip in self.trips if not trip.lstrip().upper().startswith(READS)]

    @property
    def reads(self) -> list[str]:
        return [trip for trip in self.trips if trip.lstrip().upper().startswith(READS)]

    def sent(self, statement: str) -> None:
        if not statement.startswith(NO_TRIP):
            self.trips.append(statement)


class Noted(list[str]):
    """What somebody elsewhere was asked for, and what had been written by then."""

    def __init__(self, log: Log) -> None:
        super().__init__()
        self._log = log
        self.before: list[str] = []

    def append(self, path: str) -> None:
        self.before += self._log.writes
        super().append(path)


@contextmanager
def watched(app: Flask) -> Iterator[Log]:
    """What this app sends while the context is open."""
    log = Log()
    with app.app_context():
        engines = list(base.db.engines.values())
    with ExitStack() as listening:
        for engine in engines:
            listening.enter_context(_heard(engine, "commit", lambda _connection: log.trips.append("COMMIT")))
            listening.enter_context(_heard(engine, "checkout", lambda driver, *_: _watch(driver, log.sent)))
            listening.enter_context(_heard(engine, "checkin", lambda driver, *_: _watch(driver, None)))
        yield log


@contextmanager
def _heard(engine: Engine, name: str, listener: Callable[..., None]) -> Iterator[None]:
    event.listen(engine, name, listener)
    yield
    event.remove(engine, name, listener)


def _watch(driver: Any, sent: Callable[[str], None] | None) -> None:
    if isinstance(driver, psycopg.Connection):
        driver.cursor_factory = _telling(sent) if sent else psycopg.Cursor
    elif driver is not None:
        driver.set_trace_callback(sent)


def _telling(sent: Callable[[str], None]) -> type[psycopg.Cursor[Any]]:
    class Telling(psycopg.Cursor[Any]):
        def execute(self, query: Any, *rest: Any, **more: Any) -> Any:
            sent(str(query))
            return super().execute(query, *rest, **more)

    return Telling
