"""As much of GitHub as a sign-in meets, on a free port of this machine."""

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import Flask, Response, jsonify, request

from idp.settings import upstreams
from idp.upstream.github import Github
from tests.browser.server import free_port, serving

SECRET = "of-the-oauth-app"


@dataclass
class GitHub:
    """`user` and `emails` are what its API says; `status` is what it answers with instead of 200, by path."""

    url: str
    user: dict[str, Any] = field(default_factory=lambda: {"id": 583231, "login": "octocat", "name": "Mona"})
    emails: Any = field(default_factory=lambda: [entry("mona@example.org")])
    status: dict[str, int] = field(default_factory=dict)
    codes: dict[str, str] = field(default_factory=dict)
    heard: list[str] = field(default_factory=list)

    def upstream(self, **changes: object) -> Github:
        there = {"web_url": self.url, "api_url": f"{self.url}/api/v3"}
        section = {"preset": "github", "client_id": "Iv1.8a61f9b3a7aba766", "client_secret": SECRET, **there, **changes}
        return Github("github", upstreams.Github.model_validate(section))

    def sends_back(self, url: str) -> dict[str, str]:
        asked = dict(parse_qsl(urlsplit(url).query))
        code = secrets.token_hex(10)
        self.codes[code] = asked["code_challenge"]
        return {"code": code, "state": asked["state"]}


def entry(email: str, *, primary: object = True, verified: object = True) -> dict[str, object]:
    return {"email": email, "primary": primary, "verified": verified, "visibility": None}


@contextmanager
def github() -> Iterator[GitHub]:
    port = free_port()
    there = GitHub(f"http://127.0.0.1:{port}")
    with serving(create(there), port):
        yield there


def create(there: GitHub) -> Flask:
    app = Flask(__name__, static_folder=None)

    @app.before_request
    def fails() -> Response | None:
        there.heard.append(request.path)
        status = there.status.get(request.path)
        return Response('{"message": "no"}', status, mimetype="application/json") if status else None

    @app.post("/login/oauth/access_token")
    def token() -> Response:
        digest = hashlib.sha256(request.form["code_verifier"].encode()).digest()
        challenge = there.codes.pop(request.form["code"], None)
        if challenge != urlsafe_b64encode(digest).rstrip(b"=").decode() or request.form["client_secret"] != SECRET:
            return jsonify({"error": "bad_verification_code", "error_description": "no"})  # with 200, as GitHub does
        return jsonify({"access_token": "gho_1", "token_type": "bearer", "scope": "read:user,user:email"})

    @app.get("/api/v3/user")
    def user() -> Response:
        assert request.headers["Authorization"] == "Bearer gho_1"
        return jsonify(there.user)

    @app.get("/api/v3/user/emails")
    def emails() -> Response:
        assert request.headers["Authorization"] == "Bearer gho_1"
        return jsonify(there.emails)

    return app
