"""What went wrong becomes an answer, in one place: JSON for doors that speak JSON, a page for people.

Each page shows the reference of its request, which every line of the log has too. No page needs the database;
what a request sent is shown as plain text only; no answer holds a stack trace.
"""

import logging

from flask import Flask, Response, current_app, request
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException, InternalServerError

from idp import clock
from idp.accounts.hashing import Busy
from idp.protocol.errors import OAuthError, ServerError, TemporarilyUnavailable
from idp.settings.load import Settings
from idp.web import cookies, explanations, posted, problems, request_id, transaction
from idp.web.answers import private_json
from idp.web.csrf import StaleForm
from idp.web.page import render
from idp.web.problems import Problem

LONGEST_ECHO = 300
LAST_RESORT = (
    '<!doctype html><html lang="en"><meta charset="utf-8"><title>Something broke on our side</title>'
    "<h1>Something broke on our side</h1><p>Nothing was lost. Try again in a minute.</p></html>"
)

log = logging.getLogger(__name__)


def prepare(app: Flask, _settings: Settings) -> None:
    app.register_error_handler(OAuthError, refusal_page)
    app.register_error_handler(Problem, as_page)
    app.register_error_handler(StaleForm, lambda _error: as_page(problems.stale_form()))
    app.register_error_handler(Busy, _busy)
    app.register_error_handler(HTTPException, _http)
    app.register_error_handler(Exception, _fault)


def as_json(error: OAuthError) -> Response:
    """RFC 6749 §5.2: registered code, one sentence, and where more is said. For a door's own handler of OAuthError."""
    log.info("refused: %s (%s)", error.code, error.description)
    explanations.refused(error)
    told = {"error": error.code, "error_description": error.description, **explanations.error_uri()}
    return private_json(told, error.status)


def as_page(problem: Problem) -> Response:
    """The page of a problem, with its status, reference and Retry-After."""
    reference, at = request_id.current(), clock.now()
    more = explanations.error_uri().get("error_uri") if problem.facts else None
    try:
        page = render("error.html", problem.status, problem=problem, reference=reference, at=at, more=more)
    except Exception:
        log.exception("the error page broke too")
        page = Response(LAST_RESORT, 500)
    if problem.retry_after:
        page.headers["Retry-After"] = str(problem.retry_after)
    return page


def refusal_page(error: OAuthError, client_id: str | None = None) -> Response:
    """An app's request that must not be answered to the app: 400, never a redirect.

    Give `client_id` only when it is a registered one; what else the request said is shown as received.
    """
    log.info("refused with a page: %s (%s)", error.code, error.description)
    explanations.refused(error)
    address = request.args.get("redirect_uri") or posted.value("redirect_uri")
    received = {"client_id": client_id, "redirect_uri": address and address[:LONGEST_ECHO]}
    return as_page(problems.refused_request(error, {name: text for name, text in received.items() if text}))


def speaks_json() -> bool:
    """Doors that answer OAuthErrors themselves speak JSON to programs; so does whoever asks for JSON, not HTML."""
    own_handlers = current_app.error_handler_spec.get(request.blueprint, {}).get(None, {}) if request.blueprint else {}
    accepted = request.headers.get("Accept", "")
    return OAuthError in own_handlers or ("json" in accepted and "html" not in accepted)


def _busy(error: Busy) -> Response:
    if not speaks_json():
        return as_page(problems.busy(error.retry_after))
    answer = as_json(TemporarilyUnavailable("too many requests at once; try again in a moment"))
    answer.headers["Retry-After"] = str(error.retry_after)
    return answer


def _http(error: HTTPException) -> ResponseReturnValue:
    """Werkzeug's own refusals: no such page, wrong method, too large …"""
    if isinstance(error, InternalServerError):
        return _fault(error.original_exception or error)
    status = error.code or 500
    if error.response is not None or status < 400:
        return error.get_response(request.environ)
    if speaks_json():
        answer = private_json({"error": "invalid_request", "error_description": error.name}, status)
    else:
        make = problems.BY_STATUS.get(status)
        answer = as_page(make() if make else problems.bad_request(status))
    for name, value in error.get_headers(request.environ):
        if name.lower() in {"allow", "retry-after"}:
            answer.headers[name] = value
    return answer


def _fault(error: BaseException) -> Response:
    """Anything nobody expected: nothing it wrote lasts, the log has all of it, the answer nothing."""
    log.error("fault in %s", request.endpoint, exc_info=error)
    cookies.forget_changes()
    transaction.roll_back()
    if speaks_json():
        return as_json(ServerError("something broke on our side; the request id names it in the log"))
    return as_page(problems.our_fault())
