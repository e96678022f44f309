"""Other ways to sign in: accounts at other providers, linked and unlinked."""

from flask import Blueprint, Response

from idp.web import problems
from idp.web.door import Door
from idp.web.owner import Owner, of_account

routes = Blueprint("links", __name__)


@routes.get("/account/links")
@of_account
def links(owner: Owner) -> Response:
    raise problems.not_found()


door = Door(routes)
