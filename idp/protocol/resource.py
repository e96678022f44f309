"""Whom an access token is for (RFC 8707): which APIs an app asks for, and what it may have for them."""

from collections.abc import Collection, Mapping
from typing import Final, NamedTuple

from idp.protocol.authorization_details import Kind, Kinds
from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.errors import InvalidTarget
from idp.protocol.parameters import Parameters
from idp.protocol.scope import Scope
from idp.protocol.uri import BadUri, Uri

MOST: Final = 10
"""Resources of one request."""
LONGEST: Final = 512


class Api(NamedTuple):
    """What the operator says of a resource. `scope` None: any scope means something there."""

    identifier: str
    scope: Scope | None = None
    is_open: bool = False
    as_jwt: bool = True
    introspected_by: tuple[str, ...] = ()
    kinds: tuple[Kind, ...] = ()


Apis = Mapping[str, Api]
"""By identifier."""


def kinds_of(apis: Apis) -> Kinds:
    """RFC 9396 §2: the types of detail that the APIs know, by name."""
    return {kind.type: kind for api in apis.values() for kind in api.kinds}


def wanted(parameters: Parameters) -> tuple[str, ...]:
    """§2: absolute URIs without a fragment, once each. Raises InvalidTarget."""
    asked = tuple(dict.fromkeys(parameters.every("resource", LONGEST)))
    if len(asked) > MOST:
        raise InvalidTarget(f"resource names more than {MOST} places")
    for resource in asked:
        try:
            Uri.parse(resource)
        except BadUri:
            raise InvalidTarget("resource must be an absolute URI without a fragment") from None
    return asked


def check_allowed(asked: Collection[str], metadata: ClientMetadata, apis: Apis, issuer: str) -> None:
    """§2: what is not known here, and what this client may not ask for. Raises InvalidTarget.

    Whoever may use a type of authorization details may ask for the API that knows it.
    """
    types = set(metadata.authorization_details_types)
    named = {*metadata.resources, *(kind.api for kind in kinds_of(apis).values() if kind.type in types)}
    for resource in asked:
        if resource in (issuer, f"{issuer}/userinfo"):
            continue
        api = apis.get(resource)
        if api is None:
            raise InvalidTarget("resource is not known here")
        if not api.is_open and resource not in named:
            raise InvalidTarget("the registration of this client does not name this resource")


def narrowed(asked: tuple[str, ...], granted: tuple[str, ...]) -> tuple[str, ...]:
    """§2.2: the part that this token is for; all that was granted where nothing is said. Raises InvalidTarget.

    Where the authorization request named nothing, the token request may: the person's agreement was about the scope.
    """
    if granted and not set(asked) <= set(granted):
        raise InvalidTarget("resource names more than was granted")
    return asked or granted


def scope_for(resources: Collection[str], scope: Scope, apis: Apis) -> Scope:
    """§2: the part of a scope that means something at any of these places."""
    of_each = [api.scope for resource in resources if (api := apis.get(resource))]
    if len(of_each) < len(resources) or not of_each or any(part is None for part in of_each):
        return scope
    return Scope(word for word in scope if any(part is not None and word in part for part in of_each))


def scope_of(resource: str, apis: Apis) -> Scope | None:
    """All that means something at this place; None where nobody said, or it is no API of ours."""
    api = apis.get(resource)
    return api.scope if api else None


def as_jwt(resources: Collection[str], apis: Apis) -> bool:
    """Whether one of them reads its tokens itself (RFC 9068)."""
    return any(apis[resource].as_jwt for resource in resources if resource in apis)


def introspected_by(client_id: str, resources: Collection[str], apis: Apis) -> bool:
    """RFC 7662 §4: whether this client asks on behalf of one of the places that the token is for."""
    return any(client_id in apis[resource].introspected_by for resource in resources if resource in apis)
