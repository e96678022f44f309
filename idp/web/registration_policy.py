"""What an app may become that registers itself without a token, or publishes what it is."""

from idp.protocol.machine_registration import Policy
from idp.protocol.scope import Scope
from idp.settings.load import Settings


def standing(settings: Settings) -> Policy:
    """As the operator set it; an initial access token may say otherwise."""
    own = settings.registration
    return Policy(Scope(own.scopes), own.grant_types, own.redirect_hosts, own.require_pkce)
