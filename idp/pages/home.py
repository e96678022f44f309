"""GET /: where people without an app in hand start."""

from flask import Blueprint, Response, url_for

from idp.web import visitor
from idp.web.answers import see_other
from idp.web.door import Door
from idp.web.house import house
from idp.web.page import render

routes = Blueprint("home", __name__)


@routes.get("/")
def home() -> Response:
    if visitor.session():
        return see_other(url_for("account.account"))
    return render("home.html", signup_enabled=house().settings.signup.enabled)


door = Door(routes)
