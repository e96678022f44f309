"""Statements that stand alone, sent straight to the driver: no transaction around them, one round trip each.

Around a small statement SQLAlchemy's own work costs two to four times the driver's (bench/README.md), so what every
sign-in runs goes past it. The pool stays SQLAlchemy's, and so does whatever writes more than one row.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Protocol, TypeVar

from sqlalchemy import Dialect, Engine, Executable
from sqlalchemy.pool import PoolProxiedConnection

from idp.store.base import db

Result = TypeVar("Result")
NAMED: Callable[..., Any] = namedtuple  # its names are known when the first row comes


class Found(Protocol):
    """One row: by name, by position, or whole."""

    def __getattr__(self, name: str) -> Any: ...

    def __getitem__(self, position: int, /) -> Any: ...

    def _asdict(self) -> dict[str, Any]: ...


class Prepared:
    """A statement as one database takes it. Values go in and come out as its driver has them: a boolean that comes from
    SQLite is a number.
    """

    def __init__(self, statement: Executable, dialect: Dialect) -> None:
        compiled = statement.compile(dialect=dialect)  # type: ignore[attr-defined]
        self.sql: str = compiled.string
        self.order: list[str] | None = compiled.positiontup
        binds = compiled.bind_names.items()
        self.constants = {name: bind.value for bind, name in binds if not bind.required}  # NULL is one too
        self.row: Callable[[Sequence[Any]], Found] | None = None

    def arguments(self, values: Mapping[str, Any]) -> Any:
        """The values as the driver wants them: by name, or in the order of the text."""
        given = {**self.constants, **values} if self.constants else values
        return given if self.order is None else [given[name] for name in self.order]

    def first(self, cursor: Any) -> Found | None:
        """The first row. All are fetched, because SQLite ends a statement, and so commits it, with its last row."""
        rows = cursor.fetchall()
        if not rows:
            return None
        if self.row is None:
            self.row = NAMED("Found", [column[0] for column in cursor.description], rename=True)._make
        return self.row(rows[0])


prepared = lru_cache(maxsize=256)(Prepared)  # statements made at import: there are fewer


def hot_row(statement: Executable, parameters: Mapping[str, Any]) -> Found | None:
    """One row of a statement that stands alone, and is durable when this returns."""
    return _run(statement, parameters, Prepared.first)


def hot_count(statement: Executable, parameters: Mapping[str, Any]) -> int:
    """Rows touched by a single-statement write, durable when this returns."""
    return _run(statement, parameters, _rows_touched)


def _rows_touched(_ready: Prepared, cursor: Any) -> int:
    return int(cursor.rowcount)


def _run(statement: Executable, parameters: Mapping[str, Any], read: Callable[[Prepared, Any], Result]) -> Result:
    engine = db.engines["hot"]
    connection = engine.raw_connection()
    try:
        ready = prepared(statement, engine.dialect)
        cursor = connection.cursor()
        cursor.execute(ready.sql, ready.arguments(parameters))
        return read(ready, cursor)
    except Exception as error:
        _forget_if_broken(engine, connection, error)
        raise
    finally:
        connection.close()


def _forget_if_broken(engine: Engine, connection: PoolProxiedConnection, error: Exception) -> None:
    """When the database went away, the other connections of the pool are gone with this one: all are made anew."""
    driver: Any = connection.driver_connection
    if engine.dialect.is_disconnect(error, driver, None):  # type: ignore[arg-type]
        connection.invalidate(error)
        engine.dispose()
