"""The migrations lead from nothing to exactly the tables the code speaks of, on both databases."""

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask
from sqlalchemy import func, insert, inspect, select

from idp.store import migrate, revision
from idp.store.base import db
from idp.store.schema import METADATA, TABLES
from idp.store.users import User


def test_upgraded_from_empty_the_database_equals_the_models(store: Flask) -> None:
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_every_table_of_the_code_is_listed() -> None:
    assert {table.__table__ for table in TABLES} == set(METADATA.tables.values())


def test_a_current_database_misses_nothing(store: Flask) -> None:
    assert revision.missing() is None


def test_upgrading_again_changes_nothing_and_loses_nothing(store: Flask) -> None:
    row = {"id": "a" * 22, "state": "active", "locale": "en", "created_at": 1, "updated_at": 1}
    with db.engine.begin() as connection:
        connection.execute(insert(User), row)
    migrate.upgrade()
    with db.engine.connect() as connection:
        assert connection.scalar(select(func.count()).select_from(User)) == 1


def test_an_empty_database_says_so(store: Flask) -> None:
    with db.engine.begin() as connection:
        METADATA.drop_all(connection)
        connection.exec_driver_sql("DROP TABLE alembic_version")
    assert revision.missing() == "the database is empty"
    migrate.upgrade()
    assert revision.missing() is None
    assert set(METADATA.tables) <= set(inspect(db.engine).get_table_names())


def test_an_older_database_names_both_versions(store: Flask) -> None:
    with db.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    missing = revision.missing()
    assert missing is not None
    assert "0000" in missing


@pytest.mark.parametrize("table", sorted(METADATA.tables))
def test_times_are_whole_seconds_named_at(table: str) -> None:
    """No column of a database's own time type: a zone or a rounding of its own would creep in."""
    kinds = {c.name: c.type.__class__.__name__ for c in METADATA.tables[table].columns}
    assert not {"DateTime", "TIMESTAMP", "Date", "Time", "Float"} & set(kinds.values())
    assert {name for name in kinds if name.endswith("_at")} <= {n for n, k in kinds.items() if k == "BigInteger"}
