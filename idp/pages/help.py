"""GET /help: what to try when signing in does not work, in the order that solves most."""

from flask import Blueprint, Response

from idp.web.door import Door
from idp.web.house import house
from idp.web.page import render

routes = Blueprint("help", __name__)


@routes.get("/help")
def help() -> Response:
    return render("help.html", host=house().settings.server.issuer.partition("://")[2])


door = Door(routes)
