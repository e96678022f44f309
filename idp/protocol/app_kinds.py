"""The five kinds of app that a developer chooses from, and what each comes to in the protocol."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any, Final

from idp.protocol import device_flow
from idp.protocol.client_members import GRANT_TYPES
from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.scope import OFFLINE_ACCESS
from idp.protocol.uri import Uri

CODE, REFRESH, CLIENT_CREDENTIALS = "authorization_code", "refresh_token", "client_credentials"
DEVICE_CODE: Final = device_flow.GRANT_TYPE


class Kind(StrEnum):
    WEB = "web"
    SINGLE_PAGE = "spa"
    NATIVE = "native"
    DEVICE = "device"
    SERVICE = "service"

    @property
    def redirects(self) -> bool:
        """Its people are sent back to an address."""
        return self in (Kind.WEB, Kind.SINGLE_PAGE, Kind.NATIVE)

    @property
    def keeps_secrets(self) -> bool:
        return self in (Kind.WEB, Kind.SERVICE)

    @property
    def has_people(self) -> bool:
        return self is not Kind.SERVICE


_GRANT: Final[Mapping[Kind, str]] = {
    Kind.WEB: CODE,
    Kind.SINGLE_PAGE: CODE,
    Kind.NATIVE: CODE,
    Kind.DEVICE: DEVICE_CODE,
    Kind.SERVICE: CLIENT_CREDENTIALS,
}
_OURS: Final = frozenset({*_GRANT.values(), REFRESH})


def offered(grant_types: Iterable[str] = GRANT_TYPES) -> tuple[Kind, ...]:
    """The kinds whose grant there is, in the order people choose from."""
    there = frozenset(grant_types)
    return tuple(kind for kind, grant in _GRANT.items() if grant in there)


def kind_of(metadata: ClientMetadata) -> Kind:
    """What an app is, however it was registered."""
    if CODE not in metadata.grant_types:
        return Kind.DEVICE if DEVICE_CODE in metadata.grant_types else Kind.SERVICE
    if metadata.application_type == "native":
        return Kind.NATIVE
    return Kind.SINGLE_PAGE if metadata.public else Kind.WEB


def become(kind: Kind, changes: Mapping[str, Any], before: ClientMetadata | None = None) -> dict[str, Any]:
    """The registration (RFC 7591 names) of an app of this kind: what it was, with these changes; None takes one out.

    Grants that no kind stands for were the operator's choice, and stay. An app that may keep access while its people
    are away refreshes (OpenID Connect Core §11).
    """
    members = _without_derived_origins(before) if before else {}
    members = {name: value for name, value in {**members, **changes}.items() if value is not None}
    members["grant_types"] = [_GRANT[kind], *_refreshes(kind, members, before), *_kept(kind, before)]
    if not kind.redirects:
        members |= {"redirect_uris": [], "response_types": []}
    if before is None or kind_of(before) is not kind:
        members |= _of_a_new(kind, members.get("token_endpoint_auth_method"))
    return members


def _of_a_new(kind: Kind, method: str | None) -> dict[str, Any]:
    """A method that proves who the app is stays with another kind that does the same."""
    proves = method if method not in (None, "none") else "client_secret_basic"
    return {
        "application_type": "native" if kind in (Kind.NATIVE, Kind.DEVICE) else "web",
        "token_endpoint_auth_method": proves if kind.keeps_secrets else "none",
        "response_types": ["code"] if kind.redirects else [],
    }


def _refreshes(kind: Kind, members: Mapping[str, Any], before: ClientMetadata | None) -> list[str]:
    """Who refreshed without that scope did so by the operator's choice."""
    asks = OFFLINE_ACCESS in str(members.get("scope", "")).split()
    did = before is not None and REFRESH in before.grant_types and OFFLINE_ACCESS not in before.scope
    return [REFRESH] if kind.has_people and (asks or did) else []


def _kept(kind: Kind, before: ClientMetadata | None) -> list[str]:
    if before is None:
        return []
    gone = {_GRANT[kind], REFRESH} if kind_of(before) is kind else _OURS
    return [name for name in before.grant_types if name not in gone]


def _without_derived_origins(before: ClientMetadata) -> dict[str, Any]:
    """Origins that followed from the addresses follow from them again (`client_registration`)."""
    members = before.members()
    derived = tuple(dict.fromkeys(Uri.parse(uri).origin for uri in before.redirect_uris))
    if before.allowed_origins in ((), derived):
        members.pop("allowed_origins", None)
    return members


def is_tried_out(metadata: ClientMetadata) -> bool:
    """All its people are sent back to lies on its developer's own machine. Of an app on its users' machines that says
    nothing.
    """
    found = [Uri.parse(uri) for uri in metadata.redirect_uris]
    return metadata.application_type == "web" and bool(found) and all(uri.is_loopback for uri in found)
