"""What a person is told when a page cannot be shown: one Problem for each case, raised by any door.

A heading, what happened in plain words, one thing to do; facts for developers stand folded away. The sentences are
made in the language of the request, so a Problem is made where it is raised.
"""

from collections.abc import Mapping
from typing import NamedTuple

from flask import request, url_for

from idp.protocol.errors import InvalidRedirectUri, OAuthError
from idp.web.locale import format_wait, gettext, sentence
from idp.web.page import AppIdentity, here


class Way(NamedTuple):
    """The one button of an error page."""

    label: str
    url: str


class Problem(Exception):
    """A page instead of the one that was asked for; web.errors shows it."""

    def __init__(
        self,
        status: int,
        heading: str,
        body: str,
        *,
        way: Way | None = None,
        facts: Mapping[str, str] | None = None,
        retry_after: int = 0,
        glyph: tuple[str, str] = ("warning", "warn"),
    ) -> None:
        super().__init__(f"{status}: {heading}")
        self.status = status
        self.heading = heading
        self.body = body
        self.way = way
        self.facts = dict(facts or {})
        self.retry_after = retry_after
        self.glyph, self.glyph_kind = glyph


def refused_request(error: OAuthError, received: Mapping[str, str]) -> Problem:
    """An app's request that cannot be answered to the app (RFC 6749 §4.1.2.1): nothing to redirect to is trusted."""
    body = sentence(
        "The app that sent you here made a request we can’t accept. To keep you safe we stopped. "
        "<strong>You did nothing wrong, and nothing was shared.</strong>"
    )
    if isinstance(error, InvalidRedirectUri):
        body = sentence(
            "The app that sent you here asked us to return you to an address it hasn’t registered. To keep you safe "
            "we stopped. <strong>You did nothing wrong, and nothing was shared.</strong>"
        )
    return Problem(
        400 if error.status == 401 else error.status,
        gettext("We can’t send you back to that app"),
        body,
        way=Way(gettext("Go to my account"), url_for("home.home")),
        facts={"error": error.code, "description": error.description, **received},
    )


def start_again(app: AppIdentity | None = None) -> Problem:
    """The pending request is gone, was another browser's, or cookies are off."""
    way = Way(gettext("Back to %(app)s", app=app.name), app.home_url) if app and app.home_url else None
    return Problem(
        400,
        gettext("Let’s start again"),
        gettext("This sign-in took too long, or cookies are off. Go back to the app and sign in from there."),
        way=way or Way(gettext("Go to my account"), url_for("home.home")),
        glyph=("clock", ""),
    )


def stale_form() -> Problem:
    """A POST that no form of ours in this browser sent, to a page that has no form to show again."""
    return Problem(
        400,
        gettext("Please send it again"),
        gettext("This page waited a while, or another site sent you here. Nothing was changed."),
        way=Way(gettext("Try again"), here()),
        glyph=("clock", ""),
    )


def on_hold(support: str, reference: str) -> Problem:
    """A suspended account, after its right password only."""
    return Problem(
        403,
        gettext("This account is on hold"),
        gettext("Contact %(support)s and quote %(reference)s.", support=support, reference=reference),
        glyph=("lock", "warn"),
    )


def locked() -> Problem:
    """An account that its owner locked, after a proof other than the password: the mailbox opens it again."""
    return Problem(
        403,
        gettext("This account is locked"),
        gettext("Everything was signed out, and nobody can sign in. Choose a new password by mail to unlock it."),
        way=Way(gettext("Unlock my account"), url_for("recovery.forgot")),
        glyph=("lock", "warn"),
    )


def too_many(retry_after: int) -> Problem:
    """RFC 6585 §4: too many tries; `retry_after` in seconds."""
    return Problem(
        429,
        gettext("Slow down a moment"),
        gettext("Try again in %(wait)s.", wait=format_wait(retry_after)),
        way=Way(gettext("Try again"), here()),
        retry_after=retry_after,
        glyph=("clock", "warn"),
    )


def not_found() -> Problem:
    return Problem(
        404,
        gettext("That page isn’t here"),
        gettext("The address may be misspelled, or the page has moved."),
        way=Way(gettext("Go to the start page"), url_for("home.home")),
        glyph=("help", ""),
    )


def wrong_method() -> Problem:
    return Problem(
        405,
        gettext("That can’t be done here"),
        gettext("This address takes another kind of request. Start from the beginning, please."),
        way=Way(gettext("Go to the start page"), url_for("home.home")),
    )


def too_large() -> Problem:
    return Problem(
        413,
        gettext("That was too much at once"),
        gettext("What was sent is larger than any form of ours. Nothing was saved."),
        way=Way(gettext("Try again"), here()),
    )


def bad_request(status: int = 400) -> Problem:
    return Problem(
        status,
        gettext("We didn’t understand that"),
        gettext("What your browser sent can’t be read. Start from the beginning, please."),
        way=Way(gettext("Go to the start page"), url_for("home.home")),
    )


def busy(retry_after: int) -> Problem:
    """More people at once than there is room for, or upkeep; `retry_after` in seconds."""
    return Problem(
        503,
        gettext("Back shortly"),
        gettext("Very many people are here right now.")
        + " "
        + gettext("Try again in %(wait)s.", wait=format_wait(retry_after)),
        way=Way(gettext("Try again"), here()),
        retry_after=retry_after,
        glyph=("clock", "warn"),
    )


def our_fault() -> Problem:
    return Problem(
        500,
        gettext("Something broke on our side"),
        gettext("Nothing was lost. Try again in a minute."),
        way=Way(gettext("Try again"), here() if request.method == "GET" else url_for("home.home")),
    )


BY_STATUS = {404: not_found, 405: wrong_method, 413: too_large, 500: our_fault}
