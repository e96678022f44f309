"""What the operator sets about people who register apps of their own, in the console at /developers."""

import re
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from idp.settings.sections import ADDRESS, Section

DAY = 86400
DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+", re.ASCII)


class Developers(Section):
    """`who` may register and own apps; `domains` and `addresses` are those of proved e-mail addresses."""

    who: Literal["nobody", "everyone", "domains", "addresses"] = "nobody"
    domains: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    apps_each: Annotated[int, Field(ge=1, le=1000)] = 10
    review: bool = True
    secret_for: Annotated[int, Field(ge=0, le=10 * 365 * DAY)] = 365 * DAY

    @model_validator(mode="after")
    def somebody_is_named(self) -> Self:
        """An empty list lets nobody in, which `who = "nobody"` says better."""
        if self.who in ("domains", "addresses") and not getattr(self, self.who):
            raise ValueError(f'who = "{self.who}" needs {self.who}: name at least one')
        if not all(DOMAIN.fullmatch(domain) for domain in self.domains):
            raise ValueError("domains holds domains in lower case, as in example.org; write others in punycode")
        if not all(ADDRESS.fullmatch(address) for address in self.addresses):
            raise ValueError("addresses holds e-mail addresses, as in jane@example.org")
        return self

    @model_validator(mode="after")
    def secrets_outlive_their_rotation(self) -> Self:
        if 0 < self.secret_for < 30 * DAY:
            raise ValueError("secret_for is 0 (secrets do not expire) or at least 2592000, thirty days")
        return self
