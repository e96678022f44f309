"""APIs that tokens can be for: one section [resources.NAME] each (RFC 8707)."""

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, model_validator

from idp.settings.registration import Word
from idp.settings.sections import Section

MEMBER = r"^[A-Za-z][A-Za-z0-9_]{0,39}$"
NAME = r"^[a-z0-9][a-z0-9-]{0,31}$"


class DetailField(Section):
    """One member of an authorization detail; people read `label` beside its value before they agree."""

    kind: Literal["text", "number", "flag", "texts", "table"] = "text"
    label: Annotated[str, Field(min_length=1, max_length=60)]
    required: bool = False


class Detail(Section):
    """One type of authorization detail (RFC 9396): what people read, and its members."""

    sentence: Annotated[str, Field(min_length=1, max_length=120)]
    fields: dict[Annotated[str, Field(pattern=MEMBER)], DetailField] = Field(default_factory=dict)


class Resource(Section):
    """`identifier` is what apps send as `resource`, and what stands in `aud`. With `open` every app may ask for tokens
    for it, else those whose registration names it. A token for it holds those of `scopes` that were granted, or all
    where none are named. `introspected_by` are the apps that ask at /introspect on its behalf,
    `details` the types of authorization details it knows.
    """

    identifier: Annotated[str, Field(min_length=1, max_length=512)]
    token_format: Literal["jwt", "opaque"] = "jwt"
    scopes: tuple[Word, ...] = ()
    open: bool = False
    introspected_by: tuple[str, ...] = ()
    details: dict[Annotated[str, Field(min_length=1, max_length=100)], Detail] = Field(default_factory=dict)

    @model_validator(mode="after")
    def is_an_address(self) -> Self:
        """RFC 8707 §2: an absolute URI without a fragment."""
        parts = urlsplit(self.identifier)
        if not parts.scheme or "#" in self.identifier or not self.identifier.isascii() or " " in self.identifier:
            raise ValueError("identifier must be an absolute URI without a fragment, as https://api.example.com")
        return self


Resources = dict[Annotated[str, Field(pattern=NAME)], Resource]
