"""Other people's identity providers: one section [upstream.NAME] each, told apart by its `preset`."""

from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, field_validator, model_validator

from idp.settings.sections import ISSUER, LOOPBACK, Positive, Section

PRESETS = ("facebook", "openid", "google", "microsoft", "apple", "github")
ORIGIN = r"^https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[1-9][0-9]{0,4})?$"
DOMAIN = r"^[a-z0-9-]+(\.[a-z0-9-]+)+$"
TENANT = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
Claim = Literal["name", "given_name", "middle_name", "family_name", "nickname", "email", "email_verified"]
Strength = Literal["two_factors", "phishing_resistant"]


class Common(Section):
    """What every upstream has. `link_only` signs in whoever linked it before, and nobody new.

    `trust_email`: the operator vouches that this provider proves addresses before it calls them verified. People whose
    address is of one of `domains` (in lower case) are sent there to sign in.
    """

    label: str = ""
    client_id: Annotated[str, Field(min_length=1, max_length=255)]
    client_secret: SecretStr = SecretStr("")
    enabled: bool = True
    link_only: bool = False
    trust_email: bool = False
    domains: tuple[Annotated[str, Field(pattern=DOMAIN)], ...] = ()
    timeout: Positive = 10


class Facebook(Common):
    """Facebook Login. `client_id` is its App ID, `client_secret` the App Secret.

    `timed_proof` chooses the form of appsecret_proof; `emulated` says that both addresses are the emulator's.
    """

    preset: Literal["facebook"]
    client_secret: Annotated[SecretStr, Field(min_length=1)]
    graph_version: Annotated[str, Field(pattern=r"^v[0-9]{1,3}\.[0-9]$")] = "v26.0"
    dialog_url: Annotated[str, Field(pattern=ORIGIN)] = "https://www.facebook.com"
    graph_url: Annotated[str, Field(pattern=ORIGIN)] = "https://graph.facebook.com"
    timed_proof: bool = True
    emulated: bool = False

    @property
    def leaves_this_machine(self) -> bool:
        """Whether anything of a sign-in is sent further than to loopback."""
        return any(urlsplit(url).hostname not in LOOPBACK for url in (self.dialog_url, self.graph_url))

    @model_validator(mode="after")
    def in_the_clear_on_this_machine_only(self) -> Self:
        plain = any(url.startswith("http://") for url in (self.dialog_url, self.graph_url))
        if (self.emulated or plain) and self.leaves_this_machine:
            raise ValueError("an emulator has dialog_url and graph_url on 127.0.0.1; everything else needs https://")
        return self


class AnyOpenid(Common):
    """What every OpenID provider has; the sections below know more or less of it themselves.

    `claims` says where a claim of ours is found among theirs. `acr` and `amr` say which of their values stand for
    what here; any other sign-in there counts as one factor.
    """

    issuer: str = ""
    scope: Annotated[str, Field(pattern=r"^openid( [\x21\x23-\x5b\x5d-\x7e]+)*$")] = "openid email profile"
    client_auth: Literal["client_secret_basic", "client_secret_post", "none"] = "client_secret_basic"
    response_mode: Literal["query", "form_post"] = "query"
    claims: dict[Claim, str] = Field(default_factory=dict)
    acr: dict[str, Strength] = Field(default_factory=dict)
    amr: dict[str, Strength] = Field(default_factory=dict)

    @field_validator("issuer")
    @classmethod
    def issuer_is_one(cls, issuer: str) -> str:
        """OpenID Connect Discovery §3. Other people's issuers may end with a slash."""
        parts = urlsplit(issuer)
        plain = parts.scheme == "http" and parts.hostname in LOOPBACK
        if issuer and not (ISSUER.fullmatch(issuer.removesuffix("/")) and (parts.scheme == "https" or plain)):
            raise ValueError("issuer must be an https:// address as the provider writes it (http:// on loopback only)")
        return issuer

    @model_validator(mode="after")
    def it_can_authenticate(self) -> Self:
        if self.client_auth != "none" and not self.client_secret.get_secret_value():
            raise ValueError(f"client_secret is needed for client_auth = '{self.client_auth}'")
        return self


class Openid(AnyOpenid):
    """Any OpenID provider, by its issuer."""

    preset: Literal["openid"]
    issuer: Annotated[str, Field(min_length=1)]


class Google(AnyOpenid):
    preset: Literal["google"]
    issuer: str = "https://accounts.google.com"


class Microsoft(AnyOpenid):
    """`tenant` is a directory's id, `common`, `organizations` or `consumers`; only `tenants` are let in, () for all."""

    preset: Literal["microsoft"]
    tenant: Annotated[str, Field(pattern=rf"^(common|organizations|consumers|{TENANT})$")] = "common"
    tenants: tuple[Annotated[str, Field(pattern=f"^{TENANT}$")], ...] = ()


class Apple(AnyOpenid):
    """`client_id` is the Services ID. Instead of a secret, `private_key` (the .p8 file's text) signs one each time."""

    preset: Literal["apple"]
    scope: Annotated[str, Field(pattern=r"^openid( (name|email))*$")] = "openid name email"
    response_mode: Literal["query", "form_post"] = "form_post"
    client_auth: Literal["client_secret_basic", "client_secret_post", "none"] = "client_secret_post"
    team_id: Annotated[str, Field(pattern=r"^[A-Z0-9]{10}$")]
    key_id: Annotated[str, Field(pattern=r"^[A-Z0-9]{10}$")]
    private_key: Annotated[SecretStr, Field(min_length=1)]

    @model_validator(mode="after")
    def it_can_authenticate(self) -> Self:
        """By its private key."""
        return self


class Github(Common):
    """GitHub speaks plain OAuth 2.0; GitHub Enterprise Server is another `web_url`, and that with /api/v3 behind it."""

    preset: Literal["github"]
    client_secret: Annotated[SecretStr, Field(min_length=1)]
    web_url: Annotated[str, Field(pattern=ORIGIN)] = "https://github.com"
    api_url: Annotated[str, Field(pattern=rf"{ORIGIN[:-1]}(/[a-z0-9/]+)?$")] = "https://api.github.com"

    @model_validator(mode="after")
    def nothing_goes_in_the_clear(self) -> Self:
        for url in (self.web_url, self.api_url):
            if url.startswith("http://") and urlsplit(url).hostname not in LOOPBACK:
                raise ValueError("web_url and api_url need https:// (http:// on loopback only)")
        return self


UpstreamName = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,32}$")]
"""It stands in addresses and on rows: what links came by never changes."""

Upstream = Annotated[Facebook | Openid | Google | Microsoft | Apple | Github, Field(discriminator="preset")]


def _have_presets(sections: Any) -> Any:
    """A section without one is as bad as one of an unknown preset: both hear which there are."""
    for name, section in sections.items() if isinstance(sections, dict) else ():
        if isinstance(section, dict) and section.get("preset") not in PRESETS:
            raise ValueError(f"{name}.preset must be one of {', '.join(PRESETS)}")
    return sections


def _domains_lead_to_one(sections: dict[str, Common]) -> dict[str, Common]:
    """Where two would take the people of one domain, nobody could say who does."""
    seen: dict[str, str] = {}
    for name, section in sections.items():
        for domain in section.domains:
            if seen.setdefault(domain, name) != name:
                raise ValueError(f"the domain {domain} is in {seen[domain]}.domains and in {name}.domains")
    return sections


Upstreams = Annotated[
    dict[UpstreamName, Upstream], BeforeValidator(_have_presets), AfterValidator(_domains_lead_to_one)
]
