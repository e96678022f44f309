"""What a person says about themselves: names, picture, language, phone, birthday, address; and their e-mail address."""

from flask import Blueprint, Response

from idp.web import problems
from idp.web.door import Door
from idp.web.owner import Owner, of_account

routes = Blueprint("profile", __name__)


@routes.get("/account/profile")
@of_account
def profile(owner: Owner) -> Response:
    raise problems.not_found()


door = Door(routes)
