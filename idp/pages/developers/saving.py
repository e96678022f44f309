"""A change of an app's registration: checked by the rules of every registration, written under a lock, recorded."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from idp.protocol.app_kinds import Kind, become, kind_of
from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.errors import OAuthError
from idp.store import audit, clients
from idp.web import arrival, registration_policy
from idp.web.forms import Form
from idp.web.house import house, now
from idp.web.locale import gettext
from idp.web.own_clients import Owned

LOOKED_AT: Final = (
    *("client_name", "logo_uri", "client_uri", "localized", "scope_sentences"),
    *("redirect_uris", "post_logout_redirect_uris", "initiate_login_uri", "frontchannel_logout_uri"),
)
"""What a review was about: whoever changes one of these shows people, or sends them to, something nobody looked at."""


def saved(form: Form, owned: Owned, changes: Mapping[str, Any], kind: Kind | None = None) -> bool:
    """The registration is what it was, with these members (RFC 7591 names; None takes one out), of this kind or the one
    it has. Two owners who save at the same moment lose nothing of each other's. False, with the sentence said, for what
    cannot be registered.
    """
    clients.hold(owned.client_id)
    current = clients.stored(owned.client_id, now())
    if current is None:
        form.say("error", gettext("This app is gone."))
        return False
    before = current.metadata
    after = registered(form, become(kind or kind_of(before), changes, before))
    if after is None:
        return False
    changed = [name for name in ClientMetadata.__slots__ if getattr(before, name) != getattr(after, name)]
    if house().settings.developers.review and set(LOOKED_AT) & set(changed):
        after = replace(after, reviewed=False)
    if changed:
        clients.changed(replace(current, metadata=after), now())
        record("app_changed", owned, members=" ".join(changed))
    return True


def registered(form: Form, members: Mapping[str, Any]) -> ClientMetadata | None:
    """What these members come to; None, with the sentence said beside the field it is about, for what is refused."""
    try:
        metadata = ClientMetadata.register(members)
        registration_policy.insist_on_a_signer(metadata, house().settings)
        return metadata
    except OAuthError as problem:
        said = problem.description
        member = said.split()[0].rstrip(":").partition("#")[0]
        if member in form.fields:
            form.fail(member, said)
        else:
            form.say("error", gettext("This can’t be saved."), said)
        return None


def record(event: str, owned: Owned, **details: str) -> None:
    """It happened to this app, by this owner."""
    audit.record(
        event,
        now(),
        user_id=owned.user_id,
        client_id=owned.client_id,
        session_id=owned.owner.session.id,
        network=arrival.network(),
        **details,
    )
