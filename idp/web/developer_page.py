"""The frame of every page about one app: its name and status, and the parts of the console that there are."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from flask import Response, current_app, url_for

from idp.protocol.app_kinds import Kind, is_tried_out, kind_of
from idp.store.owned_apps import OwnedApp
from idp.web import own_clients
from idp.web.forms import Form
from idp.web.house import now
from idp.web.locale import gettext
from idp.web.own_clients import Owned
from idp.web.page import render

DAY = 86400
EXPIRES_SOON = 30 * DAY


class Status(NamedTuple):
    """`look` is the modifier of its badge, "" for a plain one."""

    name: str
    look: str


class Tab(NamedTuple):
    endpoint: str
    address: str
    name: str


def show(template: str, owned: Owned, tab: str, form: Form | None = None, **context: Any) -> Response:
    """A page that extends developers/frame.html; `tab` is the endpoint of the part it belongs to."""
    activity = _of_activity(owned)
    beside = activity if any(one.endpoint == tab for one in activity) else []
    frame = {
        "place": "developers.apps",
        "client_id": owned.client_id,
        "kind": kind_of(owned.app.metadata),
        "standing": status_of(owned.app),
        "tabs": _tabs(owned),
        "tab": activity[0].endpoint if beside else tab,
        "beside": beside,
        "part": tab,
        "why_not": own_clients.why_not(owned),
    }
    return render(template, form=form, client=owned.app.metadata, owned=owned, **{**frame, **context})


def status_of(app: OwnedApp) -> Status:
    """Suspended before all else; an app for people's own machines, or without people, is live once it was used."""
    if app.is_suspended:
        return Status(gettext("Suspended"), "danger")
    if expires_soon(app):
        return Status(gettext("Secret expiring"), "warn")
    is_out = kind_of(app.metadata) in (Kind.WEB, Kind.SINGLE_PAGE) or app.used_at is not None
    if is_tried_out(app.metadata) or not is_out:
        return Status(gettext("In development"), "")
    return Status(gettext("Live"), "ok")


def expires_soon(app: OwnedApp) -> bool:
    """Whether its last secret ends within thirty days."""
    ends_at = app.secret_ends_at if app.metadata.has_secret else None
    return ends_at is not None and ends_at - now() <= EXPIRES_SOON


def _tabs(owned: Owned) -> list[Tab]:
    """Only pages that there are, each a door of its own; a test ends where people are sent back to."""
    named = {
        "developers.app": gettext("Settings"),
        "developers.credentials": gettext("Credentials"),
        "developer_quick_start.show": gettext("Quick start"),
        "developer_test.show": gettext("Test sign-in"),
        "developer_activity.show": gettext("Activity"),
        "developers.advanced": gettext("Advanced"),
        "developers.owners": gettext("Owners"),
        "developers.delete": gettext("Delete"),
    }
    if not kind_of(owned.app.metadata).redirects:
        del named["developer_test.show"]
    return _there(named, owned)


def _of_activity(owned: Owned) -> list[Tab]:
    """What belongs to the tab of that name."""
    named = {
        "developer_activity.show": gettext("Last requests"),
        "developer_linter.show": gettext("Check a request"),
        "developer_logout.show": gettext("Sign-out"),
    }
    return _there(named, owned)


def _there(named: Mapping[str, str], owned: Owned) -> list[Tab]:
    there = ((endpoint, name) for endpoint, name in named.items() if endpoint in current_app.view_functions)
    return [Tab(endpoint, url_for(endpoint, client_id=owned.client_id), name) for endpoint, name in there]
