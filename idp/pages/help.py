"""GET /help: what to try when signing in does not work, in the order that solves most."""

from flask import Blueprint, Response

from idp.web.door import Door
from idp.web.house import house
from idp.web.locale import format_list
from idp.web.page import render

routes = Blueprint("help", __name__)


@routes.get("/help")
def help() -> Response:
    host = house().settings.server.issuer.partition("://")[2]
    return render("help.html", host=host, providers=format_list(at.label for at in house().upstreams))


door = Door(routes)
