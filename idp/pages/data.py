"""Data and privacy: a copy of everything, what happened lately, the end of the account, and a lock for emergencies."""

from flask import Blueprint, Response

from idp.web import problems
from idp.web.door import Door
from idp.web.owner import Owner, of_account

routes = Blueprint("data", __name__)


@routes.get("/account/data")
@of_account
def data(owner: Owner) -> Response:
    raise problems.not_found()


door = Door(routes)
