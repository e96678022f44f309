"""What an app heard of sign-outs: the last notices to its back channel, its answers, and when it is asked again."""

from typing import Final

from flask import Blueprint, Response

from idp.issuance.subject import sid_of
from idp.store import logout_notices
from idp.web import developer_page
from idp.web.door import Door
from idp.web.own_clients import Owned, of_app

routes = Blueprint("developer_logout", __name__)
MOST: Final = 50


@routes.get("/developers/<client_id>/logout")
@of_app
def show(owned: Owned) -> Response:
    """Nothing about who signed out: the app knows its sessions by `sid`, from its ID tokens."""
    metadata = owned.app.metadata
    deliveries = logout_notices.deliveries(owned.client_id, MOST)
    return developer_page.show(
        "developers/logout.html",
        owned,
        "developer_logout.show",
        deliveries=deliveries,
        sid_of=lambda session_id: sid_of(session_id, metadata),
        back_channel=metadata.backchannel_logout_uri,
        front_channel=metadata.frontchannel_logout_uri,
    )


door = Door(routes)
