"""What an app may become that registers itself without a token, or publishes what it is."""

from typing import Final

from idp.protocol import lookalikes
from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.encryption import ANSWERS
from idp.protocol.errors import InvalidClientMetadata
from idp.protocol.machine_registration import Policy
from idp.protocol.scope import Scope
from idp.settings.load import Settings

SIGNED_HERE: Final = tuple(f"{answer}_signed_response_alg" for answer in ANSWERS)


def standing(settings: Settings) -> Policy:
    """As the operator set it; an initial access token may say otherwise. Every app may ask for what an open API has."""
    own, open_to_all = settings.registration, [api for api in settings.resources.values() if api.open]
    scopes = Scope((*own.scopes, *(scope for api in open_to_all for scope in api.scopes)))
    details = tuple(type_ for api in open_to_all for type_ in api.details)
    return Policy(scopes, own.grant_types, own.redirect_hosts, own.require_pkce, details)


def insist_on_own_face(metadata: ClientMetadata, settings: Settings, own_logo: str = "") -> None:
    """No app looks like this server, or like another app: pages show logos that stand at our own addresses, and people
    take the wishes of whoever bears our name for ours. `own_logo` is the app's, at our address. Raises
    InvalidClientMetadata.
    """
    issuer = settings.server.issuer
    names = (text for name, text in metadata.localized.items() if name.startswith("client_name#"))
    for name in (metadata.client_name, *names):
        insist_on_own_name(name, settings)
    shown = (text for name, text in metadata.localized.items() if name.startswith("logo_uri#"))
    if any(address.startswith(f"{issuer}/") and address != own_logo for address in (metadata.logo_uri, *shown)):
        raise InvalidClientMetadata("logo_uri must be an address of the app, not of this provider")


def insist_on_a_signer(metadata: ClientMetadata, settings: Settings) -> None:
    """Nothing is promised that no key here signs (keys.algorithms). Raises InvalidClientMetadata."""
    offered = settings.keys.algorithms
    for name in SIGNED_HERE:
        if getattr(metadata, name) not in (None, *offered):
            raise InvalidClientMetadata(f"{name} must be {' or '.join(offered)}")


def insist_on_own_name(name: str, settings: Settings) -> None:
    """Nobody reads in it the name of somebody else. Raises InvalidClientMetadata."""
    if is_ours(name, settings):
        raise InvalidClientMetadata("client_name is the name of this provider; choose another one")
    if lookalikes.mixes_scripts(name):
        raise InvalidClientMetadata("client_name mixes letters of two scripts in a word; use one of them")
    if lookalikes.is_address(name):
        raise InvalidClientMetadata("client_name is an address; choose a name, people are shown the address beside it")


def is_ours(name: str, settings: Settings) -> bool:
    """Whether people would read the name of this server, however it is spelled."""
    return bool(name) and lookalikes.skeleton(name) == lookalikes.skeleton(settings.brand.name)
