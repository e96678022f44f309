"""The second proof: at sign-in, when an app asks for it, and setting one up on the way."""

from flask import Blueprint, Response

from idp.web import problems
from idp.web.door import Door

routes = Blueprint("second_step", __name__)


@routes.route("/signin/code", methods=["GET", "POST"])
def second_step() -> Response:
    raise problems.not_found()


@routes.route("/signin/prove", methods=["GET", "POST"])
def step_up() -> Response:
    raise problems.not_found()


@routes.route("/signin/protect", methods=["GET", "POST"])
def set_up() -> Response:
    raise problems.not_found()


door = Door(routes)
