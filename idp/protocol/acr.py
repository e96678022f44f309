"""How surely a person proved themselves (`acr`) and by what (`amr`, RFC 8176)."""

from collections.abc import Iterable
from typing import Final

ONE_FACTOR: Final = "urn:portico:acr:1"
"""One proof: a password, a mailed code, another provider's word."""
TWO_FACTORS: Final = "urn:portico:acr:2"
"""Two proofs of different kinds, or one passkey that verified its user."""
PHISHING_RESISTANT: Final = "phr"
"""OpenID Connect Extended Authentication Profile ACR Values 1.0 §2: two proofs, one of them a passkey."""

OFFERED: Final = (ONE_FACTOR, TWO_FACTORS, PHISHING_RESISTANT)
"""The `acr_values_supported` of discovery, weakest first: each stands for those before it."""

PASSWORD: Final = "pwd"
ONE_TIME_CODE: Final = "otp"
HARDWARE_KEY: Final = "hwk"
SOFTWARE_KEY: Final = "swk"
USER_PRESENT: Final = "user"
SEVERAL: Final = "mfa"
FEDERATED: Final = "fed"
"""Not of RFC 8176: another provider said who it is."""

ORDER: Final = (PASSWORD, FEDERATED, ONE_TIME_CODE, HARDWARE_KEY, SOFTWARE_KEY, USER_PRESENT)
"""The order in which `amr` names them; others follow, and SEVERAL stands last."""


def meets(acr: str, wanted: tuple[object, ...]) -> bool:
    """OpenID Connect Core §5.5.1.1: whether a sign-in reaches one of the wanted contexts; a stronger one does too."""
    return not wanted or acr in wanted or any(_level(acr) >= _level(value) > 0 for value in wanted)


def reported(acr: str, wanted: tuple[object, ...]) -> str:
    """The `acr` of the ID token: the first wanted context that the sign-in reaches, else the one it has."""
    return next((str(value) for value in wanted if meets(acr, (value,))), acr)


def together(*amr: str) -> str:
    """The `amr` of proofs given one after the other, space-separated; SEVERAL when they are of different kinds."""
    named = {name for one in amr for name in one.split()} - {SEVERAL}
    known = [name for name in ORDER if name in named]
    kinds = len([name for name in known if name != USER_PRESENT])
    several = [SEVERAL] if kinds > 1 or any(SEVERAL in one.split() for one in amr) else []
    return " ".join([*known, *sorted(named.difference(ORDER)), *several])


def is_key(amr: str) -> bool:
    """Whether one of these proofs was a passkey."""
    return not {HARDWARE_KEY, SOFTWARE_KEY}.isdisjoint(amr.split())


def strongest(values: Iterable[str]) -> str:
    """The strongest of these contexts, all of them ours."""
    return max(values, key=_level)


def _level(acr: object) -> int:
    """1 for the weakest of OFFERED; 0 for a context that is not ours."""
    return OFFERED.index(acr) + 1 if isinstance(acr, str) and acr in OFFERED else 0
