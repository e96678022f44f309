"""Password and passkeys: what a person proves themselves by, all on one page."""

from flask import Blueprint, Response

from idp.web import problems
from idp.web.door import Door
from idp.web.owner import Owner, of_account

routes = Blueprint("passkeys", __name__)


@routes.get("/account/passkeys")
@of_account
def passkeys(owner: Owner) -> Response:
    raise problems.not_found()


door = Door(routes)
