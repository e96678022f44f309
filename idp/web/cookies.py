"""The six cookies, their names and attributes; nothing else in Portico sets one.

`__Host-`, Secure and Path=/ on https; HttpOnly and SameSite=Lax always; never a Domain. Cookies put during a
request are written once, when its answer is ready; a cross-site POST writes none: it came without our cookies, so
a new one would replace the person's own (and sign them out).
"""

import re
from typing import NamedTuple

from flask import Flask, Response, g, request

from idp.settings.load import Settings
from idp.store.base import fingerprint, new_secret
from idp.web import origin
from idp.web.house import house

SESSION = "portico_session"
BROWSER = "portico_browser"
ACCOUNTS = "portico_accounts"
LANGUAGE = "portico_language"
TRUSTED = "portico_trusted"
KNOWN = "portico_known"
SECRET_SHAPE = re.compile(r"[A-Za-z0-9_-]{43}")


class _Cookie(NamedTuple):
    value: str
    max_age: int | None


def prepare(app: Flask, _settings: Settings) -> None:
    app.after_request(_write)


def full_name(name: str) -> str:
    """RFC 6265bis §4.1.3.2: no other host can set a `__Host-` cookie; plain http on loopback has to do without."""
    return f"__Host-{name}" if _is_https() else name


def read(name: str) -> str | None:
    """The cookie as the browser sent it; not what this request has put."""
    return request.cookies.get(full_name(name)) or None


def put(name: str, value: str, max_age: int | None = None) -> None:
    """Set a cookie with the answer: for `max_age` seconds, or until the browser closes."""
    _waiting()[name] = _Cookie(value, max_age)


def drop(name: str) -> None:
    """Remove a cookie with the answer."""
    _waiting()[name] = _Cookie("", 0)


def forget_changes() -> None:
    """After a fault nothing lasts, cookies neither."""
    g.pop("portico_cookies", None)


def browser() -> str:
    """The secret of this browser, which binds forms and pending requests to it; made when there is none.

    It ends with the browser: on a shared computer the next person must not continue this one's sign-in.
    """
    if "portico_browser" not in g:
        known = read(BROWSER) or ""
        g.portico_browser = known if SECRET_SHAPE.fullmatch(known) else new_secret()
        if g.portico_browser != known:
            put(BROWSER, g.portico_browser)
    return str(g.portico_browser)


def renew_browser() -> None:
    """Whoever comes to this browser next continues nothing that was begun in it."""
    g.portico_browser = new_secret()
    put(BROWSER, g.portico_browser)


def browser_hash() -> str:
    """What pending requests store of this browser's secret."""
    return fingerprint(browser())


def _write(response: Response) -> Response:
    waiting: dict[str, _Cookie] = g.pop("portico_cookies", {})
    if waiting and not (request.method == "POST" and origin.is_foreign(request)):
        for name, cookie in waiting.items():
            response.set_cookie(
                full_name(name),
                cookie.value,
                max_age=cookie.max_age,
                path="/",
                secure=_is_https(),
                httponly=True,
                samesite="Lax",
            )
    return response


def _waiting() -> dict[str, _Cookie]:
    if "portico_cookies" not in g:
        g.portico_cookies = {}
    waiting: dict[str, _Cookie] = g.portico_cookies
    return waiting


def _is_https() -> bool:
    return house().settings.server.is_https
