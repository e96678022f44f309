"""Pages of one's own account: for whoever is signed in, and for sensitive changes, signed in a short while ago."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Final
from urllib.parse import urlencode

from flask import Response, current_app, request, url_for

from idp.store import users
from idp.store.browser_sessions import Session
from idp.store.users import Account
from idp.web import visitor
from idp.web.answers import see_other
from idp.web.house import house, now

THEN: Final = "then"
"""The parameter that names the page (an endpoint, never an address) a sign-in leads back to."""


@dataclass(frozen=True, slots=True)
class Owner:
    """The person whose account it is, and the session they look at it in."""

    session: Session
    account: Account


View = Callable[..., Response]
_DESTINATION = "is_a_page_of_the_account"


def of_account(view: View) -> View:
    """`view(owner, …)` for whoever is signed in; others sign in first, and come back here."""

    @wraps(view)
    def seen(**arguments: Any) -> Response:
        session = visitor.session()
        account = users.by_id(session.user_id) if session else None
        if session is None or account is None:
            return see_other(_by_way_of("sign_in.sign_in"))
        return view(Owner(session, account), **arguments)

    setattr(seen, _DESTINATION, True)
    return seen


def of_recent_sign_in(view: View) -> View:
    """The same for a sensitive page: who proved themselves too long ago (account.sensitive_within) does so again."""

    @wraps(view)
    def seen(owner: Owner, **arguments: Any) -> Response:
        if now() - owner.session.auth_time > house().settings.account.sensitive_within:
            return see_other(_by_way_of("sign_in.again"))
        return view(owner, **arguments)

    return of_account(seen)


def destination(named: str) -> str | None:
    """The path of the account's page that has this name; None for any other name."""
    if not getattr(current_app.view_functions.get(named), _DESTINATION, False):
        return None
    rules = current_app.url_map.iter_rules(named)
    shown = any(not rule.arguments and "GET" in (rule.methods or ()) for rule in rules)
    return url_for(named) if shown else None


def _by_way_of(endpoint: str) -> str:
    """The address of a page that leads back to the one that was asked for."""
    asked = request.endpoint or ""
    return f"{url_for(endpoint)}?{urlencode({THEN: asked})}" if destination(asked) else url_for(endpoint)
