"""News and offers: the switch in the account, and the link of every such mail that ends them with one click.

RFC 8058: mail programs post to that link by themselves, without cookies; the link alone says whose mails end.
"""

from flask import Blueprint, Response, request, url_for

from idp.accounts import agreements
from idp.store import audit, users
from idp.store.agreements import choose_marketing
from idp.web import agreements as documents
from idp.web import arrival, locale
from idp.web.answers import see_other
from idp.web.door import Door
from idp.web.forms import Field, Form
from idp.web.house import house, now
from idp.web.owner import Owner, of_account
from idp.web.page import render

routes = Blueprint("marketing", __name__)
ONE_CLICK = ("List-Unsubscribe", "One-Click")
LONGEST_TOKEN = 256


@routes.post("/account/marketing")
@of_account
def choose(owner: Owner) -> Response:
    """On or off, whichever the person pressed; pressing it twice changes nothing."""
    form = Form.read(Field("wanted", 3))
    if form.ready and form["wanted"] in ("yes", "no"):
        _choose(owner.account.user_id, wanted=form["wanted"] == "yes")
    return see_other(url_for("profile.profile", _anchor="news"))


@routes.get("/marketing/stop")
def ask() -> Response:
    """Looking at it ends nothing: programs look into mails before people do."""
    return _page(_token())


@routes.post("/marketing/stop")
def stop() -> Response:
    """RFC 8058 §3.2: no cookie, no redirect, no question. Our own button posts the same."""
    token = _token()
    user_id = agreements.stopped_by(token, house().sealer)
    name, value = ONE_CLICK
    if user_id is None or request.form.get(name) != value:
        return _page(token)
    _choose(user_id, wanted=False)
    return render("marketing/stopped.html", no_language=True)


def _page(token: str) -> Response:
    if agreements.stopped_by(token, house().sealer) is None:
        return render("marketing/dead.html", 410)
    return render("marketing/stop.html", token=token, one_click=ONE_CLICK)


def _token() -> str:
    return request.args.get("token", "")[:LONGEST_TOKEN]


def _choose(user_id: str, *, wanted: bool) -> None:
    """Only a change is written; somebody who is gone changes nothing."""
    version = documents.in_force()["terms"]
    where = {"locale": locale.current(), "network": arrival.address()}
    if users.by_id(user_id) and choose_marketing(user_id, version, now(), wanted=wanted, **where):
        event = "marketing_wanted" if wanted else "marketing_stopped"
        audit.record(event, now(), user_id=user_id, network=arrival.network())


door = Door(routes)
