"""The apps a person uses their account for: what each sees, since when, and the end of it."""

from flask import Blueprint, Response

from idp.web import problems
from idp.web.door import Door
from idp.web.owner import Owner, of_account

routes = Blueprint("apps", __name__)


@routes.get("/account/apps")
@of_account
def apps(owner: Owner) -> Response:
    raise problems.not_found()


door = Door(routes)
