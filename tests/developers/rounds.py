"""One round of background work, as far as apps and their owners notice it."""

from flask import Flask

from idp import clock
from idp.cli import tick as command


def tick(app: Flask) -> None:
    """Everything `idp tick` does but mails and keys."""
    with app.app_context():
        home = app.extensions["portico"]
        for chore in (command.DELETIONS, command.SECRETS, command.EXPIRY):
            chore.act(home, clock.now())
