"""Quick start: what to paste into an app, filled in for it, in the stacks that fit its kind."""

from flask import Blueprint, Response

from idp.web import developer_page, snippets
from idp.web.door import Door
from idp.web.house import house
from idp.web.own_clients import Owned, of_app

routes = Blueprint("developer_quick_start", __name__)


@routes.get("/developers/<client_id>/quick-start")
@of_app
def show(owned: Owned) -> Response:
    settings, metadata = house().settings, owned.app.metadata
    return developer_page.show(
        "developers/quick_start.html",
        owned,
        "developer_quick_start.show",
        snippets=snippets.of_app(owned.client_id, metadata, settings.server.issuer, settings.brand.name),
        needs_secret=metadata.has_secret,
        has_own_key=not metadata.public and not metadata.has_secret,
    )


door = Door(routes)
