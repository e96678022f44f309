"""grant_type=client_credentials (RFC 6749 §4.4): an app asks for itself, for nobody."""

from idp.endpoints.token.asking import Asking
from idp.endpoints.token.terms import for_client
from idp.issuance.issue import Mint, issue_to_client
from idp.protocol.errors import InvalidScope, UnauthorizedClient
from idp.protocol.scope import ABOUT_PEOPLE, Scope
from idp.settings.load import Settings
from idp.store.clients import Client

NAME = "client_credentials"


def redeem(asking: Asking, mint: Mint, settings: Settings, now: int) -> dict[str, object]:
    """§4.4.2: confidential clients only. Scopes about people are not for it: there is no person."""
    parameters, client, _ = asking
    if client.metadata.public:
        raise UnauthorizedClient("client_credentials is for clients that prove who they are")
    scope = own_scope(parameters.get("scope"), client)
    return issue_to_client(mint, client.client_id, client.metadata, for_client(asking, scope, mint), now)


def own_scope(asked: str | None, client: Client) -> Scope:
    """What an app may have for itself, of what it asked for. Raises InvalidScope."""
    allowed = client.metadata.scope - ABOUT_PEOPLE
    wanted = Scope.parse(asked) or allowed
    surplus = wanted - allowed
    if surplus and (client.metadata.unknown_scope == "refuse" or not wanted & allowed):
        raise InvalidScope(f"this client may not ask for {surplus} for itself")
    return wanted & allowed
