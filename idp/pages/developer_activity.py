"""The last requests of an app, and of each refusal: which check failed, what was received, and what to do about it."""

from flask import Blueprint, Response, request, url_for

from idp.store import app_requests
from idp.web import developer_page, fixes, visitor
from idp.web.answers import see_other
from idp.web.door import Door
from idp.web.forms import Form
from idp.web.locale import gettext
from idp.web.own_clients import Owned, of_app, of_developer
from idp.web.owner import Owner
from idp.web.page import render

routes = Blueprint("developer_activity", __name__)
LONGEST = 32


@routes.get("/developers/<client_id>/activity")
@of_app
def show(owned: Owned) -> Response:
    """Both what went well and what did not; `only=refused` for the latter alone."""
    only_refused = request.args.get("only") == "refused"
    seen = app_requests.of_app(owned.client_id)
    shown = [one for one in seen if one.is_refused or not only_refused]
    return developer_page.show(
        "developers/activity.html", owned, "developer_activity.show", requests=shown, only_refused=only_refused
    )


@routes.get("/developers/<client_id>/activity/<reference>")
@of_app
def one(owned: Owned, reference: str) -> Response:
    seen = app_requests.find(owned.user_id, reference)
    if seen is None or seen.client_id != owned.client_id:
        return _not_kept(reference)
    fix = fixes.of(seen.failed_check, seen.error) if seen.error else ""
    return developer_page.show("developers/request.html", owned, "developer_activity.show", seen=seen, fix=fix)


@routes.get("/developers/errors")
@of_developer
def look_up(owner: Owner) -> Response:
    """By the reference that an error page, an `error_uri` or the header X-Request-ID names."""
    typed = request.args.get("reference", "")[:LONGEST].strip().upper()
    return _found(owner, typed) if typed else _ask("")


@routes.get("/developers/errors/<reference>")
def found(reference: str) -> Response:
    """RFC 6749 §5.2 error_uri. Who has to sign in first comes back to the page that asks for the reference."""
    if visitor.session() is None:
        return see_other(url_for("developer_activity.look_up"))
    return _found_by_owner(reference=reference)


@of_developer
def _found_by_owner(owner: Owner, reference: str) -> Response:
    return _found(owner, reference)


def _found(owner: Owner, reference: str) -> Response:
    seen = app_requests.find(owner.account.user_id, reference)
    if seen is None:
        return _not_kept(reference)
    return see_other(url_for("developer_activity.one", client_id=seen.client_id, reference=seen.reference))


def _not_kept(reference: str) -> Response:
    """The same for a request of somebody else's app, and for one that never was."""
    form = Form()
    form.say(
        "warn",
        gettext("No request of your apps is kept under this reference"),
        gettext(
            "Requests are kept for 7 days, and of very many at once only the first. Try it again, and look at once."
        ),
    )
    return _ask(reference[:LONGEST], form)


def _ask(reference: str, form: Form | None = None) -> Response:
    status = 404 if form else 200
    return render("developers/look_up.html", status, form=form, place="developers.apps", reference=reference)


door = Door(routes)
