"""How old a sign-in may be (OpenID Connect Core §3.1.2.1)."""

import re

from idp.protocol.errors import InvalidRequest

_SECONDS = re.compile(r"[0-9]{1,10}")


def parse_max_age(text: str | None) -> int | None:
    """Seconds since the last active sign-in, None where it may be any; raises `InvalidRequest`."""
    if text is None:
        return None
    if not _SECONDS.fullmatch(text):
        raise InvalidRequest("max_age must be a number of seconds, digits only")
    return int(text)
