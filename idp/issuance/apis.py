"""The APIs that tokens can be for, as the settings name them (RFC 8707)."""

from idp.protocol.authorization_details import Field, Kind
from idp.protocol.resource import Api, Apis
from idp.protocol.scope import Scope
from idp.settings.resources import DetailField, Resource, Resources


def of(resources: Resources) -> Apis:
    """[resources.*], by identifier."""
    return {told.identifier: _api(told) for told in resources.values()}


def _kinds(told: Resource) -> tuple[Kind, ...]:
    return tuple(
        Kind(type_, told.identifier, detail.sentence, {name: _field(field) for name, field in detail.fields.items()})
        for type_, detail in told.details.items()
    )


def _field(told: DetailField) -> Field:
    return Field(told.kind, told.label, told.required)


def _api(told: Resource) -> Api:
    scope = Scope(told.scopes) if told.scopes else None
    return Api(told.identifier, scope, told.open, told.token_format == "jwt", told.introspected_by, _kinds(told))
