"""Bring the database to the shape this version needs, and say whether it is there."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text
from sqlalchemy.exc import SQLAlchemyError

from idp.store.base import db

LOCK = 0x504F5254  # an advisory lock number of our own: "PORT"


def upgrade() -> None:
    """Run every migration that has not run; nodes that do this together wait for one another."""
    with db.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        else:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        command.upgrade(_config(connection), "head")


def missing() -> str | None:
    """What stands between the database and this version, or None when nothing does."""
    with db.engines["hot"].connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current == head():
        return None
    return "the database is empty" if current is None else f"the database is at {current}, this version needs {head()}"


def trouble(*, verbatim: bool = False) -> str | None:
    """The same, or that the database does not answer; with `verbatim`, for the operator alone, in its own words."""
    try:
        return missing()
    except SQLAlchemyError as error:
        cause = getattr(error, "orig", None) or error
        words = " ".join(str(cause).split()) if verbatim else type(cause).__name__
        return f"the database does not answer ({words})"


@cache
def head() -> str | None:
    """The revision that this version of the code was written for."""
    return ScriptDirectory.from_config(_config(None)).get_current_head()


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
