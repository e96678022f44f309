"""The security check of the account's home page: how it stands, and what could be better. Only what is really so."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from flask import url_for

from idp.store import authenticators, recovery_codes
from idp.store.users import Account
from idp.web import passkeys
from idp.web.house import house
from idp.web.locale import format_date, gettext, ngettext
from idp.web.own_apps import Shown

FEW_CODES = 3


class Point(NamedTuple):
    """One row; `is_advice` asks for something, the others say how it stands. `button` leads to `url`, and `of` says
    to what, for whoever does not see the row around it.
    """

    icon: str
    title: str
    about: str
    url: str
    button: str
    of: str
    is_advice: bool = False


def points(account: Account, apps: Iterable[Shown]) -> tuple[Point, ...]:
    """What could be better first."""
    found = (*_passkeys(account), *_password(account), *_second_step(account), *_apps(apps))
    return tuple(sorted(found, key=lambda point: not point.is_advice))


def _passkeys(account: Account) -> Iterator[Point]:
    if not passkeys.are_offered():
        return
    if account.has_passkey:
        about = gettext("You sign in without a password.") if account.password is None else gettext("Ready to use.")
        url, button = url_for("passkeys.passkeys"), gettext("Manage")
        yield Point("key", gettext("Passkeys"), about, url, button, gettext("passkeys"))
        return
    about = gettext("Sign in with your fingerprint, face or screen lock. Nothing to remember, nothing to steal.")
    url, button = url_for("passkeys.create"), gettext("Create a passkey")
    yield Point("key", gettext("Add a passkey"), about, url, button, "", is_advice=True)


def _password(account: Account) -> Iterator[Point]:
    """None is needed where a passkey lets its person in."""
    url = url_for("account.password")
    if account.password is not None:
        changed = account.password_changed_at
        about = gettext("Changed %(date)s", date=format_date(changed)) if changed is not None else ""
        yield Point("lock", gettext("Password"), about, url, gettext("Change"), gettext("password"))
    elif not account.has_passkey:
        about = gettext("You have none: only a linked account or a mail lets you in.")
        yield Point("lock", gettext("Set a password"), about, url, gettext("Set a password"), "", is_advice=True)


def _second_step(account: Account) -> Iterator[Point]:
    """For those who sign in by a password: it can be stolen, and then this is what stands before the account."""
    url = url_for("authenticator.authenticator")
    if account.has_authenticator:
        stored, left = authenticators.of(account.user_id), recovery_codes.left(account.user_id)
        since = stored.confirmed_at if stored else None
        on = gettext("On since %(date)s", date=format_date(since)) if since else gettext("On")
        codes = ngettext("%(n)s recovery code left", "%(n)s recovery codes left", left)
        button, of = gettext("Manage"), gettext("authenticator app")
        yield Point("phone", gettext("Authenticator app"), f"{on} · {codes}", url, button, of)
        if left <= FEW_CODES:
            about = gettext("They let you in when you don’t have your authenticator app at hand.")
            url, button = url_for("authenticator.codes"), gettext("Make new ones")
            yield Point("warning", codes, about, url, button, gettext("recovery codes"), is_advice=True)
    elif account.password is not None and house().settings.second_factor.authenticator:
        about = gettext("Then a stolen password alone opens nothing.")
        title, button = gettext("Add a second step"), gettext("Set up")
        yield Point("phone", title, about, url, button, gettext("authenticator app"), is_advice=True)


def _apps(apps: Iterable[Shown]) -> Iterator[Point]:
    """Access that nobody uses is access that nobody watches."""
    for app in apps:
        if app.keeps_access and app.is_unused:
            title = gettext("Do you still use %(app)s?", app=app.identity.name)
            about = gettext("It keeps access while you’re away. Last used %(when)s.", when=app.last_used)
            url = url_for("apps.app", client_id=app.client_id)
            yield Point("apps", title, about, url, gettext("Review"), app.identity.name, is_advice=True)
