"""What is said about the shape of the database is what Alembic would say."""

from alembic.config import Config
from alembic.script import ScriptDirectory
from flask import Flask

from idp.store import revision
from idp.store.base import db


def alembics_head() -> str | None:
    config = Config()
    config.set_main_option("script_location", str(revision.VERSIONS.parent))
    config.set_main_option("path_separator", "os")
    return ScriptDirectory.from_config(config).get_current_head()


def test_the_newest_file_is_the_head() -> None:
    assert revision.head() == alembics_head()


def test_a_migrated_database_misses_nothing(store: Flask) -> None:
    assert revision.missing() is None
    assert revision.trouble() is None


def test_an_older_database_is_named(store: Flask) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    assert revision.trouble() == f"the database is at 0000, this version needs {revision.head()}"


def test_an_empty_database_is_named(store: Flask) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE alembic_version")
    assert revision.trouble() == "the database is empty"
