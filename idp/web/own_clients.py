"""Pages about one's own app: for its owners, while the operator lets them; to everybody else there is no such page."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from flask import Response, url_for

from idp.store import owned_apps
from idp.store.owned_apps import OwnedApp
from idp.web import developers, owner, problems
from idp.web.forms import Form
from idp.web.house import house, now
from idp.web.locale import gettext, sentence
from idp.web.owner import Owner, of_account

IN_THE_CONSOLE = ("console", "cli")
"""Where apps come from that are changed here; others are changed by a file, or by the app itself."""


@dataclass(frozen=True, slots=True)
class Owned:
    """An app and the person who looks at it, one of its owners."""

    owner: Owner
    app: OwnedApp

    @property
    def user_id(self) -> str:
        return self.owner.account.user_id

    @property
    def client_id(self) -> str:
        return self.app.client_id

    @property
    def may_change(self) -> bool:
        """Apps of this server itself are the operator's, whoever owns them beside."""
        return self.app.client.source in IN_THE_CONSOLE and not self.app.metadata.first_party


def of_developer(view: Callable[..., Response]) -> Callable[..., Response]:
    """`view(owner, …)` for whoever is signed in and may own apps; 404 for others."""

    @wraps(view)
    def of_one(person: Owner, **arguments: Any) -> Response:
        if not developers.may(person.account.email):
            raise problems.not_found()
        return view(person, **arguments)

    return of_account(of_one)


def of_app(view: Callable[..., Response]) -> Callable[..., Response]:
    """`view(owned, …)` of an address with `client_id` in it. Somebody else's app is as absent as one that is not."""

    @wraps(view)
    def of_theirs(person: Owner, client_id: str, **arguments: Any) -> Response:
        return view(owned(person, client_id), **arguments)

    return of_developer(of_theirs)


def owned(person: Owner, client_id: str) -> Owned:
    """The app of that id, for one of its owners; a page that says "not found" for anybody else."""
    app = owned_apps.find(person.account.user_id, client_id, now())
    if app is None:
        raise problems.not_found()
    return Owned(person, app)


def may_save(form: Form, of: Owned) -> bool:
    """Whether a form about this app takes effect: sent and sound, the app one that is changed here, and the sign-in a
    moment ago. Where it is not, what was typed stays, and the sentence is said.
    """
    if not form.ready:
        return False
    if not of.may_change:
        form.say("error", gettext("This app isn’t changed here."), why_not(of))
    elif not owner.is_recent(of.owner.session):
        form.say("error", gettext("Confirm it’s you first."), _again())
    return form.ready


def why_not(of: Owned) -> str:
    """Where an app is changed that is not changed in the console; "" for one that is."""
    if of.may_change:
        return ""
    if of.app.client.source == "file":
        return gettext("It is declared in a file of this server. Ask whoever runs it.")
    if of.app.metadata.first_party:
        return gettext("It belongs to this server itself. Ask whoever runs it.")
    return gettext("It registered itself, and changes its registration itself.")


def _again() -> str:
    minutes = house().settings.account.sensitive_within // 60
    return sentence(
        'You signed in more than %(minutes)s minutes ago. <a href="%(link)s" target="_blank">Sign in again in a new '
        "tab</a>, then save here. What you typed stays.",
        minutes=minutes,
        link=url_for("sign_in.again", then="developers.apps"),
    )
