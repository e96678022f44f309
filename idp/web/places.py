"""Where a request or a sign-in came from, in the language of this request: what helps people recognise their own."""

from flask import request

from idp.mail.wording import Origin
from idp.web import locale, user_agents
from idp.web.house import house


def place_of(address: str) -> str:
    """ "Lyon, France", or "" when it is not known (settings: geoip.database): a guess, by an address or a network."""
    return house().atlas.place(address, locale.current())


def origin_here(language: str | None = None) -> Origin:
    """The browser that sent this request, and where it is, for a mail; the place in its reader's language."""
    place = house().atlas.place(request.remote_addr or "", language or locale.current())
    return Origin(device=user_agents.name_of(request.user_agent.string), place=place)
