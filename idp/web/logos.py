"""Where browsers find the logos of apps: drawn anew by us, and at our own address."""

from idp.web.house import house

LOGOS = "logos"


def address(logo_id: str) -> str:
    """Where anybody finds this logo; what stands in a registration as `logo_uri`."""
    return f"{house().settings.server.issuer}/{LOGOS}/{logo_id}"


def is_ours(logo_uri: str) -> bool:
    """Whether pages may show it: no page of ours asks other sites for anything."""
    return logo_uri.startswith(address(""))
