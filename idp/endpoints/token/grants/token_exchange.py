"""grant_type=token-exchange (RFC 8693): a service that was called with a person's token gets one for the next service.

Nothing is allowed that the client's registration does not name. The new token hangs on the grant of the old one, lives
no longer, and may do no more.
"""

from idp.endpoints.token.asking import Asking
from idp.issuance import access_token
from idp.issuance.access_token import AccessToken
from idp.issuance.issue import Exchange, Mint, exchange
from idp.issuance.terms import Terms
from idp.protocol import resource, token_exchange
from idp.protocol.errors import InvalidRequest, InvalidScope, InvalidToken
from idp.protocol.holder import Holder
from idp.protocol.scope import Scope
from idp.settings.load import Settings
from idp.store import grants, revoked_tokens
from idp.store.clients import Client
from idp.store.grants import Grant
from idp.web.house import house

NAME = token_exchange.GRANT_TYPE


def redeem(asking: Asking, mint: Mint, settings: Settings, now: int) -> dict[str, object]:
    parameters, client, holder = asking
    policy = client.metadata
    wanted_type = token_exchange.wanted_type(parameters)
    target = token_exchange.target_of(parameters, policy.exchange_to)
    presented = token_exchange.token_of(parameters, "subject")
    if presented is None:
        raise InvalidRequest("subject_token is missing")
    subject, grant = _of_person(presented, asking, mint, now)
    scope = _scope(parameters.get("scope"), subject, client, resource.scope_of(target, mint.apis))
    actor = token_exchange.token_of(parameters, "actor")
    act = _act(actor, subject, client, holder, mint, now)
    as_jwt = resource.as_jwt((target,), mint.apis)
    terms = Terms(scope, holder=holder, resources=(target,), act=act, as_jwt=as_jwt)
    until = min(subject.expires_at, now + mint.tokens.access_token_for)
    return exchange(mint, Exchange(grant, client.client_id, until, wanted_type), policy, terms, now)


def _of_person(presented: str, asking: Asking, mint: Mint, now: int) -> tuple[AccessToken, Grant]:
    """§2.2.2: one sentence for whatever is wrong with it, so that nobody learns whose tokens live."""
    _, client, holder = asking
    token = _genuine(presented, "subject", holder, mint, now)
    found = None if token.client_id else grants.alive(token.grant_id)
    if found is not None:
        grant, _ = found
        whose = {client.client_id, *client.metadata.exchange_from}
        is_for_it = resource.introspected_by(client.client_id, token.resources, mint.apis)
        if (is_for_it or (token.given_to or grant.client_id) in whose) and _are_active(token, grant, now):
            return token, grant
    raise InvalidRequest("subject_token is no live token of a person that this client may exchange")


def _are_active(token: AccessToken, grant: Grant, now: int) -> bool:
    """Nothing comes of the token of an app that is suspended or gone, nor of one that passed through its hands."""
    return all(house().clients.find(app, now) for app in {grant.client_id, token.given_to or grant.client_id})


def _genuine(presented: str, role: str, holder: Holder, mint: Mint, now: int) -> AccessToken:
    """RFC 9449 §7.2: a bound token is of no use to whoever does not hold its key, here neither."""
    try:
        token = access_token.read(presented, mint.sealer, mint.ring, mint.issuer, now)
    except InvalidToken:
        raise InvalidRequest(f"{role}_token is unknown, expired or revoked") from None
    if not holder.includes(token.holder):
        raise InvalidRequest(f"{role}_token is bound to a key: prove that you hold it")
    return token


def _scope(asked: str | None, subject: AccessToken, client: Client, known: Scope | None) -> Scope:
    """§2.1: never wider than what the person allowed, nor than what the client may ask for; and nothing that means
    something elsewhere alone, where the target says what it knows.
    """
    allowed = subject.scope & client.metadata.scope
    allowed = allowed if known is None else allowed & known
    wanted = Scope.parse(asked) or allowed
    surplus = wanted - allowed
    if surplus and (client.metadata.unknown_scope == "refuse" or not wanted & allowed):
        raise InvalidScope(f"subject_token, the registration of this client or the target does not allow {surplus}")
    if not wanted & allowed and known is not None:
        raise InvalidScope("the target knows nothing of the scope of subject_token that this client may ask for")
    return wanted & allowed


def _act(presented: str | None, subject: AccessToken, client: Client, holder: Holder, mint: Mint, now: int) -> str:
    """§1.1, §4.1: the client stands in the token as whoever acts, unless its registration lets it speak as the person.

    An actor_token must be the client's own: nobody says that somebody else acts.
    """
    if presented is not None:
        actor = _genuine(presented, "actor", holder, mint, now)
        if actor.client_id != client.client_id or revoked_tokens.holds(actor.grant_id):
            raise InvalidRequest("actor_token must be one that this client has for itself")
    elif client.metadata.exchange_impersonates:
        return subject.act
    return token_exchange.acting(client.client_id, subject.act)
