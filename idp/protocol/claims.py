"""Which facts about a person go out: by scope and by the claims parameter (OpenID Connect Core §5.4, §5.5)."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from idp.protocol import scope as scopes
from idp.protocol.errors import InvalidRequest
from idp.protocol.scope import Scope
from idp.protocol.strict_json import BadJson, read_object

SCOPE_CLAIMS: Final[Mapping[str, frozenset[str]]] = {
    scopes.PROFILE: frozenset(
        "name family_name given_name middle_name nickname preferred_username profile picture website gender "  # noqa: SIM905 (words are read, quotes are not)
        "birthdate zoneinfo locale updated_at".split()
    ),
    scopes.EMAIL: frozenset({"email", "email_verified"}),
    scopes.ADDRESS: frozenset({"address"}),
    scopes.PHONE: frozenset({"phone_number", "phone_number_verified"}),
    scopes.GROUPS: frozenset({"groups"}),
}
"""Core §5.4: what each scope asks for; `groups` is the customary addition."""

PERSONAL_CLAIMS: Final = frozenset(
    "name given_name middle_name family_name nickname preferred_username profile picture website gender birthdate "  # noqa: SIM905 (words are read, quotes are not)
    "zoneinfo phone_number address".split()
)
"""Core §5.1: what people say about themselves. Nobody has groups, or a verified number or address, by saying so."""

PROTOCOL_CLAIMS: Final = frozenset(
    "iss sub aud exp nbf iat jti auth_time nonce acr amr azp at_hash c_hash s_hash sid cnf sub_jwk client_id scope "  # noqa: SIM905 (words are read, quotes are not)
    "act may_act events toe txn authorization_details _claim_names _claim_sources".split()
)
"""Claims that say something about the token: only issuance sets them, no profile can."""

LONGEST: Final = 2048
"""Bytes of one claims parameter: it travels on in the code, which must fit into an address."""

_MOST = 64
_EMPTY: Final[tuple[object, ...]] = (None, "", [], {}, ())


@dataclass(frozen=True, slots=True)
class ClaimRequest:
    """Core §5.5.1: one claim asked for by name. Without `values` any value will do."""

    essential: bool = False
    values: tuple[object, ...] = ()

    def accepts(self, value: object) -> bool:
        """Whether the value is one of those asked for."""
        return not self.values or value in self.values

    def to_member(self) -> dict[str, object] | None:
        """The member of the claims parameter that says the same."""
        member: dict[str, object] = {"essential": True} if self.essential else {}
        if len(self.values) == 1:
            member["value"] = self.values[0]
        elif self.values:
            member["values"] = list(self.values)
        return member or None


ClaimRequests = Mapping[str, ClaimRequest]


@dataclass(frozen=True, slots=True)
class ClaimsRequest:
    """Core §5.5: the claims parameter, one part for the ID token and one for UserInfo."""

    id_token: ClaimRequests = field(default_factory=dict)
    userinfo: ClaimRequests = field(default_factory=dict)

    @classmethod
    def parse(cls, text: str | None) -> "ClaimsRequest":
        """None asks for nothing; raises `InvalidRequest` for anything but the JSON of Core §5.5."""
        if text is None:
            return NO_CLAIMS
        try:
            return cls.of(read_object(text, LONGEST))
        except BadJson as problem:
            raise InvalidRequest(f"claims {problem}") from None

    @classmethod
    def of(cls, members: Mapping[str, object]) -> "ClaimsRequest":
        """The request these members make; raises `InvalidRequest`. Unknown members are ignored (Core §5.5)."""
        return cls(_part(members, "id_token"), _part(members, "userinfo"))

    @property
    def subject(self) -> str | None:
        """Core §3.1.2.2: the one person the answer may be about, where the app named a `sub`."""
        wanted = self.id_token.get("sub")
        value = wanted.values[0] if wanted and len(wanted.values) == 1 else None
        return value if isinstance(value, str) else None

    def within(self, scope: Scope) -> "ClaimsRequest":
        """What is left of it where no more than this scope may be known: of the client, or of this person's consent."""
        return ClaimsRequest(_within(self.id_token, scope), _within(self.userinfo, scope))

    def to_members(self) -> dict[str, object]:
        """The members of the shortest claims parameter that says the same."""
        parts = {"id_token": self.id_token, "userinfo": self.userinfo}
        return {name: {claim: ask.to_member() for claim, ask in part.items()} for name, part in parts.items() if part}

    def to_json(self) -> str:
        """The shortest claims parameter that says the same."""
        return json.dumps(self.to_members(), separators=(",", ":"), ensure_ascii=False)

    @classmethod
    def from_json(cls, text: str) -> "ClaimsRequest":
        """What `to_json` wrote."""
        return cls.of(json.loads(text))

    def __bool__(self) -> bool:
        return bool(self.id_token or self.userinfo)


NO_CLAIMS: Final = ClaimsRequest()


def _within(part: ClaimRequests, scope: Scope) -> ClaimRequests:
    return {name: asked for name, asked in part.items() if covering((name,)) <= scope}


def _part(members: Mapping[str, object], name: str) -> ClaimRequests:
    part = members.get(name)
    if part is None:
        return {}
    if not isinstance(part, dict):
        raise InvalidRequest(f"{name} in claims must be a JSON object")
    if len(part) > _MOST:
        raise InvalidRequest(f"{name} in claims asks for more than {_MOST} claims")
    return {claim: _claim_request(claim, asked) for claim, asked in part.items()}


def _claim_request(claim: str, asked: object) -> ClaimRequest:
    """Core §5.5.1. Members it does not define are ignored."""
    if asked is None:
        return ClaimRequest()
    if not isinstance(asked, dict):
        raise InvalidRequest(f"{claim[:40]} in claims must be null or a JSON object")
    essential, values = asked.get("essential", False), asked.get("values", [])
    if not isinstance(essential, bool):
        raise InvalidRequest(f"essential of {claim[:40]} in claims must be true or false")
    if not isinstance(values, list):
        raise InvalidRequest(f"values of {claim[:40]} in claims must be a JSON array")
    value = asked.get("value")
    return ClaimRequest(essential, tuple(values) if value is None else (value,))


def wanted(scope: Scope, requested: ClaimRequests) -> frozenset[str]:
    """The names of all claims asked for by the scope and by one part of the claims parameter."""
    by_scope = (SCOPE_CLAIMS[token] for token in scope if token in SCOPE_CLAIMS)
    return frozenset(requested).union(*by_scope)


def covering(names: Iterable[str]) -> Scope:
    """The scopes whose agreement covers these claims: what the person must be asked before they go out."""
    bare = {name.partition("#")[0] for name in names}
    return Scope(scope for scope, claims in SCOPE_CLAIMS.items() if claims & bare)


def release(profile: Mapping[str, object], names: frozenset[str]) -> dict[str, object]:
    """The claims of the profile that are asked for, not empty (Core §5.3.2), and not ours to set."""
    return {
        name: value
        for name, value in profile.items()
        if name in names and name not in PROTOCOL_CLAIMS and value not in _EMPTY
    }
