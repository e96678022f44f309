"""One commit per request, here and nowhere else.

An answer commits, a refusal included: an OAuthError is an answer. A fault (any other exception) rolls back.
"""

from flask import Flask, Response, g

from idp.settings.load import Settings
from idp.store.base import db


def prepare(app: Flask, _settings: Settings) -> None:
    app.after_request(_commit)


def roll_back() -> None:
    """Called by web.errors when a request turned out to be a fault: nothing it wrote lasts."""
    if db.session.registry.has():
        db.session.rollback()


def _commit(response: Response) -> Response:
    """Before the answer leaves: what the person or app is told has happened, has happened."""
    if db.session.registry.has():
        db.session.commit()
    for act in g.pop("after_commit", ()):
        act()
    return response
