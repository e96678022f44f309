"""Pages of one's own account: for whoever is signed in, and for sensitive changes, signed in a short while ago."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final
from urllib.parse import urlencode

from flask import Response, current_app, request, url_for

from idp.accounts.agreements import Owed
from idp.protocol import acr
from idp.store import users
from idp.store.browser_sessions import Session
from idp.store.users import Account
from idp.web import agreements, trust, visitor
from idp.web.answers import see_other
from idp.web.house import house, now
from idp.web.locale import gettext

THEN: Final = "then"
"""The parameter that names the page (an endpoint, never an address) a sign-in leads back to; behind a colon, the app
that a page of the developer console is about.
"""
_LONGEST, _APP = 64, re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9._~-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Owner:
    """The person whose account it is, and the session they look at it in."""

    session: Session
    account: Account


OPEN_TO_LEAVE: Final = ("data", "leaving", "secure")
View = Callable[..., Response]
Check = Callable[[Session], str | None]
_DESTINATION = "is_a_page_of_the_account"


def of_account(view: View) -> View:
    """`view(owner, …)` for whoever is signed in; others sign in first, and come back here."""
    return _of(view, _is_protected, _has_agreed)


def of_recent_sign_in(view: View) -> View:
    """The same for a sensitive page: who proved themselves too long ago (account.sensitive_within) does so again."""
    return _of(view, _is_recent, _is_protected, _has_agreed)


def of_proved_sign_in(view: View) -> View:
    """The same for what a person proves themselves by (passkeys, the authenticator): who has a second factor proves
    themselves by that too, on trusted devices as well. Whoever has to set one up first may come here.
    """
    return _of(view, _is_recent, _is_proved, _has_agreed)


def _of(view: View, *checks: Check) -> View:
    @wraps(view)
    def seen(**arguments: Any) -> Response:
        session = visitor.session()
        account = users.by_id(session.user_id) if session else None
        if session is None or account is None:
            return see_other(_by_way_of("sign_in.sign_in"))
        detour = next(filter(None, (check(session) for check in checks)), None)
        return see_other(_by_way_of(detour)) if detour else view(Owner(session, account), **arguments)

    setattr(seen, _DESTINATION, True)
    return seen


def is_recent(session: Session) -> bool:
    """Whether the person proved themselves a short while ago, as sensitive changes need it."""
    return now() - session.auth_time <= house().settings.account.sensitive_within


def prove_again() -> str:
    """Where somebody proves themselves again, and comes back to the page they asked for."""
    return _by_way_of("sign_in.again")


def _is_recent(session: Session) -> str | None:
    return None if is_recent(session) else "sign_in.again"


def _is_proved(session: Session) -> str | None:
    """A passkey is a second factor where everybody must have one; elsewhere it may be lost, and a password will do."""
    has_one = session.has_authenticator or (session.has_passkey and house().settings.second_factor.required)
    is_sure = acr.meets(session.acr, (acr.TWO_FACTORS,)) or not has_one
    return None if is_sure else "second_step.step_up"


def _is_protected(session: Session) -> str | None:
    if not trust.is_owed(session):
        return None
    has_one = session.has_authenticator or session.has_passkey
    return "second_step.step_up" if has_one else "second_step.set_up"


def _has_agreed(session: Session) -> str | None:
    """Who does not agree to changed terms may still take their data along, and leave. Proofs come before agreements."""
    if request.blueprint in OPEN_TO_LEAVE or trust.is_owed(session):
        return None
    return None if agreements.owed(session) is Owed.NOTHING else "agreements.agreements"


def destination(named: str) -> str | None:
    """The path of the account's page that has this name; None for any other name."""
    endpoint, of_an_app, client_id = named.partition(":")
    if not getattr(current_app.view_functions.get(endpoint), _DESTINATION, False):
        return None
    values: dict[str, Any] = {"client_id": client_id} if of_an_app and _APP.fullmatch(client_id) else {}
    rules = current_app.url_map.iter_rules(endpoint)
    shown = any(rule.arguments == values.keys() and "GET" in (rule.methods or ()) for rule in rules)
    return url_for(endpoint, **values) if shown else None


def because(named: str) -> str:
    """Why somebody has to prove themselves again before they see that page; "" where nothing in particular follows."""
    return {
        "account.password": gettext("Because you’re about to set a password."),
        "authenticator.new": gettext("Because you’re about to set up an authenticator app."),
        "authenticator.codes": gettext("Because you’re about to make new recovery codes."),
        "authenticator.off": gettext("Because you’re about to turn off your authenticator app."),
        "developers.apps": gettext("Because you’re about to change an app."),
        "data.download": gettext("Because you’re about to download your data."),
        "email_change.change": gettext("Because you’re about to change your email address."),
        "leaving.delete": gettext("Because you’re about to delete your account."),
        "links.links": gettext("Because you’re about to change your linked accounts."),
        "passkeys.create": gettext("Because you’re about to create a passkey."),
        "passkeys.remove": gettext("Because you’re about to remove a passkey."),
        "passkeys.remove_password": gettext("Because you’re about to remove your password."),
    }.get(named, "")


def _by_way_of(endpoint: str) -> str:
    """The address of a page that leads back to the one that was asked for."""
    asked, client_id = request.endpoint or "", (request.view_args or {}).get("client_id")
    if client_id and len(f"{asked}:{client_id}") <= _LONGEST:
        asked = f"{asked}:{client_id}"
    return f"{url_for(endpoint)}?{urlencode({THEN: asked})}" if destination(asked) else url_for(endpoint)
