"""The apps a person uses their account for: what each sees, since when, and the end of it."""

from functools import partial

from flask import Blueprint, Response, g, request, url_for

from idp import sessions
from idp.protocol.claims import ClaimRequest, release, wanted
from idp.store import audit, connected_apps, grant_endings
from idp.store.connected_apps import ConnectedApp
from idp.web import arrival, own_apps, problems
from idp.web.answers import see_other
from idp.web.door import Door
from idp.web.forms import Form
from idp.web.house import house, now
from idp.web.locale import format_ago, format_datetime, gettext
from idp.web.owner import Owner, of_account
from idp.web.page import AppIdentity, render

routes = Blueprint("apps", __name__)


@routes.get("/account/apps")
@of_account
def apps(owner: Owner) -> Response:
    form = Form()
    if named := request.args.get("disconnected"):
        _say_disconnected(form, named)
    found = connected_apps.of_user(owner.account.user_id, now())
    shown = [own_apps.shown(app, owner) for app in found]
    return render("account/apps.html", form=form, place="apps.apps", email=owner.account.email, apps=shown)


@routes.route("/account/apps/<app:client_id>", methods=["GET", "POST"])
@of_account
def app(owner: Owner, client_id: str) -> Response:
    """POST disconnects: once is enough, and again changes nothing."""
    found = connected_apps.find(owner.account.user_id, client_id, now())
    form = Form.read()
    if form.ready:
        if found:
            _disconnect(owner, client_id)
        return see_other(url_for("apps.apps", disconnected=client_id))
    if found is None:
        raise problems.not_found()
    metadata = found.client.metadata
    return render(
        "account/app.html",
        form=form,
        place="apps.apps",
        email=owner.account.email,
        client=metadata,
        contacts=metadata.contacts,
        connected=found,
        opens_at=own_apps.opens_at(found),
        last_used=format_ago(found.last_used_at, now()),
        rows=own_apps.rows(found, owner),
        values=_values(found, owner),
    )


def _disconnect(owner: Owner, client_id: str) -> None:
    user_id = owner.account.user_id
    sessions.disconnect(user_id, client_id, now())
    g.setdefault("after_commit", []).append(partial(grant_endings.sweep_app, user_id, client_id, now()))
    audit.record("app_disconnected", now(), user_id=user_id, client_id=client_id, network=arrival.network())


def _say_disconnected(form: Form, client_id: str) -> None:
    """Of an app that exists: nobody puts words in our mouth."""
    client = house().clients.find(client_id, now())
    name = AppIdentity.of(client.metadata).name if client else gettext("The app")
    body = gettext("It loses access within minutes. Data it already has stays with it: ask them to delete it.")
    form.say("ok", gettext("%(app)s is disconnected.", app=name), body)


def _values(app: ConnectedApp, owner: Owner) -> dict[str, str]:
    """Claim by claim what the app can read now, also what it asked for one by one (OpenID Connect Core §5.5)."""
    names = wanted(app.scope, {name: ClaimRequest() for name in app.claims})
    return {name: _text(name, value) for name, value in release(own_apps.facts(owner), names).items()}


def _text(name: str, value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(str(part) for part in value.values())
    if isinstance(value, int) and name == "updated_at":
        return format_datetime(value)
    return {True: gettext("yes"), False: gettext("no")}[value] if isinstance(value, bool) else str(value)


door = Door(routes)
