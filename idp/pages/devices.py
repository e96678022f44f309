"""Every browser a person is signed in with, and the end of each."""

from flask import Blueprint, Response

from idp.web import problems
from idp.web.door import Door
from idp.web.owner import Owner, of_account

routes = Blueprint("devices", __name__)


@routes.get("/account/devices")
@of_account
def devices(owner: Owner) -> Response:
    raise problems.not_found()


door = Door(routes)
