"""The shape the database has and the shape this version needs: Alembic's table, read without Alembic, which only
`idp init` needs and every worker would have to carry.
"""

from functools import cache
from pathlib import Path

from sqlalchemy import String, column, inspect, select, table
from sqlalchemy.exc import SQLAlchemyError

from idp.store.base import db

VERSIONS = Path(__file__).parent / "migrations" / "versions"
CURRENT = select(column("version_num", String)).select_from(table("alembic_version"))


def missing() -> str | None:
    """What stands between the database and this version, or None when nothing does."""
    with db.engines["hot"].connect() as connection:
        is_empty = not inspect(connection).has_table("alembic_version")
        current = None if is_empty else connection.execute(CURRENT).scalar()
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
def head() -> str:
    """The revision that this version of the code was written for: files are named NNNN_what_it_does.py."""
    return max(file.name.partition("_")[0] for file in VERSIONS.glob("[0-9]*.py"))
