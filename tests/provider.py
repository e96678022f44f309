"""The provider as it runs, inside a test."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from idp.app import create_app
from idp.settings.load import Settings
from idp.store import base, signing_keys
from tests import databases
from tests.templates_once import COMPILED


@contextmanager
def opened(settings: Settings) -> Iterator[Flask]:
    """An app on that database, closed again with all its connections."""
    server = create_app(settings)
    server.jinja_env.bytecode_cache = COMPILED
    try:
        yield server
    finally:
        with server.app_context():
            base.db.session.remove()
            for engine in base.db.engines.values():
                engine.dispose()


@contextmanager
def founded(settings: Settings) -> Iterator[Flask]:
    """The same, with the signing keys of a new install."""
    with opened(settings) as server:
        with server.app_context(), base.unit_of_work():
            assert all(signing_keys.added(key) for key in databases.first_keys())
        yield server
