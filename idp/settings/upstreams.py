"""Other people's identity providers: one section [upstream.NAME] each, told apart by its `preset`."""

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, model_validator

from idp.settings.sections import LOOPBACK, Positive, Section

ORIGIN = r"^https?://([a-z0-9.-]+|\[[0-9a-f:.]+\])(:[1-9][0-9]{0,4})?$"


class Common(Section):
    """What every upstream has. `link_only` signs in whoever linked it before, and nobody new.

    `trust_email`: the operator vouches that this provider proves addresses before it calls them verified.
    """

    label: str = ""
    client_id: Annotated[str, Field(min_length=1, max_length=255)]
    client_secret: SecretStr = SecretStr("")
    enabled: bool = True
    link_only: bool = False
    trust_email: bool = False
    domains: tuple[str, ...] = ()
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


class Openid(Common):
    """Any OpenID provider by its issuer; Google, Microsoft and Apple know theirs."""

    preset: Literal["openid", "google", "microsoft", "apple"]
    issuer: str = ""
    scope: str = "openid email profile"


class Github(Common):
    """GitHub speaks plain OAuth 2.0."""

    preset: Literal["github"]
    web_url: str = "https://github.com"
    api_url: str = "https://api.github.com"


UpstreamName = Annotated[str, Field(pattern=r"^[a-z0-9-]{1,32}$")]
"""It stands in addresses and on rows: what links came by never changes."""

Upstream = Annotated[Facebook | Openid | Github, Field(discriminator="preset")]
