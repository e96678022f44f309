"""An authorization request after its checks: frozen, and complete enough to wait for its person."""

import json
from dataclasses import dataclass, field

from idp.protocol.claims import NO_CLAIMS, ClaimsRequest, covering
from idp.protocol.prompt import UNASKED, Prompt
from idp.protocol.scope import Scope


@dataclass(frozen=True, slots=True)
class ReplyTo:
    """Where and how the answer goes. Only the check of client and redirect URI makes one."""

    redirect_uri: str
    response_mode: str
    state: str | None = field(default=None, repr=False)


NOWHERE = ReplyTo("", "")
"""The answer waits here until the app fetches it (RFC 8628, OpenID CIBA Core 1.0): no browser carries it."""


@dataclass(frozen=True, slots=True)
class AuthorizationRequest:
    """OpenID Connect Core §3.1.2.1, RFC 6749 §4.1.1: what was asked, and what the client's registration made of it.

    `polled` is the id of the row that the answer is written into, where it goes `NOWHERE` (store.polled_requests).
    """

    client_id: str
    reply_to: ReplyTo
    scope: Scope
    nonce: str | None = field(default=None, repr=False)
    prompt: Prompt = UNASKED
    max_age: int | None = None
    login_hint: str | None = field(default=None, repr=False)
    hinted_subject: str | None = None
    ui_locales: tuple[str, ...] = ()
    display: str = "page"
    acr_values: tuple[str, ...] = ()
    claims: ClaimsRequest = NO_CLAIMS
    code_challenge: str | None = field(default=None, repr=False)
    dpop_jkt: str = ""
    idp_hint: str | None = None
    resources: tuple[str, ...] = ()
    details: str = ""
    polled: str = ""

    @property
    def asked_scope(self) -> Scope:
        """All the person is asked for: the scope, and the scopes that cover the single claims."""
        return self.scope | covering({*self.claims.id_token, *self.claims.userinfo}) if self.claims else self.scope

    def to_json(self) -> str:
        """For the store; what was not asked for is left out."""
        members: dict[str, object] = {
            "client_id": self.client_id,
            "redirect_uri": self.reply_to.redirect_uri,
            "response_mode": self.reply_to.response_mode,
            "state": self.reply_to.state,
            "scope": str(self.scope),
            "nonce": self.nonce,
            "prompt": str(self.prompt) if self.prompt else None,
            "max_age": self.max_age,
            "login_hint": self.login_hint,
            "hinted_subject": self.hinted_subject,
            "ui_locales": " ".join(self.ui_locales) or None,
            "display": self.display,
            "acr_values": " ".join(self.acr_values) or None,
            "claims": self.claims.to_members() or None,
            "code_challenge": self.code_challenge,
            "dpop_jkt": self.dpop_jkt or None,
            "idp_hint": self.idp_hint,
            "resources": list(self.resources) or None,
            "details": self.details or None,
            "polled": self.polled or None,
        }
        return json.dumps({name: value for name, value in members.items() if value is not None})

    @classmethod
    def from_json(cls, text: str) -> "AuthorizationRequest":
        """What `to_json` wrote, by this version or an earlier one."""
        members = json.loads(text)
        return cls(
            client_id=members["client_id"],
            reply_to=ReplyTo(members["redirect_uri"], members["response_mode"], members.get("state")),
            scope=Scope(members["scope"].split()),
            nonce=members.get("nonce"),
            prompt=Prompt(members.get("prompt", "").split()),
            max_age=members.get("max_age"),
            login_hint=members.get("login_hint"),
            hinted_subject=members.get("hinted_subject"),
            ui_locales=tuple(members.get("ui_locales", "").split()),
            display=members.get("display", "page"),
            acr_values=tuple(members.get("acr_values", "").split()),
            claims=ClaimsRequest.of(members.get("claims", {})),
            code_challenge=members.get("code_challenge"),
            dpop_jkt=members.get("dpop_jkt", ""),
            idp_hint=members.get("idp_hint"),
            resources=tuple(members.get("resources", ())),
            details=members.get("details", ""),
            polled=members.get("polled", ""),
        )
