"""An issuer with a path: requests below it reach the app, and so do the addresses that belong to the whole host."""

from collections.abc import Iterable
from typing import Any

WELL_KNOWN = (
    *("/.well-known/openid-configuration", "/.well-known/oauth-authorization-server"),
    "/.well-known/oauth-protected-resource",
)
OF_THE_HOST = ("/healthz/", "/.well-known/webfinger")


class Mount:
    """WSGI: moves the issuer's path into SCRIPT_NAME.

    RFC 8414 §3.1 and RFC 9728 §3.1 put the path behind the well-known name, OpenID Connect Discovery §4 before it; both
    answer. WebFinger (RFC 7033 §4) knows no path.
    """

    def __init__(self, inner: Any, path: str) -> None:
        self.inner = inner
        self.path = path

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        asked = environ.get("PATH_INFO", "")
        for name in WELL_KNOWN:
            if f"{asked}/".startswith(f"{name}{self.path}/"):
                return self._inside(name + asked[len(name + self.path) :], environ, start_response)
        if asked == self.path or asked.startswith(self.path + "/"):
            return self._inside(asked[len(self.path) :] or "/", environ, start_response)
        if asked.startswith(OF_THE_HOST):
            return self._inside(asked, environ, start_response)
        start_response("404 Not Found", [("Content-Type", "text/plain"), ("Content-Length", "10")])
        return [b"Not found\n"]

    def _inside(self, path: str, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        inside = {**environ, "SCRIPT_NAME": self.path, "PATH_INFO": path}
        answer: Iterable[bytes] = self.inner(inside, start_response)
        return answer
