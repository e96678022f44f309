"""The APIs that tokens can be for, as the settings name them (RFC 8707)."""

from idp.protocol.resource import Api, Apis
from idp.protocol.scope import Scope
from idp.settings.resources import Resource, Resources


def of(resources: Resources) -> Apis:
    """[resources.*], by identifier."""
    return {told.identifier: _api(told) for told in resources.values()}


def _api(told: Resource) -> Api:
    scope = Scope(told.scopes) if told.scopes else None
    return Api(told.identifier, scope, told.open, told.token_format == "jwt", told.introspected_by)
