"""The database goes away and comes back: connections that led to it are not trusted for ever."""

import psycopg
import pytest
from flask import Flask
from sqlalchemy import text

from idp.store import base, grants
from idp.store.base import db

END_ALL_OTHERS = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""


def used() -> None:
    """Both engines have a connection, and it rests."""
    assert grants.alive("nobody") is None
    db.session.execute(text("SELECT 1"))
    db.session.remove()


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)
def test_a_connection_that_rested_is_asked_before_it_is_used(
    store: Flask, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(base, "RESTS_UNASKED", 0)
    used()
    with psycopg.connect(database.replace("+psycopg", ""), autocommit=True) as another:
        another.execute(END_ALL_OTHERS)
    used()
