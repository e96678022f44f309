"""Who is here: the session of the browser that sent this request, read once."""

from typing import cast

from flask import g

from idp import sessions
from idp.sessions import Session
from idp.web import cookies
from idp.web.house import house, now


def session() -> Session | None:
    """The live session of an active person, or None."""
    if "visitor" not in g:
        cookie = cookies.read(cookies.SESSION)
        g.visitor = sessions.current(cookie, now(), house().settings.session) if cookie else None
    return cast("Session | None", g.visitor)
