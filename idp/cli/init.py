"""`idp init`: a database of the right shape, a key-encryption key, the first signing keys. Safe to repeat, and safe
when several nodes do it at once: each step happens once, and who comes second finds it done.
"""

import argparse

from idp import clock
from idp.cli.opened import opened, say, settings_for
from idp.settings.load import Settings, SettingsError
from idp.signing.rotation import Policy
from idp.signing.tick import rotate
from idp.signing.wrapping import KeyFolder, KeyFolderError
from idp.store import migrate, revision
from idp.web.house import house


def configure(parser: argparse.ArgumentParser) -> None:
    """There is nothing to choose."""


def run(arguments: argparse.Namespace) -> int:
    settings = settings_for(arguments)
    prepare(settings)
    say("Ready. Next: `idp check` looks it over, `idp serve` answers.")
    return 0


def prepare(settings: Settings) -> None:
    """Bring everything into being that is not there yet; says what."""
    say(_key_folder(settings))
    with opened(settings):
        before = revision.missing()
        migrate.upgrade()
        say(f"database: {'brought up to date' if before else 'is up to date'} ({revision.head()})")
        made = rotate(clock.now(), Policy.of(settings.keys), house().folder)
        say(f"signing keys: {'made' if made else 'are there'} ({', '.join(settings.keys.algorithms)})")


def _key_folder(settings: Settings) -> str:
    directory = settings.keys.directory
    is_new = not any(directory.glob("*.key"))
    try:
        KeyFolder.create_first(directory)
    except (KeyFolderError, OSError) as error:
        raise SettingsError((f"keys.directory: {error}",)) from None
    if not is_new:
        return f"key-encryption key: is there ({directory})"
    return f"key-encryption key: made ({directory}); back this folder up: without it the database cannot be read"
