"""A relying app on one screen: people sign in with Portico, see what the app was told, refresh, and sign out.

It uses Flask and Authlib's Flask client the way Authlib's documentation does, so it can be copied.
Settings come from the environment: PORTICO_CLIENT_ID, PORTICO_CLIENT_SECRET, and, when they are not
the defaults below, PORTICO_ISSUER and DEMO_URL.
"""

import os
import secrets
from collections import OrderedDict
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from authlib.integrations.flask_client import OAuth, OAuthError
from flask import Flask, current_app, redirect, render_template, request, session
from requests import RequestException
from werkzeug.wrappers import Response

ISSUER = "http://127.0.0.1:8000"
DEMO_URL = "http://127.0.0.1:8001"
KEPT_VISITS = 1000

oauth = OAuth()
oauth.register(
    name="portico",
    client_kwargs={"scope": "openid profile email offline_access", "code_challenge_method": "S256"},
)


class Visits(OrderedDict[str, dict[str, Any]]):
    """Who is signed in here: visit id -> tokens. Tokens stay on the server; the cookie holds the id alone."""

    def begin(self, tokens: dict[str, Any]) -> None:
        """Under a new id, so that nobody can be signed in under an id that was known before."""
        self.end()
        session["visit"] = secrets.token_urlsafe(16)
        self[session["visit"]] = tokens
        while len(self) > KEPT_VISITS:
            self.popitem(last=False)

    def tokens(self) -> dict[str, Any] | None:
        return self.get(session.get("visit", ""))

    def end(self) -> dict[str, Any] | None:
        return self.pop(session.pop("visit", ""), None)


def create_app() -> Flask:
    app = Flask(__name__)
    issuer = os.environ.get("PORTICO_ISSUER", ISSUER).rstrip("/")
    app.config.update(
        SECRET_KEY=secrets.token_bytes(32),
        SESSION_COOKIE_NAME="demo_session",
        SESSION_COOKIE_SAMESITE="Lax",
        DEMO_URL=os.environ.get("DEMO_URL", DEMO_URL).rstrip("/"),
        PORTICO_CLIENT_ID=os.environ.get("PORTICO_CLIENT_ID", "demo"),
        PORTICO_CLIENT_SECRET=os.environ.get("PORTICO_CLIENT_SECRET"),
        PORTICO_SERVER_METADATA_URL=f"{issuer}/.well-known/openid-configuration",
    )
    app.extensions["visits"] = Visits()
    oauth.init_app(app, update_token=keep_refreshed)
    app.add_template_filter(moment)
    app.before_request(keep_to_one_address)
    app.register_error_handler(OAuthError, not_signed_in)
    app.register_error_handler(RequestException, no_answer)
    app.add_url_rule("/", view_func=home)
    app.add_url_rule("/sign-in", view_func=sign_in)
    app.add_url_rule("/signed-in", view_func=signed_in)
    app.add_url_rule("/refresh", view_func=refresh, methods=["POST"])
    app.add_url_rule("/sign-out", view_func=sign_out, methods=["POST"])
    app.add_url_rule("/signed-out", view_func=signed_out)
    return app


def visits() -> Visits:
    found: Visits = current_app.extensions["visits"]
    return found


def address(path: str) -> str:
    """An address of this app as it was registered, whichever name the browser used for this machine."""
    return f"{current_app.config['DEMO_URL']}{path}"


def moment(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M:%S} UTC"


def keep_to_one_address() -> Response | None:
    """Cookies and redirect addresses belong to one host: localhost and 127.0.0.1 are two."""
    if request.host == urlsplit(address("/")).netloc:
        return None
    return redirect(address("/"))


def home() -> str:
    tokens = visits().tokens()
    if tokens is None:
        return render_template("welcome.html")
    userinfo = oauth.portico.userinfo(token=tokens)
    return render_template("home.html", tokens=tokens, claims=tokens["userinfo"], userinfo=userinfo)


def sign_in() -> Response:
    answer: Response = oauth.portico.authorize_redirect(address("/signed-in"))
    return answer


def signed_in() -> Response:
    visits().begin(oauth.portico.authorize_access_token())
    return redirect(address("/"))


def refresh() -> Response:
    """Authlib does this by itself once the access token is too old; here it can be watched."""
    tokens = visits().tokens()
    if tokens is not None:
        spent = {"grant_type": "refresh_token", "refresh_token": tokens["refresh_token"]}
        keep_refreshed("portico", oauth.portico.fetch_access_token(**spent))
    return redirect(address("/"))


def keep_refreshed(_name: str, fresh: dict[str, Any], **_former: str | None) -> None:
    """The old refresh token is spent: keep the new one. A new ID token is checked like the first."""
    tokens = visits().tokens()
    if tokens is None:
        return
    tokens.update(fresh, refreshed=True)
    if "id_token" in fresh:
        tokens["userinfo"] = oauth.portico.parse_id_token(fresh, nonce=None)


def sign_out() -> Response:
    """Out of this app first, then out of Portico, which sends the browser back to /signed-out."""
    tokens = visits().end()
    if tokens is None:
        return redirect(address("/"))
    answer: Response = oauth.portico.logout_redirect(
        post_logout_redirect_uri=address("/signed-out"), id_token_hint=tokens["id_token"]
    )
    return answer


def signed_out() -> str:
    oauth.portico.validate_logout_response()
    return render_template("signed_out.html")


def not_signed_in(error: OAuthError) -> tuple[str, int]:
    """Declined, too late, or a token that has ended: say what came back and offer to start again."""
    visits().end()
    return render_template("not_signed_in.html", code=error.error, sentence=error.description), 400


def no_answer(_error: RequestException) -> tuple[str, int]:
    """Portico is not running, or no longer accepts the access token."""
    visits().end()
    return render_template("not_signed_in.html", code="no_answer", sentence=""), 502


if __name__ == "__main__":
    place = urlsplit(os.environ.get("DEMO_URL", DEMO_URL))
    create_app().run(host=place.hostname, port=place.port)
