"""Who is here: the session of the browser that sent this request, read once."""

from dataclasses import replace
from functools import partial
from typing import cast

from flask import g

from idp import sessions
from idp.accounts import passkeys
from idp.sessions import Session
from idp.web import cookies, locale
from idp.web.house import house, now


def session() -> Session | None:
    """The live session of an active person, or None."""
    if "visitor" not in g:
        cookie = cookies.read(cookies.SESSION)
        g.visitor = sessions.current(cookie, now(), house().settings.session) if cookie else None
        if g.visitor and g.visitor.has_passkey and passkeys.party_of(house().settings) is None:
            g.visitor = replace(g.visitor, has_passkey=False)  # one that nobody may use is none
        if g.visitor:
            locale.use(account=g.visitor.locale)
            # after the commit, since it is a write of its own
            g.setdefault("after_commit", []).append(partial(sessions.seen, g.visitor, now()))
    return cast("Session | None", g.visitor)
