"""Who came by another provider and opens no account yet: what is missing, and who waits in this browser for it."""

from typing import NamedTuple

from flask import Response, url_for

from idp.accounts.identifiers import BadEmail, Email, normalise_email
from idp.store import upstream_logins
from idp.store.upstream_logins import Login
from idp.store.users import Account
from idp.upstream import linking
from idp.upstream.linking import Came, Next
from idp.upstream.provider import Identity
from idp.upstream.registry import Registered
from idp.web import cookies, flow, upstreams
from idp.web.answers import see_other
from idp.web.house import house, now
from idp.web.page import PENDING

WAITS_FOR = 3600
"""Seconds in which somebody new may fill in what is missing, or sign in to the account they have."""
LOGIN, ASKED = "login", "asked"
CONNECTED = "newcomer.connected"
"""The page (web.owner) that follows a sign-in made to connect a provider to the account."""


class Newcomer(NamedTuple):
    """Somebody who waits: the row, the provider, which is on and brings new people still, and who they are there."""

    login: Login
    registered: Registered
    identity: Identity

    @property
    def email(self) -> Email | None:
        """The address the provider gave."""
        return address_of(self.identity)


def address_of(identity: Identity) -> Email | None:
    """The address the provider gave, if a mail can be sent to it."""
    try:
        return normalise_email(identity.email)
    except BadEmail:
        return None


def what_follows(registered: Registered, identity: Identity, account: Account | None) -> Next:
    """`account` is the one that has the identity's address."""
    may_join = house().settings.signup.enabled
    return linking.what_follows(identity, account, takes_new=registered.takes_new, may_join=may_join)


def wait(registered: Registered, login: Login, identity: Identity, account: Account | None) -> Response:
    """Who came waits in this browser: for the form of somebody new, or for a sign-in to the account they have."""
    sealed = linking.sealed(Came(registered.name, identity), house().sealer, now())
    upstream_logins.identified(login.id, sealed, now(), now() + WAITS_FOR, account.user_id if account else None)
    asked = "1" if upstreams.kept(login).asked else None
    if account:
        return see_other(_page("newcomer.connect", login))
    return see_other(_page("newcomer.welcome", login, asked=asked))


def found(login_id: str = "") -> Newcomer | None:
    """Who waits in this browser under this id; by default under the id that the page or its form names."""
    login = upstream_logins.find(login_id or flow.named(LOGIN), cookies.browser_hash(), now())
    return _read(login) if login else None


def connecting() -> Newcomer | None:
    """Who waits in this browser until somebody signs in to their account; the latest of them."""
    login = upstream_logins.connecting(cookies.browser_hash(), now())
    return _read(login) if login else None


def _read(login: Login) -> Newcomer | None:
    registered = house().upstreams.find(login.upstream)
    came = linking.unsealed(login.identity, house().sealer)
    if registered is None or not registered.takes_new or came is None or came.upstream != registered.name:
        return None
    return Newcomer(login, registered, came.identity)


def _page(endpoint: str, login: Login, **more: str | None) -> str:
    values = {LOGIN: login.id, PENDING: login.pending_id, **more}
    return url_for(endpoint, **{name: value for name, value in values.items() if value})  # type: ignore[arg-type]
