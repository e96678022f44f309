"""What the operator sets about apps that nobody here registers: they do it themselves, or publish what they are."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, field_validator, model_validator

from idp.settings.sections import LOOPBACK, Positive, Seconds, Section

HOST = r"^\.?([a-z0-9_-]+(\.[a-z0-9_-]+)*|\[[0-9a-f:.]+\])$"
WORD = r"^[\x21\x23-\x5b\x5d-\x7e]+$"
Host = Annotated[str, Field(pattern=HOST)]
Word = Annotated[str, Field(pattern=WORD)]
ANY: Literal["any"] = "any"


class StatementIssuer(Section):
    """Somebody whose software statements count (RFC 7591 §2.3): [registration.statements.NAME]. Their keys stand at
    `jwks_uri`, or here.
    """

    issuer: Annotated[str, Field(min_length=1, max_length=255)]
    jwks_uri: str = ""
    jwks: dict[str, Any] = Field(default_factory=dict)

    @model_validator(mode="after")
    def has_keys(self) -> Self:
        if bool(self.jwks_uri) == bool(self.jwks):
            raise ValueError("an issuer of software statements has jwks_uri or jwks, one of the two")
        loopback = tuple(f"http://{host}{end}" for host in LOOPBACK for end in (":", "/"))
        if self.jwks_uri and not self.jwks_uri.startswith(("https://", *loopback)):
            raise ValueError("jwks_uri must start with https://")
        return self


class Registration(Section):
    """`mode` says who may register an app at /register; `client_id_documents` which hosts' apps may come with the
    address of a document instead of a registration.
    """

    mode: Literal["off", "token", "open"] = "off"
    scopes: tuple[Word, ...] = ("openid", "profile", "email", "address", "phone", "offline_access")
    grant_types: tuple[Word, ...] = ("authorization_code", "refresh_token")
    redirect_hosts: tuple[Host, ...] = ()
    require_pkce: bool = True
    most: Positive = 1000
    per_network: Positive = 10
    secret_for: Seconds = 0
    unused_for: Positive = 7 * 86400
    idle_for: Positive = 180 * 86400
    require_statement: bool = False
    client_id_documents: tuple[Host, ...] | Literal["any"] = ()
    statements: dict[str, StatementIssuer] = Field(default_factory=dict)

    @field_validator("scopes", "grant_types")
    @classmethod
    def something_is_allowed(cls, words: tuple[str, ...]) -> tuple[str, ...]:
        if not words:
            raise ValueError("it must name at least one")
        return words

    @model_validator(mode="after")
    def statements_are_of_somebody(self) -> Self:
        if self.require_statement and not self.statements:
            raise ValueError("require_statement needs an issuer: [registration.statements.NAME]")
        return self


def for_mcp(given: dict[str, Any]) -> dict[str, Any]:
    """`profile = "mcp"`: apps register themselves, or publish what they are, unless the operator said so already."""
    mode, documents = given.get("mode", "off"), given.get("client_id_documents")
    return given | {"mode": "open" if mode == "off" else mode, "client_id_documents": documents or ANY}
