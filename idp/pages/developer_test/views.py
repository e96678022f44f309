"""Where a test sign-in begins and where it ends: for owners of the app alone, and in the browser that began it."""

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from flask import Blueprint, Response, request

from idp.pages.developer_test import running
from idp.pages.developer_test.running import Run
from idp.protocol.scope import OFFLINE_ACCESS, Scope
from idp.store.clients import Client
from idp.web import developer_page, fixes, rehearsal
from idp.web.answers import see_other
from idp.web.door import Door
from idp.web.forms import Field, Form
from idp.web.house import house, now
from idp.web.inner_requests import Exchange
from idp.web.locale import gettext
from idp.web.own_clients import Owned, of_app

routes = Blueprint("developer_test", __name__)
SCOPE, PROMPT = Field("scope", 1024), Field("prompt", 32)
PROMPTS = ("", "login", "consent", "select_account")


class Told(NamedTuple):
    """One exchange as it is read: its line, and the whole of it as text."""

    title: str
    text: str


@routes.route("/developers/<client_id>/test", methods=["GET", "POST"])
@of_app
def show(owned: Owned) -> Response:
    """Begins it: the browser goes to /authorize as the app would send it, and what is seen there is real."""
    form = Form.read(SCOPE, PROMPT, values=_start(owned))
    client = house().clients.find(owned.client_id, now())
    if not form.ready or client is None or not _signs_people_in(client):
        return _page(owned, form)
    prompt = form[PROMPT.name] if form[PROMPT.name] in PROMPTS else ""
    pushed, onward = running.begin(client, owned.user_id, form[SCOPE.name], prompt)
    if not onward:
        error, reason = str(pushed.members.get("error", "")), str(pushed.members.get("error_description", ""))
        return _page(owned, form, Run((pushed,), error or f"HTTP {pushed.status}", reason))
    return see_other(house().settings.server.issuer + onward)


@routes.get("/developers/<client_id>/test/callback")
@of_app
def callback(owned: Owned) -> Response:
    """Where the answer comes to. An answer to anything that this owner did not begin here is not even looked at."""
    begun = rehearsal.unsealed(request.args.get("state", ""))
    client, code = house().clients.find(owned.client_id, now()), request.args.get("code", "")
    is_theirs = begun is not None and (begun.client_id, begun.user_id) == (owned.client_id, owned.user_id)
    if client is None or begun is None or not is_theirs or running.is_of_another(code, begun):
        form = Form(values=_start(owned))
        form.say("error", gettext("This is not the answer to a test that you began in this browser"))
        form.refuse(400)
        return _page(owned, form)
    answered = _answered(request.args)
    if code:
        run = running.finish(client, begun, code)
    else:
        run = Run((), request.args.get("error", "")[:64], request.args.get("error_description", "")[:300])
    return _page(owned, Form(values=_start(owned)), run, (answered,))


def _start(owned: Owned) -> dict[str, str]:
    """Everything the app may ask for, but for access that lasts."""
    return {SCOPE.name: str(owned.app.metadata.scope - Scope((OFFLINE_ACCESS,)))}


def _page(owned: Owned, form: Form, run: Run | None = None, before: Iterable[Told] = ()) -> Response:
    told = [*before, *(_told(exchange) for exchange in run.exchanges)] if run else []
    return developer_page.show(
        "developers/test.html",
        owned,
        "developer_test.show",
        form,
        signs_people_in=_signs_people_in(owned.app.client) and not owned.app.is_suspended,
        prompts=PROMPTS,
        run=run,
        fix=fixes.of("", run.error) if run and run.error else "",
        told=told,
        as_json=_json,
    )


def _signs_people_in(client: Client) -> bool:
    return "code" in client.metadata.response_types


def _answered(answer: Mapping[str, str]) -> Told:
    """The browser's part, which this page was loaded by; the code in it is spent by now."""
    sent = {
        name: value if name in ("error", "error_description", "iss") else len(value) for name, value in answer.items()
    }
    return Told("GET /authorize", "\n".join(["HTTP/1.1 303", f"Location: {request.path}", *_lines(sent)]))


def _told(exchange: Exchange) -> Told:
    credentials = f"Authorization: {exchange.credentials} [hidden]" if exchange.credentials else ""
    lines = [f"{exchange.method} {exchange.path} HTTP/1.1", credentials, *_lines(exchange.sent), ""]
    lines += [f"HTTP/1.1 {exchange.status}", *(f"{name}: {value}" for name, value in exchange.headers.items()), ""]
    told = _json(exchange.told) if exchange.members else f"[{len(exchange.body)} characters]" if exchange.body else ""
    return Told(f"{exchange.method} {exchange.path}", "\n".join([*lines, told]).strip())


def _lines(sent: Mapping[str, str | int]) -> list[str]:
    return [
        f"  {name} = {f'[{value} characters]' if isinstance(value, int) else value}" for name, value in sent.items()
    ]


def _json(members: Mapping[str, Any]) -> str:
    return json.dumps(members, indent=2, ensure_ascii=False)


door = Door(routes)
