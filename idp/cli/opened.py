"""What commands begin with: the settings that count, and the rooms below the doors to work in."""

import argparse
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask

from idp.settings.load import Settings, SettingsError, load_settings
from idp.signing.wrapping import KeyFolderError
from idp.store import base
from idp.web import house, logs


def settings_for(arguments: argparse.Namespace) -> Settings:
    """The settings, with logging set up as they say; SettingsError when they cannot be used."""
    settings = load_settings(arguments.config)
    logs.configure(settings)
    return settings


@contextmanager
def opened(settings: Settings) -> Iterator[Flask]:
    """An app without doors, entered: `house()` and the store work inside.

    A folder of keys that cannot be used is a fault of the configuration: SettingsError.
    """
    app = Flask("idp")
    app.config.update(base.configuration(settings.database))
    base.db.init_app(app)
    try:
        house.prepare(app, settings)
    except KeyFolderError as error:
        raise SettingsError((f"keys.directory: {error}",)) from None
    with app.app_context():
        base.tune_engines(settings.database)
        try:
            yield app
        finally:
            base.db.session.remove()
            for engine in base.db.engines.values():
                engine.dispose()


def say(sentence: str) -> None:
    print(sentence, flush=True)


def complain(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
