"""The apps a person uses their account for, as they read of them: on the page of all, and on their home page."""

from typing import NamedTuple

from idp.issuance import claims as person_claims
from idp.protocol.scope import OFFLINE_ACCESS, OPENID, Scope
from idp.protocol.uri import with_query
from idp.store.connected_apps import ConnectedApp
from idp.store.consents import NEVER_ASKED
from idp.store.grants import Person
from idp.web import locale, scopes
from idp.web.house import house, now
from idp.web.locale import format_ago
from idp.web.owner import Owner
from idp.web.page import AppIdentity

LONG_UNUSED = 180 * 86400


class Shown(NamedTuple):
    """One app of the list: `may` is what it may do, in few words, `is_unused` for half a year, `keeps_access` while its
    person is away, `opens_at` where a sign-in to it begins, "" where it did not say.
    """

    client_id: str
    identity: AppIdentity
    may: str
    last_used: str
    is_unused: bool
    is_suspended: bool
    keeps_access: bool
    opens_at: str


def shown(app: ConnectedApp, owner: Owner) -> Shown:
    return Shown(
        client_id=app.client.client_id,
        identity=AppIdentity.of(app.client.metadata),
        may=locale.format_list(scopes.short_of(row) for row in rows(app, owner)),
        last_used=format_ago(app.last_used_at, now()),
        is_unused=now() - app.last_used_at > LONG_UNUSED,
        is_suspended=app.is_suspended,
        keeps_access=app.keeps_access,
        opens_at=opens_at(app),
    )


def opens_at(app: ConnectedApp) -> str:
    """OpenID Connect Core §4: the app's own page, which begins a sign-in with the issuer that is named. No login_hint:
    the person is known here by their session, and the app needs no address that it may not have been told.
    """
    begins_at = "" if app.is_suspended else app.client.metadata.initiate_login_uri
    return with_query(begins_at, {"iss": house().settings.server.issuer}) if begins_at else ""


def rows(app: ConnectedApp, owner: Owner) -> tuple[scopes.Row, ...]:
    """A sentence for each scope, with the value the app gets; access while nobody is there has a row of its own."""
    own = app.client.metadata.sentences(locale.current())
    idle_for = house().settings.tokens.refresh_idle_for
    asked = app.scope if app.keeps_access else app.scope - Scope((OFFLINE_ACCESS,))
    return scopes.rows(asked or Scope((OPENID,)), NEVER_ASKED, facts(owner), idle_for, own)


def facts(owner: Owner) -> dict[str, object]:
    """All that any app could learn of them."""
    own = owner.account
    return person_claims.of_person(Person(own.user_id, own.profile, own.locale, own.updated_at, own.email))
