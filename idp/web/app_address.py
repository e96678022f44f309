"""How a client_id stands in the path of a page: as it is, or folded where it is an address itself, slashes and all.

A proxy may take two slashes for one, and a link of a mail holds none twice.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Final

from werkzeug.routing import BaseConverter, ValidationError

FOLDED: Final = "~"


class AppAddress(BaseConverter):
    """`/account/apps/<app:client_id>`."""

    def to_url(self, value: str) -> str:
        if "/" in value or value.startswith(FOLDED):
            return FOLDED + urlsafe_b64encode(value.encode()).decode().rstrip("=")
        return super().to_url(value)

    def to_python(self, value: str) -> str:
        if not value.startswith(FOLDED):
            return value
        folded = value.removeprefix(FOLDED)
        try:
            return urlsafe_b64decode(folded + "=" * (-len(folded) % 4)).decode()
        except ValueError:
            raise ValidationError from None
