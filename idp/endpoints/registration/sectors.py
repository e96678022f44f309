"""The list behind sector_identifier_uri, read when an app registers (OpenID Connect Registration §5)."""

import logging
from typing import Final

from idp.outside.fetch import JSON, Bounds, NotFetched
from idp.outside.places import Crowded
from idp.protocol import machine_registration
from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.errors import InvalidClientMetadata, TemporarilyUnavailable
from idp.web.house import house

BOUNDS: Final = Bounds(seconds=5, octets=machine_registration.LARGEST_SECTOR, media_types=JSON)
log = logging.getLogger(__name__)


def check(metadata: ClientMetadata) -> None:
    """Raises InvalidClientMetadata where the list cannot be read, or lacks one of the redirect_uris.

    Nothing of an answer, and not why there was none, is told on: the address may be one of our own network.
    """
    address = metadata.sector_identifier_uri
    if not address:
        return
    try:
        document = house().reader.read(address, BOUNDS).body.decode()
    except Crowded:
        raise TemporarilyUnavailable("too many registrations at once; try again in a moment") from None
    except (NotFetched, UnicodeDecodeError) as problem:
        log.info("a sector_identifier_uri is not taken: %s", problem)
        raise InvalidClientMetadata("sector_identifier_uri: there is no JSON array to be read") from None
    machine_registration.check_sector(document, metadata)
