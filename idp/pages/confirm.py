"""Confirm what an app asks by a channel of its own (OpenID CIBA Core 1.0 §8): a list, and a walk for each."""

from collections.abc import Iterator
from typing import NamedTuple

from flask import Blueprint, Response, url_for

from idp.store import pending_authorizations, polled_requests
from idp.store.polled_requests import Polled
from idp.web import cookies, elsewhere
from idp.web.answers import see_other
from idp.web.door import Door
from idp.web.elsewhere import Elsewhere
from idp.web.forms import Field, Form
from idp.web.house import house, now
from idp.web.owner import Owner, of_account
from idp.web.page import AppIdentity, render

routes = Blueprint("confirm", __name__)
REQUEST = Field("request", 22)


class Asking(NamedTuple):
    """One request that waits: who asks, and what is known of it."""

    id: str
    app: AppIdentity
    asks: Elsewhere


@routes.route("/confirm", methods=["GET", "POST"])
@of_account
def waiting(owner: Owner) -> Response:
    """Where the mail leads: what is asked of this person. One is picked, seen again in full, and then decided."""
    found = polled_requests.waiting_for(owner.account.user_id, now())
    form = Form.read(REQUEST)
    picked = next((polled for polled in found if polled.id == form[REQUEST.name]), None)
    if form.ready and picked:
        expires_at = now() + house().settings.session.pending_for
        pending = pending_authorizations.open(picked.request, cookies.browser_hash(), now(), expires_at)
        return see_other(url_for("authorize.resume", pending_id=pending.id))
    asking = list(_asking(found))
    email = owner.account.email
    return render("confirm/waiting.html", form=form, place="confirm.waiting", email=email, asking=asking)


@routes.get("/confirm/done")
def done() -> Response:
    return render("confirm/done.html")


@routes.get("/confirm/refused")
def refused() -> Response:
    return render("confirm/refused.html")


@routes.get("/confirm/too-late")
def too_late() -> Response:
    """It ran out, or was answered before."""
    return render("confirm/too_late.html")


@routes.get("/confirm/not-yours")
def not_yours() -> Response:
    """They chose another account than the one that is asked."""
    return render("confirm/not_yours.html")


def _asking(found: tuple[Polled, ...]) -> Iterator[Asking]:
    """An app that is stopped, or gone, asks nothing any more."""
    for polled in found:
        if client := house().clients.find(polled.client_id, now()):
            yield Asking(polled.id, AppIdentity.of(client.metadata), elsewhere.shown(polled))


door = Door(routes)
