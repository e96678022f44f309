"""The form body of this request, read once: what forms, tokens and error pages ask it for."""

from urllib.parse import parse_qs

from flask import g, request
from werkzeug.exceptions import HTTPException

from idp.web.received import FORM

MOST_FIELDS = 64


def values(name: str) -> list[str]:
    """All values sent under one name; none for a body that is of another type, too large, or cut short.

    Bytes that are not UTF-8 become U+FFFD, which no field takes. The body stays readable for `request.get_data`.
    """
    if "posted" not in g:
        g.posted = _read()
    found: list[str] = g.posted.get(name, [])
    return found


def value(name: str) -> str:
    """The first value sent under this name, "" without one."""
    return next(iter(values(name)), "")


def insist() -> None:
    """Raise what kept the body from being read (413, or 400 for one cut short); pages about errors do without it."""
    try:
        request.get_data()
    except HTTPException:
        g.posted = {}
        raise


def _read() -> dict[str, list[str]]:
    if request.method != "POST" or request.mimetype != FORM:
        return {}
    try:
        body = request.get_data().decode("utf-8", "replace")
        return parse_qs(body, keep_blank_values=True, errors="replace", max_num_fields=MOST_FIELDS)
    except (HTTPException, ValueError):
        return {}
