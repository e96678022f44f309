"""Word to apps by way of the browser that signs out (OpenID Connect Front-Channel Logout 1.0): what its frames show."""

from itertools import islice
from typing import NamedTuple

from idp.issuance.subject import sid_of
from idp.protocol import frontchannel_logout
from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.redirect_uri import origin_of
from idp.store import connected_apps
from idp.store.browser_sessions import Session
from idp.web.house import house, now
from idp.web.page import AppIdentity

MOST = 30
"""Frames of one page: their origins stand in one header, and proxies bound what that may hold."""


class Frame(NamedTuple):
    """`address` ends what the app began in this session; `origin` is all of the address that the policy names."""

    name: str
    address: str
    origin: str


def frames(session: Session) -> tuple[Frame, ...]:
    """One for each app that the session let in and that registered where to show it. To be asked before the session
    ends: its grants say whom it let in.
    """
    known = (house().clients.find(client_id, now()) for client_id in connected_apps.of_session(session.id))
    issuer = house().settings.server.issuer
    asked = (client.metadata for client in known if client and client.metadata.frontchannel_logout_uri)
    return tuple(_frame(metadata, issuer, session.id) for metadata in islice(asked, MOST))


def _frame(app: ClientMetadata, issuer: str, session_id: str) -> Frame:
    address, sid = app.frontchannel_logout_uri, sid_of(session_id, app)
    return Frame(AppIdentity.of(app).name, frontchannel_logout.framed(address, issuer, sid), origin_of(address))
