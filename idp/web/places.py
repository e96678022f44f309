"""Where a network address is, in the language of this request: a guess that helps people recognise their own."""

from idp.web import locale
from idp.web.house import house


def place_of(address: str) -> str:
    """ "Lyon, France", or "" when it is not known (settings: geoip.database)."""
    return house().atlas.place(address, locale.current())
