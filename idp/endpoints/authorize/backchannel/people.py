"""Whom an app means, and whether it may ask them (OpenID CIBA Core 1.0 §7.1, §14)."""

from idp.accounts.identifiers import BadEmail, normalise_email
from idp.protocol import backchannel
from idp.protocol.authorization_request import AuthorizationRequest
from idp.protocol.errors import InvalidRequest, UnknownUserId
from idp.protocol.parameters import Parameters
from idp.store import consents, users
from idp.store.clients import Client
from idp.store.users import Account

UNKNOWN = "the hint names nobody whom this app may ask: somebody who has an account and let this app use it"


def meant(parameters: Parameters, asked: AuthorizationRequest, client: Client) -> Account:
    """Only who uses the app already may be asked by it, unless the operator runs it: so no app learns who else has an
    account here, and nobody is troubled by an app they never heard of. Raises InvalidRequest and UnknownUserId.
    """
    name, value = backchannel.the_hint(parameters)
    account = _with_address(value) if name == "login_hint" else _named(asked)
    may_ask = consents.remembered(account.user_id if account else "", client.client_id).scope
    if account is None or not account.is_active or not (may_ask or client.metadata.first_party):
        raise UnknownUserId(UNKNOWN)
    if asked.hinted_subject not in (None, account.user_id):
        raise InvalidRequest("login_hint and the sub in claims name different people")
    return account


def _with_address(hint: str) -> Account | None:
    try:
        return users.by_email(normalise_email(hint).lookup)
    except BadEmail:
        return None


def _named(asked: AuthorizationRequest) -> Account | None:
    """By `hint_names_a_person`, which takes no hint but an ID token of ours for this client."""
    if asked.hinted_subject is None:
        raise InvalidRequest("id_token_hint is not an ID token for this client, or its key is long gone")
    return users.by_id(asked.hinted_subject)
