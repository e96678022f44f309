"""The pending request that a page serves, and what to say when it is gone."""

from urllib.parse import urlencode

from flask import request, url_for

from idp.store import pending_authorizations
from idp.store.clients import Client
from idp.store.pending_authorizations import Pending
from idp.web import cookies, locale, posted, problems, rehearsal
from idp.web.house import house, now
from idp.web.page import PENDING, AppIdentity
from idp.web.problems import Problem


def pending_id() -> str:
    """The id this page was given, "" when it serves no app's request."""
    return named(PENDING)


def named(name: str) -> str:
    """What this page is about, from its address or from the form it sent: an id of ours, no longer than those are."""
    return (request.args.get(name) or posted.value(name))[:64]


def pending() -> Pending | None:
    """The waiting request of this browser that this page serves; None on a direct visit. `gone` is raised otherwise."""
    asked = pending_id()
    if not asked:
        return None
    found = pending_authorizations.find(asked, cookies.browser_hash(), now())
    if found is None:
        raise gone(asked)
    locale.use(found.request.ui_locales, pending_id=found.id)
    return found


def page(endpoint: str, asked: str) -> str:
    """The address of a page that serves this pending request."""
    return f"{url_for(endpoint)}?{urlencode({PENDING: asked})}"


def client_of(found: Pending) -> Client:
    """The app that waits. A page instead when it was suspended or removed meanwhile, or left the address it named."""
    client, asked = house().clients.find(found.client_id, now()), found.request
    if client is None or not (asked.polled or rehearsal.may_return(client, asked.reply_to.redirect_uri)):
        raise problems.start_again()
    return client


def onward(found: Pending | None) -> str:
    """Where a page that did its part sends the person: the walk goes on, or their account when no app waits."""
    return url_for("authorize.resume", pending_id=found.id) if found else url_for("account.account")


def gone(asked: str) -> Problem:
    """The request was answered, took too long, or is another browser's: the way leads back to the app that asked."""
    client_id = pending_authorizations.client_of(asked)
    client = house().clients.find(client_id, now()) if client_id else None
    return problems.start_again(AppIdentity.of(client.metadata) if client else None)
