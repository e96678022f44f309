"""GET /: where people without an app in hand start."""

from flask import Blueprint, Response

from idp.web.door import Door
from idp.web.house import house
from idp.web.page import render

routes = Blueprint("home", __name__)


@routes.get("/")
def home() -> Response:
    return render("home.html", signup_enabled=house().settings.signup.enabled)


door = Door(routes)
