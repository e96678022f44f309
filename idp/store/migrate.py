"""Bring the database to the shape this version needs, and say whether it is there."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

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
    head = ScriptDirectory.from_config(_config(None)).get_current_head()
    with db.engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    if current == head:
        return None
    return "the database is empty" if current is None else f"the database is at {current}, this version needs {head}"


def _config(connection: Connection | None) -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
