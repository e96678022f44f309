"""/dev/mail: the mails of a development install, for everyone who can reach it. The door does not exist elsewhere."""

from flask import Blueprint, Response, abort

from idp.mail import development
from idp.mail.development import ShownMail
from idp.web.door import Door
from idp.web.house import house
from idp.web.page import render

routes = Blueprint("dev_mail", __name__)
# A mail brings its own styles and may do nothing else: no script, no image, no frame around it but ours.
POLICY = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"


@routes.get("/dev/mail")
def inbox() -> Response:
    return render("dev_mail/inbox.html", mails=development.inbox(house().settings, house().sealer))


@routes.get("/dev/mail/<mail_id>")
def show(mail_id: str) -> Response:
    return render("dev_mail/show.html", mail=_find(mail_id))


@routes.get("/dev/mail/<mail_id>/html")
def show_html(mail_id: str) -> Response:
    return Response(_find(mail_id).html, headers={"Content-Security-Policy": POLICY})


def _find(mail_id: str) -> ShownMail:
    return development.find(mail_id, house().settings, house().sealer) or abort(404)


door = Door(routes, development_only=True)
