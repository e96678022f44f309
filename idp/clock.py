"""The only place that asks the time; everything else is told."""

import time


def now() -> int:
    """Whole seconds since the epoch, UTC: the unit of `iat`, `exp` and every `…_at` column."""
    return int(time.time())
