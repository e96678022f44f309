"""A stand-in for any OpenID provider, on loopback: true to the specifications, until it is told to lie.

provider = Provider("http://127.0.0.1:5001", "portico", "secret")
app = create_emulator(provider)
provider.lie = "wrong aud"      # a name of IN_CLAIMS, IN_SIGNATURE or AT_ENDPOINTS
"""

import hashlib
import hmac
import html
import secrets
import time
from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, cast
from urllib.parse import unquote_plus, urlencode, urlsplit

from flask import Flask, Response, abort, jsonify, redirect, request
from joserfc.jwk import ECKey, RSAKey

from idp import clock
from idp.emulators.openid_lies import IN_CLAIMS, IN_SIGNATURE, Claims, segment, signed

AT_ENDPOINTS: Final = (
    *(
        "discovery: another issuer",
        "discovery: redirect",
        "discovery: inside",
        "discovery: http",
        "discovery: only hs256",
    ),
    *(
        "discovery: slow",
        "discovery: down",
        "discovery: huge",
        "discovery: html",
        "discovery: twice",
        "discovery: no keys",
    ),
    *("keys: down", "keys: html", "keys: private", "keys: empty", "userinfo: another sub", "userinfo: no sub"),
    *("userinfo: down", "userinfo: redirect", "token: down", "token: slow", "token: huge", "token: throttled"),
    *("token: html", "token: list", "token: redirect", "token: no id_token", "token: used", "token: unknown client"),
    *("answer: another iss", "answer: no iss", "answer: denied", "answer: broken", "answer: down"),
)
LOGGED_OUT: Final = "http://schemas.openid.net/event/backchannel-logout"
HUGE: Final = 4_000_000


@dataclass
class Provider:
    """`people` are claims by subject; `at` is who sits at the browser; `claims_at` says which tokens carry the profile.

    `document` replaces members of its metadata, `named` the issuer in its tokens. `slow` is in seconds.
    `heard` are the authorization requests and the token requests it got.
    """

    issuer: str
    client_id: str
    client_secret: str
    people: dict[str, Claims] = field(default_factory=dict)
    at: str = ""
    lie: str = ""
    client_auth: str = "client_secret_basic"
    claims_at: str = "id_token userinfo"
    document: dict[str, Any] = field(default_factory=dict)
    named: str = ""
    slow: float = 0.0
    algorithm: str = "RS256"
    now: Callable[[], int] = clock.now
    heard: list[Mapping[str, str]] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    keys: list[tuple[str, RSAKey | ECKey]] = field(default_factory=list)
    codes: dict[str, Mapping[str, str]] = field(default_factory=dict)
    tokens: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.keys:
            self.rotates()

    def rotates(self, *, keeps_old: bool = False, bits: int = 2048) -> None:
        """A new key signs from now on; the old one stays in the JWKS only if told."""
        key = ECKey.generate_key("P-256") if self.algorithm == "ES256" else RSAKey.generate_key(bits)
        self.keys = [(secrets.token_hex(4), key), *(self.keys if keeps_old else [])]

    def id_token(self, subject: str, asked: Mapping[str, str], access_token: str) -> str:
        claims = self._claims(subject) if "id_token" in self.claims_at else {}
        digest = hashlib.sha256(access_token.encode()).digest()
        claims |= {**self._protocol(subject), "auth_time": self.now(), "at_hash": segment(digest[:16])}
        claims |= {"nonce": asked["nonce"]} if "nonce" in asked else {}
        claims |= {
            name: self.people[subject][name] for name in ("sid", "acr", "amr", "tid") if name in self.people[subject]
        }
        return self._signed(claims)

    def logout_token(self, *, lie: str = "", typ: str = "logout+jwt", **changes: Any) -> str:
        """OpenID Connect Back-Channel Logout 1.0 §2.4; a change to None leaves the claim out."""
        claims = {**self._protocol(self.at), "jti": secrets.token_hex(8), "events": {LOGGED_OUT: {}}} | changes
        return self._signed({name: value for name, value in claims.items() if value is not None}, lie, typ)

    def _protocol(self, subject: str) -> Claims:
        now = self.now()
        return {"iss": self.named or self.issuer, "sub": subject, "aud": self.client_id, "iat": now, "exp": now + 300}

    def _claims(self, subject: str) -> Claims:
        return {name: value for name, value in self.people[subject].items() if name not in ("sid", "acr", "amr")}

    def _signed(self, claims: Claims, lie: str = "", typ: str = "JWT") -> str:
        told = lie or self.lie
        if told in IN_CLAIMS:
            IN_CLAIMS[told](claims)
        kid, key = self.keys[0]
        return signed(claims, key, kid, told if told in IN_SIGNATURE else "", secret=self.client_secret, typ=typ)

    def is_told(self, lie: str) -> bool:
        return self.lie == lie


def create_emulator(provider: Provider) -> Flask:
    """The provider as a Flask app, at the path of its issuer."""
    app = Flask(__name__, static_folder=None)
    app.before_request(lambda: _heard(provider))
    for path, view, method in (
        ("/.well-known/openid-configuration", _discovery, "GET"),
        ("/authorize", _authorize, "GET"),
        ("/token", _token, "POST"),
        ("/jwks", _jwks, "GET"),
        ("/userinfo", _userinfo, "GET"),
    ):
        place = urlsplit(provider.issuer).path + path
        app.add_url_rule(place, path.strip("/").replace(".", ""), view_func=partial(view, provider), methods=[method])
    return app


def _heard(provider: Provider) -> None:
    """No other site reaches the emulator under a name of its own (DNS rebinding)."""
    if urlsplit(f"//{request.host}").hostname not in ("127.0.0.1", "::1", "localhost"):
        abort(421)
    provider.asked.append(request.path.removeprefix(urlsplit(provider.issuer).path))


def _discovery(provider: Provider) -> Response:
    issuer = provider.issuer
    document: dict[str, Any] = {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/authorize",
        "token_endpoint": f"{issuer}/token",
        "jwks_uri": f"{issuer}/jwks",
        "userinfo_endpoint": f"{issuer}/userinfo",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": [provider.algorithm],
        "authorization_response_iss_parameter_supported": True,
        **provider.document,
    }
    lies: dict[str, dict[str, Any]] = {
        "discovery: another issuer": {"issuer": f"{issuer}/"},
        "discovery: inside": {"jwks_uri": "https://169.254.169.254/jwks"},
        "discovery: http": {"token_endpoint": "http://token.example/token"},
        "discovery: only hs256": {"id_token_signing_alg_values_supported": ["HS256", "none"]},
        "discovery: no keys": {"jwks_uri": None},
    }
    answer = jsonify({**document, **lies.get(provider.lie, {})})
    if provider.is_told("discovery: twice"):
        answer.set_data(answer.get_data(as_text=True).rstrip()[:-1] + ', "issuer": "https://evil.example"}')
    return _as_told(provider, "discovery", answer)


def _authorize(provider: Provider) -> Response:
    asked = dict(request.args)
    provider.heard.append(asked)
    if asked.get("client_id") != provider.client_id:
        abort(400)
    who = request.args.get("who") or provider.at
    if who not in provider.people:
        links = "".join(
            f'<li><a href="?{html.escape(urlencode({**asked, "who": subject}))}">{html.escape(str(claims.get("name")))}'
            for subject, claims in provider.people.items()
        )
        return Response(f"<!doctype html><title>Who are you?</title><h1>Who are you?</h1><ul>{links}</ul>")
    code = secrets.token_urlsafe(16)
    provider.codes[code] = {**asked, "who": who}
    answer = {"code": code, "state": asked["state"], "iss": provider.issuer}
    answer |= {"answer: another iss": {"iss": "https://evil.example"}}.get(provider.lie, {})
    errors = {"answer: denied": "access_denied", "answer: broken": "invalid_scope", "answer: down": "server_error"}
    if provider.lie in errors:
        answer = {"error": errors[provider.lie], "state": asked["state"], "iss": provider.issuer}
    if provider.is_told("answer: no iss"):
        del answer["iss"]
    return _sent_back(asked, answer)


def _sent_back(asked: Mapping[str, str], answer: Mapping[str, str]) -> Response:
    if asked.get("response_mode") == "form_post":
        fields = "".join(f'<input type="hidden" name="{n}" value="{html.escape(v)}">' for n, v in answer.items())
        page = (
            f'<form method="post" action="{html.escape(asked["redirect_uri"])}">{fields}<button>Go on</button></form>'
        )
        return Response(f"<!doctype html><title>Back</title>{page}")
    joint = "&" if "?" in asked["redirect_uri"] else "?"
    return redirect(asked["redirect_uri"] + joint + urlencode(answer))  # type: ignore[return-value]


def _token(provider: Provider) -> Response:
    form = dict(request.form)
    provider.heard.append(form)
    asked = provider.codes.pop(form.get("code", ""), None)
    if not _is_client(provider, form) or provider.is_told("token: unknown client"):
        return _error("invalid_client", 401)
    challenge = segment(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
    known = asked is not None and asked.get("code_challenge") == challenge and asked["code_challenge_method"] == "S256"
    if (
        asked is None
        or not known
        or form.get("redirect_uri") != asked["redirect_uri"]
        or provider.is_told("token: used")
    ):
        return _error("invalid_grant")
    access_token = secrets.token_urlsafe(16)
    provider.tokens[access_token] = asked["who"]
    answer = {"access_token": access_token, "token_type": "Bearer", "expires_in": 300}
    if not provider.is_told("token: no id_token"):
        answer["id_token"] = provider.id_token(asked["who"], asked, access_token)
    return _as_told(provider, "token", jsonify([answer] if provider.is_told("token: list") else answer))


def _is_client(provider: Provider, form: Mapping[str, str]) -> bool:
    """RFC 6749 §2.3.1, by the one method it takes."""
    given = form.get("client_id", ""), form.get("client_secret", "")
    scheme, _, words = request.headers.get("Authorization", "").partition(" ")
    if scheme == "Basic":
        name, _, secret = b64decode(words).decode().partition(":")
        used, given = "client_secret_basic", (unquote_plus(name), unquote_plus(secret))
    else:
        used = "client_secret_post" if given[1] else "none"
    wanted = provider.client_id, "" if provider.client_auth == "none" else provider.client_secret
    return used == provider.client_auth and hmac.compare_digest(":".join(given), ":".join(wanted))


def _jwks(provider: Provider) -> Response:
    if provider.is_told("keys: empty"):
        return jsonify({"keys": []})
    shows_all = provider.is_told("keys: private")
    entries = [{**key.as_dict(private=shows_all), "kid": kid, "use": "sig"} for kid, key in provider.keys]
    return _as_told(provider, "keys", jsonify({"keys": entries}))


def _userinfo(provider: Provider) -> Response:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    if scheme != "Bearer" or token not in provider.tokens:
        return _error("invalid_token", 401)
    subject = provider.tokens[token]
    claims = provider._claims(subject) if "userinfo" in provider.claims_at else {}
    told = {"userinfo: another sub": {"sub": "somebody-else"}, "userinfo: no sub": {}}.get(
        provider.lie, {"sub": subject}
    )
    return _as_told(provider, "userinfo", jsonify({**claims, **told}))


def _as_told(provider: Provider, where: str, answer: Response) -> Response:
    """The answer, unless a lie about this endpoint is told."""
    place, _, what = provider.lie.partition(": ")
    if place != where:
        return answer
    if what == "slow":
        time.sleep(provider.slow)
    other: dict[str, Callable[[], Any]] = {
        "down": lambda: Response("down", 503),
        "throttled": lambda: Response("{}", 429, mimetype="application/json"),
        "html": lambda: Response("<h1>Hello</h1>", mimetype="text/html"),
        "huge": lambda: Response(b'{"x": "' + b"x" * HUGE + b'"}', mimetype="application/json"),
        "redirect": lambda: redirect("http://169.254.169.254/latest/meta-data/"),
    }
    return cast("Response", other[what]()) if what in other else answer


def _error(error: str, status: int = 400) -> Response:
    answer = jsonify({"error": error, "error_description": "no"})
    answer.status_code = status
    return answer
