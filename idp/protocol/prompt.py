"""What the app wants the person to be asked (OpenID Connect Core §3.1.2.1)."""

from collections.abc import Collection
from typing import Final

from idp.protocol.errors import InvalidRequest

NONE: Final = "none"
LOGIN: Final = "login"
CONSENT: Final = "consent"
SELECT_ACCOUNT: Final = "select_account"
CREATE: Final = "create"

OFFERED: Final = (NONE, LOGIN, CONSENT, SELECT_ACCOUNT, CREATE)
"""The `prompt_values_supported` of discovery (Initiating User Registration 1.0 §4.2)."""


def offered(*, sign_up: bool) -> tuple[str, ...]:
    """The values that make sense here: `create` only where people may create accounts themselves."""
    return tuple(value for value in OFFERED if sign_up or value != CREATE)


class Prompt(frozenset[str]):
    """The values of one prompt parameter."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str | None, values: Collection[str] = OFFERED) -> "Prompt":
        """The prompt a parameter names; None is the empty one. Raises `InvalidRequest`.

        What is not among `values`, those offered here, is refused and not ignored: the app would take the answer for
        what it asked (Initiating User Registration 1.0 §4.1).
        """
        if not text:
            return UNASKED
        prompt = cls(text.split())
        if not prompt.issubset(values):
            raise InvalidRequest(f"prompt may hold {', '.join(values)}")
        if NONE in prompt and len(prompt) > 1:
            raise InvalidRequest("prompt=none may not be combined with another value")
        return prompt

    def __str__(self) -> str:
        return " ".join(value for value in OFFERED if value in self)


UNASKED: Final = Prompt()
