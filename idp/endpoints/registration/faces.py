"""The picture behind logo_uri: read once, when an app registers, and drawn anew; no page of ours asks other sites."""

import logging
from dataclasses import replace
from typing import Final

from idp.accounts.hashing import Busy
from idp.accounts.pictures import BadPicture
from idp.outside.fetch import Bounds, NotFetched
from idp.protocol.client_metadata import ClientMetadata
from idp.store import app_logos
from idp.web import logos
from idp.web.house import house

BOUNDS: Final = Bounds(seconds=5, octets=1024 * 1024, media_types=frozenset({"image/png", "image/jpeg"}), redirects=1)
log = logging.getLogger(__name__)


def drawn(metadata: ClientMetadata, before: str = "") -> bytes:
    """The app's logo as we show it; b"" where it names none, or still the one of ours, `before`.

    One that cannot be read or drawn is none either: an app is welcome without a face. Why stands in the log alone, for
    the address may be one of our own network.
    """
    address = metadata.logo_uri
    if not address or address == before:
        return b""
    try:
        return house().darkroom.developed(house().reader.read(address, BOUNDS).body)
    except (NotFetched, BadPicture, Busy) as problem:
        log.info("a logo_uri is not taken: %s", problem)
        return b""


def hung(client_id: str, metadata: ClientMetadata, logo: bytes, now: int, before: str = "") -> ClientMetadata:
    """The registration with the address of its logo here in place of its own (RFC 7591 §2), once the app is stored.
    What hung here under the address `before` goes where the app names it no more.
    """
    if logo:
        return replace(metadata, logo_uri=logos.address(app_logos.put(client_id, logo, now)))
    if logos.is_ours(before) and metadata.logo_uri != before:
        app_logos.remove(client_id)
    return metadata
