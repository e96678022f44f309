"""How surely a person proved themselves (`acr`) and by what (`amr`, RFC 8176)."""

from typing import Final

ONE_FACTOR: Final = "urn:portico:acr:1"
"""One proof: a password."""

OFFERED: Final = (ONE_FACTOR,)
"""The `acr_values_supported` of discovery, weakest first."""

PASSWORD: Final = "pwd"
"""The `amr` of a password."""


def meets(acr: str, wanted: tuple[object, ...]) -> bool:
    """OpenID Connect Core §5.5.1.1: whether a sign-in reaches one of the wanted contexts."""
    return not wanted or acr in wanted
