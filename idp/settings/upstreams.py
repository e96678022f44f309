"""Other people's identity providers: one section [upstream.NAME] each, told apart by its `preset`."""

from typing import Annotated, Literal

from pydantic import Field, SecretStr

from idp.settings.sections import Positive, Section


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
    """Facebook Login (shared facts: Graph versions and their sunset stand in upstream/facebook.py)."""

    preset: Literal["facebook"]
    graph_version: str = "v26.0"
    dialog_url: str = "https://www.facebook.com"
    graph_url: str = "https://graph.facebook.com"
    timed_proof: bool = True
    emulated: bool = False


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


Upstream = Annotated[Facebook | Openid | Github, Field(discriminator="preset")]
