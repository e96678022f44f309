"""Registering an app: four fields, and the rest has safe defaults by kind."""

import hmac
import re
import unicodedata
from base64 import b32encode
from hashlib import sha256
from typing import Final

from idp.accounts import throttle
from idp.accounts.throttle import TooMany
from idp.pages.developers import credentials, fields, saving
from idp.pages.developers.fields import CONTACT, KIND, NAME, REDIRECTS
from idp.protocol import app_kinds
from idp.protocol.app_kinds import Kind
from idp.protocol.client_members import DEFAULT_SCOPE
from idp.protocol.client_metadata import ClientMetadata
from idp.store import app_owners, clients, owned_apps, users
from idp.store.base import new_id
from idp.store.clients import Client
from idp.web import arrival, own_clients
from idp.web.answers import Response, see_other
from idp.web.forms import Field, Form
from idp.web.house import house, now
from idp.web.locale import gettext, ngettext, sentence
from idp.web.own_clients import Owned
from idp.web.owner import Owner
from idp.web.page import render, to

ENDING: Final = Field("ending", 8)
"""What the end of the client_id is made of, drawn when the form is shown: sent twice, it makes one app."""
PURPOSE: Final = "client_id"
_ENDING = re.compile(r"[A-Za-z0-9]{8}", re.ASCII)
_SLUG = 24


def page(owner: Owner, form: Form) -> Response:
    """The form, or what follows it: the credentials page, with the secret where there is one."""
    made = _made(owner, form) if form.ready else None
    if made is not None:
        return made
    if not _ENDING.fullmatch(form[ENDING.name]):
        form.values[ENDING.name] = _new_ending()
    offered = app_kinds.offered()
    return render(
        "developers/new.html",
        form=form,
        place="developers.apps",
        kinds=offered,
        is_full=_is_full(owner),
        most=house().settings.developers.apps_each,
    )


def start(owner: Owner, kind: str = "") -> dict[str, str]:
    """The form before anybody types; `kind` as the address of the page names it."""
    chosen = kind if kind in app_kinds.offered() else Kind.WEB.value
    return {KIND.name: chosen, CONTACT.name: owner.account.email, ENDING.name: _new_ending()}


def _made(owner: Owner, form: Form) -> Response | None:
    kind = fields.kind_of(form, app_kinds.offered())
    name, contacts = fields.name_of(form), fields.contacts_of(form)
    redirects = fields.redirects_of(form, kind) if kind else []
    if kind is None or form.failed or not _ENDING.fullmatch(form[ENDING.name]):
        return None
    scope = str(DEFAULT_SCOPE) if kind.has_people else ""
    said = {NAME.name: name, CONTACT.name: contacts, REDIRECTS.name: redirects, "scope": scope}
    members = app_kinds.become(kind, said | {"reviewed": not house().settings.developers.review})
    metadata = saving.registered(form, members)
    return _added(owner, form, _client_id(owner, form, name), metadata) if metadata else None


def _added(owner: Owner, form: Form, client_id: str, metadata: ClientMetadata) -> Response | None:
    """The person is held meanwhile: of two who send the form at once, one finds the place taken."""
    user_id = owner.account.user_id
    if not _may_go_on(form):
        return None
    users.hold(user_id)
    if owned_apps.find(user_id, client_id, now()):
        return see_other(to("developers.credentials", client_id=client_id))
    if _is_full(owner):
        form.say("error", _about_quota(), gettext("Delete one, or ask whoever runs this server."))
        return None
    if not clients.added(Client(client_id, metadata, "console"), now()):
        form.values[ENDING.name] = _new_ending()
        return _added(owner, form, _client_id(owner, form, metadata.client_name), metadata)
    app_owners.add(client_id, user_id, now())
    owned = own_clients.owned(owner, client_id)
    saving.record("app_registered", owned)
    return _shown(owned)


def _shown(owned: Owned) -> Response:
    if not owned.app.metadata.has_secret:
        return see_other(to("developers.credentials", client_id=owned.client_id, done="registered"))
    form = Form()
    secret = credentials.given(owned)
    say_done(form, owned)
    return credentials.page(own_clients.owned(owned.owner, owned.client_id), form, secret)


def say_done(form: Form, owned: Owned) -> None:
    """It is there, and this is the way to a first sign-in."""
    copy = gettext("Copy its secret now.") + " " if owned.app.metadata.has_secret else ""
    form.say("ok", gettext("Your app is registered."), copy + _next_steps(owned))


def _next_steps(owned: Owned) -> str:
    """Only apps that people are sent back to can be tested here."""
    paste = to("developer_quick_start.show", client_id=owned.client_id)
    if not app_kinds.kind_of(owned.app.metadata).redirects:
        return sentence('Next, <a href="%(paste)s">paste a quick start</a>.', paste=paste)
    return sentence(
        'Next, <a href="%(paste)s">paste a quick start</a>, or <a href="%(test)s">try a test sign-in</a>.',
        paste=paste,
        test=to("developer_test.show", client_id=owned.client_id),
    )


def _may_go_on(form: Form) -> bool:
    try:
        throttle.form("app", arrival.network(), house().settings.throttle, now())
    except TooMany as refused:
        form.slow_down(refused.retry_after)
        return False
    return True


def _is_full(owner: Owner) -> bool:
    return len(owned_apps.of_user(owner.account.user_id, now())) >= house().settings.developers.apps_each


def _about_quota() -> str:
    most = house().settings.developers.apps_each
    return ngettext("One person may own %(n)s app.", "One person may own %(n)s apps.", most)


def _client_id(owner: Owner, form: Form, name: str) -> str:
    """Nobody chooses it: settings and registrations trust apps by their ids, also before and after there is one."""
    said = f"{owner.account.user_id} {form[ENDING.name]}".encode()
    drawn = b32encode(hmac.digest(house().sealer.derive(PURPOSE), said, sha256)).decode().lower()
    return f"{_slug(name)}-{drawn[:8]}"


def _slug(name: str) -> str:
    """The name as an id reads it: for those who look through logs, not for machines."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)[:_SLUG].strip("-") or "app"


def _new_ending() -> str:
    return re.sub(r"[^A-Za-z0-9]", "", new_id() + new_id())[:8]
