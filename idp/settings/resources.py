"""APIs that tokens can be for: one section [resources.NAME] each (RFC 8707)."""

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from idp.settings.registration import Word
from idp.settings.sections import Section

NAME = r"^[a-z0-9][a-z0-9-]{0,31}$"


class Resource(Section):
    """`identifier` is what apps send as `resource`, and what stands in `aud`. With `open` every app may ask for tokens
    for it, else those whose registration names it. A token for it holds those of `scopes` that were granted, or all
    where none are named. `introspected_by` are the apps that ask at /introspect on its behalf.
    """

    identifier: Annotated[str, Field(min_length=1, max_length=512)]
    token_format: Literal["jwt", "opaque"] = "jwt"
    scopes: tuple[Word, ...] = ()
    open: bool = False
    introspected_by: tuple[str, ...] = ()

    @model_validator(mode="after")
    def is_an_address(self) -> Self:
        """RFC 8707 §2: an absolute URI without a fragment."""
        parts = urlsplit(self.identifier)
        if not parts.scheme or "#" in self.identifier or not self.identifier.isascii() or " " in self.identifier:
            raise ValueError("identifier must be an absolute URI without a fragment, as https://api.example.com")
        return self


Resources = dict[Annotated[str, Field(pattern=NAME)], Resource]
