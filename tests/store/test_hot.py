"""Statements that stand alone go straight to the driver: rows, counts, durability, and what a fault leaves behind."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from flask import Flask
from sqlalchemy import text

from idp.store.base import db, row
from idp.store.hot import hot_count, hot_row
from tests import databases

ADD = text("INSERT INTO throttles (key, tries, window_ends_at) VALUES (:key, :tries, :ends_at)")
ADD_AND_TELL = text(f"{ADD.text} RETURNING key, tries + 1")
READ = text("SELECT key, tries AS so_often FROM throttles WHERE key = :key")
RAISE = text("UPDATE throttles SET tries = tries + 1 WHERE tries >= :least")
WAITS = text("SELECT pg_backend_pid() AS backend")


def add(key: str, tries: int = 1) -> int:
    return hot_count(ADD, {"key": key, "tries": tries, "ends_at": 9})


def test_a_row_is_read_by_name_by_position_and_whole(store: Flask) -> None:
    add("a", 3)
    found = hot_row(READ, {"key": "a"})
    assert found is not None
    assert (found.key, found.so_often, found[1]) == ("a", 3, 3)
    assert found._asdict() == {"key": "a", "so_often": 3}


def test_nothing_found_is_none(store: Flask) -> None:
    assert hot_row(READ, {"key": "a"}) is None


def test_the_rows_a_write_touched_are_counted(store: Flask) -> None:
    assert [add(key, tries) for key, tries in (("a", 1), ("b", 2), ("c", 3))] == [1, 1, 1]
    assert hot_count(RAISE, {"least": 2}) == 2
    assert hot_count(RAISE, {"least": 9}) == 0


def test_a_write_that_tells_its_row_is_durable_when_it_told(store: Flask) -> None:
    told = hot_row(ADD_AND_TELL, {"key": "a", "tries": 1, "ends_at": 9})
    assert told is not None
    assert told[1] == 2
    seen = row(READ, {"key": "a"})  # another connection
    assert seen is not None
    assert seen.so_often == 1


def test_a_refused_statement_leaves_the_connection_fit_for_the_next(store: Flask) -> None:
    add("a")
    for _ in range(20):
        with pytest.raises(db.engines["hot"].dialect.loaded_dbapi.IntegrityError):
            add("a")
    assert add("b") == 1


def test_threads_do_not_share_a_row(store: Flask) -> None:
    def reads(number: int) -> tuple[str, int]:
        with store.app_context():
            add(str(number), number)
            found = hot_row(READ, {"key": str(number)})
            assert found is not None
            return found.key, found.so_often

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(reads, range(40))) == [(str(number), number) for number in range(40)]


def test_when_the_database_was_away_one_statement_fails_and_no_more() -> None:
    with databases.fresh_postgresql() as url, databases.store_app(url):
        before = _several_connections()
        with databases.administrator() as admin:
            for backend in before:
                admin.execute("SELECT pg_terminate_backend(%s, 5000)", (backend,))
        with pytest.raises(db.engines["hot"].dialect.loaded_dbapi.OperationalError):
            add("a")
        assert [add(str(number)) for number in range(5)] == [1] * 5


def _several_connections() -> set[int]:
    """The pool holds three of them afterwards."""
    held = [db.engines["hot"].connect() for _ in range(3)]
    backends = {connection.scalar(WAITS) for connection in held}
    for connection in held:
        connection.close()
    assert len(backends) == 3
    return backends
