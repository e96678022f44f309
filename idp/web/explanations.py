"""What an app's developers may read of a request later: looked at when its answer is ready, kept after the commit.

Of apps that nobody owns nothing is kept, since nobody could read it. Of others refusals are, and of what went well the
first few of each minute; both bounded (docs/decisions/0103-what-is-kept-of-requests.md).
"""

import logging
import re
from collections.abc import Iterator
from threading import Lock
from types import FrameType
from typing import Final, NamedTuple, cast
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request

from idp.accounts import throttle
from idp.protocol import disclosure
from idp.protocol.errors import AuthorizationPending, InvalidRequest, OAuthError
from idp.protocol.parameters import Parameters
from idp.settings.load import Settings
from idp.store import app_requests
from idp.store.app_requests import ANYBODYS, FINE, OWN, Seen
from idp.store.base import fingerprint
from idp.store.clients import Client
from idp.web import request_id
from idp.web.house import house, now

ENDPOINTS: Final = frozenset(
    {
        *("authorize", "pushed", "token", "revocation", "introspection", "userinfo"),
        *("device_authorization", "backchannel_authentication", "end_session"),
    }
)
"""The doors (blueprints) whose requests are kept, under these names."""

A_MINUTE: Final = {FINE: 10, OWN: 30, ANYBODYS: 30}
OF_ONE_NETWORK: Final = 10
"""Rows a minute that one process writes for one app in one lane, and of these for one network."""

_SECTION = re.compile(r"(?:RFC \d+|(?:OpenID Connect )?Core|[A-Z][\w-]+(?: [A-Z][\w-]+)* 1\.0) §\d+(?:\.\d+)*")
_SPECIFICATION = re.compile(r"RFC \d+")
_READERS = ("idp.protocol.parameters", "idp.web.explanations")
"""Modules that find that something is wrong for a rule of another module."""

log = logging.getLogger(__name__)


class Check(NamedTuple):
    """The rule that a request broke: its function, and the sections of the specifications it stands for."""

    name: str
    sections: str


NO_CHECK: Final = Check("", "")


class Meter:
    """What this process wrote in the present minute, so that no flood becomes a flood of writes."""

    def __init__(self, room_for: int = 1000) -> None:
        self._room_for = room_for
        self._minute = 0
        self._counts: dict[tuple[str, ...], int] = {}
        self._lock = Lock()

    def allows(self, key: tuple[str, ...], most: int, now: int) -> bool:
        """Counted where it is allowed; whoever finds no room for a counter is not."""
        with self._lock:
            if self._minute != now // 60:
                self._minute, self._counts = now // 60, {}
            before = self._counts.get(key, 0)
            if before >= most or (key not in self._counts and len(self._counts) >= self._room_for):
                return False
            self._counts[key] = before + 1
            return True


def prepare(app: Flask, _settings: Settings) -> None:
    """To stand before the transaction among what prepares the app: its own part comes after the commit."""
    app.extensions["portico_meter"] = Meter()
    app.after_request(_keep)


def by(client: Client, *, proved: bool = False) -> None:
    """This app asks, as far as is known by now; `proved` where it showed that it does."""
    g.explained = (client, proved)


def claimed(client_id: str) -> None:
    """This app is said to ask, and nothing is proved."""
    g.claimed_client_id = client_id


def refused(error: OAuthError) -> None:
    """The answer to this request is this error."""
    g.refusal = error


def error_uri() -> dict[str, str]:
    """RFC 6749 §5.2: where the app's owners read about this very error; empty where there is nothing to read.

    The same for every app, registered or not: an error says nothing about which there are.
    """
    if request.blueprint not in ENDPOINTS or not _is_anybody_there():
        return {}
    return {"error_uri": house().settings.server.issuer + path_of(request_id.current())}


def path_of(reference: str) -> str:
    """Below the issuer."""
    return f"/developers/errors/{reference}"


def check_of(error: OAuthError) -> Check:
    """The rule by which it was refused, as its traceback knows it; NO_CHECK for an error that nobody raised."""
    frames = [(frame, module) for frame, module in _frames(error) if module not in _READERS]
    if not frames:
        return NO_CHECK
    of_the_table = (one for one in frames if one[1].endswith(".checks") and one[0].f_code.co_name != "what_is_asked")
    frame, module = next(of_the_table, frames[-1])
    name = frame.f_code.co_name
    words = getattr(frame.f_globals.get(name), "__doc__", None) or ""
    sections = dict.fromkeys(_SECTION.findall(words) or _SPECIFICATION.findall(str(frame.f_globals.get("__doc__"))))
    place = module.removesuffix(".views").rpartition(".")[2]
    return Check(f"{place}.{name.lstrip('_')}", ", ".join(sections)[:160])


def _frames(error: OAuthError) -> Iterator[tuple[FrameType, str]]:
    trace = error.__traceback__
    while trace is not None:
        module = str(trace.tb_frame.f_globals.get("__name__", ""))
        if module.startswith("idp."):
            yield trace.tb_frame, module
        trace = trace.tb_next


def _keep(response: Response) -> Response:
    if request.blueprint not in ENDPOINTS or request.method == "OPTIONS":  # most requests end here
        return response
    refusal: OAuthError | None = g.get("refusal")
    if isinstance(refusal, AuthorizationPending):  # an app asks again and again, and nothing is wrong
        return response
    client, proved = _who_asked(is_refused=refusal is not None)
    if client is None or not client.is_owned or not _is_anybody_there() or _is_on_its_way(response):
        return response
    try:
        _write(client, proved, refusal, response)
    except Exception:
        log.exception("a request was answered, and could not be kept for its app's owners")
    return response


def _is_anybody_there() -> bool:
    """Whether there is a console at all."""
    return house().settings.developers.who != "nobody"


def _who_asked(*, is_refused: bool) -> tuple[Client | None, bool]:
    """Without asking the store: whoever refused a request looked the app up."""
    proved: Client | None = g.get("asking_client")
    if proved is not None:
        return proved, not proved.metadata.public
    if "explained" in g:
        return cast("tuple[Client, bool]", g.explained)
    said: str = g.get("claimed_client_id", "")
    return (house().clients.known(said, now()) if is_refused and said else None), False


def _is_on_its_way(response: Response) -> bool:
    """Between the request and its answer a person sees pages; only the first one of them is told."""
    if request.endpoint == "authorize.authorize":
        return False
    return request.blueprint == "authorize" and bool(_page_ahead(response))


def _page_ahead(response: Response) -> str:
    """The path of our own page that a person is sent to, "" where the answer goes elsewhere."""
    address = urlsplit(response.headers.get("Location", ""))
    own = urlsplit(house().settings.server.issuer)
    is_ours = address.scheme in ("", own.scheme) and (address.netloc or own.netloc) == own.netloc
    return address.path[:64] if is_ours else ""


def _write(client: Client, proved: bool, refusal: OAuthError | None, response: Response) -> None:
    check = check_of(refusal) if refusal else NO_CHECK
    seen = Seen(
        client_id=client.client_id,
        reference=request_id.current(),
        at=now(),
        endpoint=str(request.url_rule).partition("<")[0][:32],
        status=response.status_code,
        error=refusal.code if refusal else "",
        reason=refusal.description if refusal else "",
        failed_check=check.name,
        sections=check.sections,
        onward="" if refusal else _page_ahead(response),
        received=_received(),
        proved=proved,
    )
    origin = "" if seen.lane == OWN else _origin(client)
    meter: Meter = current_app.extensions["portico_meter"]
    app = (client.client_id, seen.lane)
    own_share = seen.lane != ANYBODYS or meter.allows((*app, origin), OF_ONE_NETWORK, now())
    if own_share and meter.allows(app, A_MINUTE[seen.lane], now()):
        app_requests.keep(seen, origin)


def _origin(client: Client) -> str:
    """Tells networks apart, and nothing else: not even the same network at two apps looks the same."""
    return fingerprint(f"{client.client_id} {throttle.network_of(request.remote_addr or '')}")[:16]


def _received() -> dict[str, dict[str, str | int]]:
    raw = request.query_string if request.method == "GET" else request.get_data()
    try:
        parameters = disclosure.of_parameters(Parameters.parse(raw))
    except InvalidRequest:
        parameters = {}
    return {"parameters": parameters, "headers": disclosure.of_headers(dict(request.headers))}
