"""Forms: a bounded POST body becomes values and sentences; the same form is shown again until it is right."""

import unicodedata
from collections.abc import Mapping
from typing import NamedTuple

from flask import request

from idp.web import cookies, csrf, posted
from idp.web.locale import format_wait, gettext, ngettext

MINUTE = 60  # seconds
BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


class Field(NamedTuple):
    """What a form may send under one name: at most `limit` characters; `many` fields may come several times, and what
    is typed into one of `lines` may have several.
    """

    name: str
    limit: int = 256
    many: bool = False
    lines: bool = False


class Note(NamedTuple):
    """A message above the form; `kind` is error, warn, info or ok, `blames` the fields it is about."""

    kind: str
    heading: str
    body: str = ""
    blames: tuple[str, ...] = ()


class Form:
    """One form as it was sent (or not yet): `values`, and what is wrong with them, by field.

    `ready` means: sent, from our own page, and no field broken so far. Doors add sentences with `fail` and `say`;
    `status` is what the page then answers with: 200, 400 for a stale form, 422, or what the door set.
    """

    def __init__(self, *fields: Field, values: Mapping[str, str] | None = None) -> None:
        self.fields = {field.name: field for field in fields}
        self.values: dict[str, str] = dict(values or {})
        self.lists: dict[str, list[str]] = {}
        self.errors: dict[str, str] = {}
        self.note: Note | None = None
        self.sent = False
        self.stale = False
        self._status = 0
        self.retry_after = 0

    @classmethod
    def read(cls, *fields: Field, values: Mapping[str, str] | None = None) -> "Form":
        """The form of this request. A GET gives one with `values` to start from; a POST is read and checked.

        A stale form (see csrf.check) keeps its values and says so; one sent by another site keeps nothing.
        """
        form = cls(*fields, values=values)
        if request.method != "POST":
            return form
        form.sent = True
        try:
            csrf.check(request)
        except csrf.StaleForm as stale:
            form._is_stale()
            if stale.foreign:
                return form
        form._take()
        return form

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    def __repr__(self) -> str:
        return f"Form({', '.join(self.fields)}; errors: {', '.join(self.errors)})"

    @property
    def ready(self) -> bool:
        return self.sent and not self.stale and not self.errors and not (self.note and self.note.kind == "error")

    @property
    def in_order(self) -> list[tuple[str, str]]:
        """The failing fields with their sentences, in the order of the form; what is no field of it stands last."""
        names = (*(name for name in self.fields if name in self.errors), *self.errors)
        return [(name, self.errors[name]) for name in dict.fromkeys(names)]

    @property
    def first_error(self) -> str | None:
        """The first failing field in the order of the form: it gets the focus."""
        return next((name for name, _ in self.in_order), None)

    @property
    def focus(self) -> str | None:
        """The field to start with: the first failing one, or the last that the note blames (it was cleared)."""
        return self.first_error or (self.note.blames[-1] if self.note and self.note.blames else None)

    @property
    def failed(self) -> bool:
        return bool(self.errors) or (self.note is not None and self.note.kind == "error")

    @property
    def status(self) -> int:
        if self.stale:
            return 400
        return self._status or (422 if self.failed else 200)

    @status.setter
    def status(self, status: int) -> None:
        self._status = status

    def fail(self, name: str, sentence: str) -> None:
        """Say what is wrong with a field; the first sentence stays."""
        self.errors.setdefault(name, sentence)

    def say(self, kind: str, heading: str, body: str = "", *, blames: tuple[str, ...] = ()) -> None:
        """Put a message above the form; an `error` makes it a failed one. `body` may be Markup (locale.sentence)."""
        self.note = Note(kind, heading, body, blames)

    def refuse(self, status: int, retry_after: int = 0) -> None:
        """Answer with this status; after `retry_after` seconds it may be tried again (RFC 9110 §10.2.3)."""
        self._status, self.retry_after = status, retry_after

    @property
    def headers(self) -> dict[str, str]:
        """What the answer says to programs."""
        return {"Retry-After": str(self.retry_after)} if self.retry_after else {}

    def slow_down(self, retry_after: int) -> None:
        """429: this was asked for too often; what was typed stays."""
        self.say(
            "error", gettext("Slow down a moment."), gettext("Try again in %(wait)s.", wait=format_wait(retry_after))
        )
        self.refuse(429, retry_after)

    def busy(self, retry_after: int) -> None:
        """503: more people at once than there is room for; what was typed stays, passwords aside."""
        body = gettext("Nothing was lost. Try again in %(wait)s.", wait=format_wait(retry_after))
        self.say("error", gettext("Very many people are here right now."), body)
        self.refuse(503, retry_after)

    def mailed_lately(self, wait: int) -> None:
        """429: mail to one address goes once a minute, and a few times an hour."""
        said = gettext("We’ve sent a few already. Try again in %(wait)s.", wait=format_wait(wait))
        if wait <= MINUTE:
            said = gettext("You asked for one a moment ago. Try again in %(wait)s.", wait=format_wait(wait))
        self.say("error", said)
        self.refuse(429, wait)

    def _is_stale(self) -> None:
        self.stale = True
        body = gettext("Please send it again.")
        if cookies.read(cookies.BROWSER) is None:
            body = gettext("Please send it again. If you read this twice, allow cookies for this site.")
        self.say("info", gettext("This page waited a while, so we refreshed it."), body)

    def _take(self) -> None:
        for field in self.fields.values():
            sent = posted.values(field.name)
            if field.many:
                self.lists[field.name] = sent
            else:
                sent = sent[:1]
                self.values[field.name] = sent[0] if sent else ""
            for text in sent:
                if sentence := _unfit(" ".join(text.splitlines()) if field.lines else text, field.limit):
                    self.values[field.name] = ""
                    self.lists[field.name] = []
                    self.fail(field.name, sentence)


def _unfit(text: str, limit: int) -> str | None:
    """Null bytes, other control characters, bidi controls, undecodable bytes and oversize input get a sentence."""
    if len(text) > limit:
        return ngettext("Use no more than %(n)s character.", "Use no more than %(n)s characters.", limit)
    if any(char == "\ufffd" or char in BIDI_CONTROLS or unicodedata.category(char) == "Cc" for char in text):
        return gettext("Take out the characters that can’t be seen. Typing it instead of pasting helps.")
    return None
