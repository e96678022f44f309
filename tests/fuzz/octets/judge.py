"""What must be true of every answer, whatever was asked."""

import json
import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape
from urllib.parse import unquote_to_bytes, urlsplit

from tests.fuzz.octets.stage import CALLBACKS, Stage
from tests.fuzz.octets.values import CANARY
from tests.fuzz.octets.wire import HOST, Answer, Request, send

THE_SUM = str(83 * 97 * 1009 * 7919).encode()
OF_A_PROGRAM = re.compile(
    rb"Traceback \(most|File \"|[A-Za-z]Error\b|[A-Za-z]Exception\b|sqlalchemy|psycopg|sqlite3|werkzeug|jinja2"
)
ACTION = re.compile(rb'(?:form)?action="([^"]*)"')
OWN = f"http://{HOST.decode()}"


class Log(logging.Handler):
    """What was logged at ERROR or above; with the cause, for whoever has to mend it."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        cause = record.exc_info[1] if record.exc_info else None
        self.lines.append(f"{record.getMessage()} {cause!r}")


@contextmanager
def listening() -> Iterator[Log]:
    log = Log()
    logging.getLogger().addHandler(log)
    try:
        yield log
    finally:
        logging.getLogger().removeHandler(log)


def judged(stage: Stage, request: Request, signed_in: bool) -> Answer:
    """Send it; fails with the request and all that is wrong with its answer."""
    sent = stage.visitor(signed_in).sends(request)
    with listening() as log:
        answer = send(stage.server, sent)
    wrong = [*log.lines, *faults(request, answer, named_apps(stage, request))]
    assert not wrong, f"{request!r}, signed in: {signed_in}\n{answer.status} {answer.headers}\n" + "\n".join(wrong)
    return answer


def named_apps(stage: Stage, request: Request) -> frozenset[str]:
    """The apps that a request names: by client_id, or by what was given to one."""
    octets = unquote_to_bytes(request.query + b" " + request.body + b" " + request.path)
    for_shop = (stage.alice.pending, stage.stranger.pending, stage.good["id_token_hint"])
    named = {client_id for client_id in CALLBACKS if client_id.encode() in octets}
    if any(value.encode() in octets for value in for_shop):
        named.add(stage.shop.client_id)
    return frozenset(named)


def faults(request: Request, answer: Answer, apps: frozenset[str]) -> Iterator[str]:
    places = tuple(CALLBACKS[app] for app in apps)
    yield from _status_and_frame(request, answer)
    yield from _headers(answer)
    if answer.headers.get("Location") is not None and not leads_home(answer.headers["Location"], places):
        yield f"leads to {answer.headers['Location']!r}"
    if found := OF_A_PROGRAM.search(answer.body):
        yield f"the body tells of the program: {found[0]!r}"
    if answer.is_page:
        yield from _page(answer.body, places)
    if answer.headers.get("Content-Type") == "application/json" and answer.body:
        json.loads(answer.body)


def leads_home(location: str, places: tuple[str, ...]) -> bool:
    """A path of ours, an address of ours, or the registered address of an app that was named."""
    if not location.isascii() or not location.isprintable() or "\\" in location:
        return False
    if any(location == place or location.startswith((place + "?", place + "&")) for place in places):
        return True
    parts = urlsplit(location)
    ours = f"{parts.scheme}://{parts.netloc}" == OWN if parts.scheme or parts.netloc else location.startswith("/")
    return ours and not location.startswith("//") and "@" not in parts.netloc


def _status_and_frame(request: Request, answer: Answer) -> Iterator[str]:
    if not 200 <= answer.status < 500:
        yield f"status {answer.status}"
    if answer.status in (301, 302, 307, 308) and request.method == "POST":
        yield f"{answer.status} after a POST: what was posted may be posted on"
    length = answer.headers.get("Content-Length")
    if request.method == "HEAD" and answer.body:
        yield "a body after HEAD"
    if request.method != "HEAD" and length is not None and int(length) != len(answer.body):
        yield f"Content-Length {length} of {len(answer.body)} bytes"


def _headers(answer: Answer) -> Iterator[str]:
    for name, value in answer.headers:
        if not (name + value).isprintable():
            yield f"{name} holds {value!r}"
        value.encode("latin-1")
    for once in ("X-Request-ID", "X-Content-Type-Options"):
        if len(answer.headers.getlist(once)) != 1:
            yield f"{once} {answer.headers.getlist(once)}"
    for cookie in answer.headers.getlist("Set-Cookie"):
        if cookie.startswith("portico_session"):
            yield f"touches the session: {cookie}"
        if "; HttpOnly" not in cookie or "; SameSite=Lax" not in cookie or "; Path=/" not in cookie:
            yield f"a loose cookie: {cookie}"
    if answer.headers.get("Access-Control-Allow-Credentials"):
        yield "lets other origins use cookies"


def _page(html: bytes, places: tuple[str, ...]) -> Iterator[str]:
    if CANARY in html.lower():
        yield "what was sent stands in the page as markup"
    if THE_SUM in html:
        yield "what was sent was read as a template"
    for action in ACTION.findall(html):
        if not leads_home(unescape(action.decode()), places):
            yield f"a form leads to {action!r}"
