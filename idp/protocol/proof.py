"""What a person proved themselves by just now: the value every door hands to web.arrival."""

from dataclasses import dataclass, replace
from typing import Final

from idp.protocol import acr


@dataclass(frozen=True, slots=True)
class Proof:
    """`amr` as in RFC 8176, `acr` as in protocol.acr. Through another provider: which linked identity, and that
    provider's name for its own session (`sid`), "" where it has none, and when they proved themselves there, in
    seconds, 0 where it was just now, or is not known.
    """

    amr: str
    acr: str = acr.ONE_FACTOR
    identity_id: str | None = None
    upstream_sid: str = ""
    auth_time: int = 0

    @property
    def is_whole(self) -> bool:
        """No second proof is owed."""
        return acr.meets(self.acr, (acr.TWO_FACTORS,))

    def followed_by(self, second: "Proof") -> "Proof":
        """Both proofs, the second given just now: two factors at least, but for two passkeys, which are one kind."""
        if acr.is_key(self.amr) and acr.is_key(second.amr):
            return replace(self, amr=acr.together(self.amr, second.amr), acr=acr.strongest((self.acr, second.acr)))
        both = acr.strongest((self.acr, second.acr, acr.TWO_FACTORS))
        return replace(self, amr=acr.together(self.amr, second.amr, acr.SEVERAL), acr=both)


PASSWORD: Final = Proof(acr.PASSWORD)
AUTHENTICATOR: Final = Proof(acr.ONE_TIME_CODE)
"""The app's code, or a recovery code in its place."""
MAILED: Final = Proof(acr.ONE_TIME_CODE)
