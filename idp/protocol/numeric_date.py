"""NumericDate (RFC 7519 §2): seconds since the epoch, perhaps with a fraction."""

from typing import TypeGuard


def is_numeric_date(value: object) -> TypeGuard[float]:
    """Whether a claim holds a moment; `true` is none, though Python counts with it."""
    return isinstance(value, int | float) and not isinstance(value, bool)
