"""What the apps of this folder have in common: settings of the environment, two pages, and a server.

They run in an environment of their own (requirements.lock), which has nothing of Portico's.
"""

import html
import json
import os
from typing import Any
from wsgiref.simple_server import WSGIServer, make_server

ISSUER = os.environ["ISSUER"]
CLIENT_ID = os.environ["CLIENT_ID"]
CLIENT_SECRET = os.environ["CLIENT_SECRET"]
PORT = int(os.environ["PORT"])
HOME = f"http://127.0.0.1:{PORT}"


def page(title: str, body: str) -> str:
    return f'<!doctype html><meta charset="utf-8"><title>{title}</title><h1>{title}</h1>{body}'


def signed_in(claims: object, sign_out: str) -> str:
    shown = html.escape(json.dumps(claims))
    return page("Signed in", f'<pre id="claims">{shown}</pre><a href="{sign_out}">Sign out</a>')


def signed_out(sign_in: str) -> str:
    return page("Signed out", f'<a href="{sign_in}">Sign in</a>')


def serve(application: Any) -> None:
    server: WSGIServer = make_server("127.0.0.1", PORT, application)
    server.serve_forever()
