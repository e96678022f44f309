"""The emulator as a Flask app; only requests to a name of this machine are answered."""

from collections.abc import Callable
from typing import cast
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, request

from idp import clock
from idp.emulators.facebook import dialog, graph, panel
from idp.emulators.facebook.state import LOOPBACK, App, State

POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; frame-ancestors 'none'"


def create_emulator(known: App, now: Callable[[], int] = clock.now) -> Flask:
    """Facebook, as far as this one app can tell."""
    app = Flask(__name__)
    app.extensions["facebook"] = State(known, now)
    app.jinja_options = {"trim_blocks": True, "lstrip_blocks": True}
    app.before_request(_is_for_this_machine)
    app.after_request(_harden)
    for routes in (panel.routes, dialog.routes, graph.routes):
        app.register_blueprint(routes)
    return app


def state_of(app: Flask) -> State:
    return cast("State", app.extensions["facebook"])


def _is_for_this_machine() -> None:
    """No other site reaches the emulator: not under a name of its own (DNS rebinding), not by a form of its own."""
    if urlsplit(f"//{request.host}").hostname not in LOOPBACK:
        abort(421)
    is_page = request.blueprint in ("panel", "dialog")
    if is_page and request.method == "POST" and request.headers.get("Sec-Fetch-Site", "none") == "cross-site":
        abort(403)


def _harden(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "no-referrer"
    if request.blueprint != "panel" and request.endpoint != "static":
        path = request.path.partition("/permissions")[0] or request.path
        state_of(current_app).note(f"{request.method} {path} → {response.status_code}")
    return response
