"""What an app may become that registers itself without a token, or publishes what it is."""

from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.errors import InvalidClientMetadata
from idp.protocol.machine_registration import Policy
from idp.protocol.scope import Scope
from idp.settings.load import Settings


def standing(settings: Settings) -> Policy:
    """As the operator set it; an initial access token may say otherwise. Every app may ask for what an open API has."""
    own = settings.registration
    open_to_all = (scope for api in settings.resources.values() if api.open for scope in api.scopes)
    return Policy(Scope((*own.scopes, *open_to_all)), own.grant_types, own.redirect_hosts, own.require_pkce)


def insist_on_own_logo(metadata: ClientMetadata, issuer: str) -> None:
    """Pages show logos that stand at our own addresses: nobody takes another app's. Raises InvalidClientMetadata."""
    shown = (text for name, text in metadata.localized.items() if name.startswith("logo_uri#"))
    if any(address.startswith(f"{issuer}/") for address in (metadata.logo_uri, *shown)):
        raise InvalidClientMetadata("logo_uri must be an address of the app, not of this provider")
