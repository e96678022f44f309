"""The form body of this request, read once: what forms, tokens and error pages ask it for."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs

from flask import Flask, current_app, g, request
from werkzeug.exceptions import HTTPException

from idp.web.received import FORM, UPLOAD

MOST_FIELDS = 64
MOST_PARTS, LONGEST_PART = 8, 256 * 1024  # bytes of a field: more than one step of the parser
_TAKES_FILE = "takes_a_file"


def with_file(view: Callable[..., Any]) -> Callable[..., Any]:
    """This view alone may be sent a file (multipart/form-data), and a body that is as large as one (web.hardening)."""
    setattr(view, _TAKES_FILE, True)
    return view


def takes_file(app: Flask, endpoint: str | None) -> bool:
    """Whether the view of that name is one of those."""
    return getattr(app.view_functions.get(endpoint or ""), _TAKES_FILE, False)


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


def file(name: str, most: int) -> bytes:
    """The octets of the file sent under this name, b"" without one; `most` and one more where it is too large.

    What it is called, and what type its sender takes it for, nobody asks.
    """
    if not _is_upload():
        return b""
    values(name)  # read with limits, whoever asks first
    sent = request.files.get(name)
    return sent.stream.read(most + 1) if sent else b""


def insist() -> None:
    """Raise what kept the body from being read (413, or 400 for one cut short); pages about errors do without it."""
    try:
        _ = _parts() if _is_upload() else request.get_data()
    except HTTPException:
        g.posted = {}
        raise


def _read() -> dict[str, list[str]]:
    if request.method != "POST" or request.mimetype not in (FORM, UPLOAD):
        return {}
    try:
        if request.mimetype == UPLOAD:
            return _parts() if _is_upload() else {}
        body = request.get_data().decode("utf-8", "replace")
        return parse_qs(body, keep_blank_values=True, errors="replace", max_num_fields=MOST_FIELDS)
    except (HTTPException, ValueError):
        return {}


def _is_upload() -> bool:
    return request.mimetype == UPLOAD and takes_file(current_app, request.endpoint)


def _parts() -> dict[str, list[str]]:
    """RFC 7578: a few small fields; a file is not among them, and is kept on disk when it is large."""
    request.max_form_parts, request.max_form_memory_size = MOST_PARTS, LONGEST_PART
    return dict(request.form.lists())
