"""Requests that this server makes to its own endpoints, within this process: through the doors that everybody uses."""

import json
from collections.abc import Mapping
from contextvars import Context
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode, urlsplit
from wsgiref.types import WSGIEnvironment

from flask import Flask, current_app, request
from werkzeug.test import EnvironBuilder, run_wsgi_app

from idp.protocol import disclosure
from idp.protocol.parameters import Parameters
from idp.store.clients import Client
from idp.web.house import house
from idp.web.rehearsal import KEY, Vouched

FORM: Final = "application/x-www-form-urlencoded"
SECRET: Final = frozenset({"access_token", "refresh_token", "id_token", "request_uri"})
TOLD: Final = ("Content-Type", "Cache-Control", "WWW-Authenticate", "DPoP-Nonce", "Location")


@dataclass(frozen=True)
class Exchange:
    """A request and its answer. `sent` and `told` are what may be looked at: of secrets the length (in characters)."""

    method: str
    path: str
    sent: Mapping[str, str | int]
    credentials: str
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: str = field(repr=False)

    @property
    def members(self) -> dict[str, Any]:
        """Of a JSON object; empty for anything else."""
        try:
            found = json.loads(self.body)
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}

    @property
    def told(self) -> dict[str, Any]:
        return {name: hidden(value) if name in SECRET else value for name, value in self.members.items()}


def hidden(value: object) -> str:
    """What stands for a secret, in English like the rest of what is shown of HTTP."""
    return f"[{len(str(value))} characters]"


def ask(
    method: str, path: str, client: Client, form: Mapping[str, str], credentials: Mapping[str, str] | None = None
) -> Exchange:
    """The answer of `path` below the issuer, to this app. Without `credentials` (headers) we vouch for it.

    Not to be called after this request wrote anything: what is asked writes, too, in a transaction of its own.
    """
    base = urlsplit(house().settings.server.issuer)
    builder = EnvironBuilder(
        method=method,
        path=base.path + path,
        base_url=f"{base.scheme}://{base.netloc}",
        data=urlencode(form) if form else None,
        content_type=FORM if form else None,
        headers=(credentials or {}).items(),
        environ_base={"REMOTE_ADDR": request.remote_addr or ""},
    )
    environ = builder.get_environ()
    if credentials is None or "Authorization" not in credentials:
        environ[KEY] = Vouched(client)
    # a context of its own: another request, another application context, another transaction
    body, status, headers = Context().run(_run, current_app._get_current_object(), environ)  # type: ignore[attr-defined]
    sent = disclosure.of_parameters(Parameters.parse(urlencode(form).encode()))
    shown = {name: headers[name] for name in TOLD if name in headers}
    scheme = (credentials or {}).get("Authorization", "").partition(" ")[0]
    return Exchange(method, path, sent, scheme, status, shown, body)


def _run(app: Flask, environ: WSGIEnvironment) -> tuple[str, int, Mapping[str, str]]:
    chunks, status, headers = run_wsgi_app(app.wsgi_app, environ)
    return b"".join(chunks).decode("utf-8", "replace"), int(status[:3]), dict(headers)
