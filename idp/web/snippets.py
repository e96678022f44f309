"""The few lines that connect an app, for each stack, filled in for one app; its secret stands outside of them."""

import json
import shlex
from collections.abc import Mapping
from typing import Any, Final, NamedTuple
from urllib.parse import urlsplit

from flask import render_template

from idp.protocol.app_kinds import Kind, kind_of
from idp.protocol.client_metadata import ClientMetadata
from idp.settings.sections import LOOPBACK

DISCOVERY: Final = "/.well-known/openid-configuration"


class Snippet(NamedTuple):
    """`stack` and `library` are names that no language translates; `text` is pasted as it stands."""

    id: str
    stack: str
    library: str
    text: str


STACKS: Final[Mapping[str, tuple[str, str]]] = {
    "flask": ("Python: Flask", "Authlib"),
    "fastapi": ("Python: FastAPI", "Authlib"),
    "django": ("Python: Django", "Authlib"),
    "express": ("JavaScript: Node and Express", "openid-client"),
    "next": ("JavaScript: Next.js", "Auth.js"),
    "spa": ("JavaScript: single-page app", "oidc-client-ts"),
    "spring": ("Java: Spring Boot", "Spring Security"),
    "aspnet": ("C#: ASP.NET Core", "OpenIdConnect"),
    "go": ("Go", "go-oidc, x/oauth2"),
    "php": ("PHP", "jumbojett/openid-connect-php"),
    "ruby": ("Ruby on Rails", "omniauth_openid_connect"),
    "ios": ("Swift: iOS", "AppAuth"),
    "android": ("Kotlin: Android", "AppAuth"),
    "device": ("Shell: TV or command line", "curl, jq"),
    "service": ("Shell: service", "curl"),
    "curl": ("Shell: every endpoint", "curl"),
}
FOR: Final[Mapping[Kind, tuple[str, ...]]] = {
    Kind.WEB: ("flask", "fastapi", "django", "express", "next", "spring", "aspnet", "go", "php", "ruby", "curl"),
    Kind.SINGLE_PAGE: ("spa", "curl"),
    Kind.NATIVE: ("ios", "android", "curl"),
    Kind.DEVICE: ("device", "curl"),
    Kind.SERVICE: ("service", "curl"),
}


def of_app(client_id: str, metadata: ClientMetadata, issuer: str, brand: str) -> tuple[Snippet, ...]:
    """Those that fit its kind, in the order of `FOR`."""
    filled = _filled(client_id, metadata, issuer, brand)
    return tuple(
        Snippet(name, *STACKS[name], render_template(f"snippets/{name}.txt", **filled).rstrip("\n"))
        for name in FOR[kind_of(metadata)]
    )


def _filled(client_id: str, metadata: ClientMetadata, issuer: str, brand: str) -> dict[str, Any]:
    redirect_uri = next(iter(metadata.redirect_uris), "")
    address, scopes = urlsplit(redirect_uri), list(metadata.scope)
    # an app is tried out on loopback: its cookies belong to the host that the redirect URI names, and to no other
    own_host = address.hostname if address.hostname in LOOPBACK else ""
    start = "/home" if address.path in ("", "/") else "/"
    named = {"client_id": client_id, "issuer": issuer, "brand": brand, "redirect_uri": redirect_uri}
    quoted = {"py": _double, "js": _double, "kt": _kotlin, "php": _single, "sh": shlex.quote}
    return {
        **named,
        **quoted,
        "discovery": issuer + DISCOVERY,
        "path": address.path or "/" if redirect_uri else "",
        "port": address.port,
        "own_host": own_host,
        "start": f"{address.scheme}://{address.netloc}{start}" if own_host else "",
        "scope": str(metadata.scope),
        "js_scopes": ", ".join(map(_double, scopes)),
        "php_scopes": ", ".join(map(_single, scopes)),
        "alg": metadata.id_token_signed_response_alg,
        "method": metadata.token_endpoint_auth_method or "client_secret_basic",
        "keeps_secret": not metadata.public,
        "client": _client(client_id, metadata),
    }


def _client(client_id: str, metadata: ClientMetadata) -> str:
    """How curl says who the app is."""
    if metadata.public:
        return f"-d client_id={shlex.quote(client_id)}"
    if metadata.token_endpoint_auth_method == "client_secret_post":
        return f'-d client_id={shlex.quote(client_id)} -d client_secret="$OIDC_CLIENT_SECRET"'
    return f'-u {shlex.quote(client_id)}:"$OIDC_CLIENT_SECRET"'


def _double(text: str) -> str:
    """As Python, JavaScript, Go, C#, Swift and YAML write a text; what is in it cannot leave its quotes."""
    return json.dumps(text).replace("</", "<\\/")


def _kotlin(text: str) -> str:
    return _double(text).replace("$", "\\$")


def _single(text: str) -> str:
    """As PHP and Ruby write a text that nothing is put into."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
