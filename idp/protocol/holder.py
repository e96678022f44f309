"""Whose key a token is bound to: stolen, it is of no use to anyone who does not hold that key (RFC 7800)."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple


class Holder(NamedTuple):
    """`jkt` is the thumbprint of a DPoP key (RFC 9449 §6.1), `x5t` that of a client certificate (RFC 8705 §3.1);
    "" for none.
    """

    jkt: str = ""
    x5t: str = ""

    @classmethod
    def of(cls, claims: Mapping[str, Any]) -> "Holder":
        """What a token of ours says in `cnf`."""
        confirmation = claims.get("cnf", {})
        return cls(confirmation.get("jkt", ""), confirmation.get("x5t#S256", ""))

    def includes(self, other: "Holder") -> bool:
        """Whether this sender holds each key that `other` names."""
        return other.jkt in ("", self.jkt) and other.x5t in ("", self.x5t)

    def confirmation(self) -> dict[str, object]:
        """The `cnf` claim, as members of a token or of an introspection answer; nothing where nothing is bound."""
        members = {"jkt": self.jkt, "x5t#S256": self.x5t}
        said = {name: thumbprint for name, thumbprint in members.items() if thumbprint}
        return {"cnf": said} if said else {}


ANYBODY: Final = Holder()
"""A bearer token's: whoever has it may use it."""
