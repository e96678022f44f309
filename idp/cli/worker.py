"""What every worker process runs: the application behind its wall. For other WSGI servers too:
`gunicorn "idp.cli.worker:application()"`.
"""

import os
from wsgiref.types import WSGIApplication

from idp.app import create_app
from idp.settings.load import load_settings
from idp.web import logs
from idp.web.hardening import Forgetful


def application() -> WSGIApplication:
    """Read the settings anew (a reload takes what they say now) and build the app."""
    settings = load_settings()
    logs.configure(settings)
    return Forgetful(create_app(settings), os.environ)
