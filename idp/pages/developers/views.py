"""The doors of the console: who may come in, which form was sent, and the page or step that answers."""

from flask import Blueprint, Response, request

from idp.pages.developers import advanced, credentials, deleting, listing, owners, registering, settings
from idp.pages.developers.fields import CONTACT, KIND, NAME, REDIRECTS
from idp.web import own_clients, posted
from idp.web.door import Door
from idp.web.fields import EMAIL
from idp.web.forms import Field, Form
from idp.web.own_clients import Owned, of_app, of_developer
from idp.web.owner import Owner, of_account

routes = Blueprint("developers", __name__)
OF = Field("client_id", 255)


def _done() -> str:
    return request.args.get("done", "")


@routes.get("/developers")
@of_developer
def apps(owner: Owner) -> Response:
    return listing.page(owner, _done())


@routes.route("/developers/new", methods=["GET", "POST"])
@of_developer
def register(owner: Owner) -> Response:
    form = Form.read(
        NAME,
        KIND,
        REDIRECTS,
        CONTACT,
        registering.ENDING,
        values=registering.start(owner, request.args.get(KIND.name, "")),
    )
    return registering.page(owner, form)


@routes.route("/developers/<client_id>", methods=["GET", "POST"])
@of_app
def app(owned: Owned) -> Response:
    form = Form.read(*settings.FIELDS, values=settings.start(owned))
    settings.say_done(form, _done())
    return settings.save(owned, form) if form.sent else settings.page(owned, form)


@routes.post("/developers/logo")
@posted.with_file
@of_developer
def logo(owner: Owner) -> Response:
    """The one form of the console that carries a file; its address names no app, since the wall around us has a list of
    the addresses that take files (web.hardening).
    """
    form = Form.read(OF)
    owned = own_clients.owned(owner, posted.value(OF.name))
    form.values |= settings.start(owned)
    return settings.put_logo(owned, form)


@routes.post("/developers/<client_id>/logo/remove")
@of_app
def remove_logo(owned: Owned) -> Response:
    return settings.remove_logo(owned, Form.read(values=settings.start(owned)))


@routes.get("/developers/<client_id>/preview")
@of_app
def preview(owned: Owned) -> Response:
    return settings.preview(owned)


@routes.route("/developers/<client_id>/advanced", methods=["GET", "POST"], endpoint="advanced")
@of_app
def more(owned: Owned) -> Response:
    metadata = owned.app.metadata
    form = Form.read(*advanced.fields(metadata), values=advanced.start(metadata))
    advanced.say_done(form, _done())
    return advanced.save(owned, form) if form.sent else advanced.page(owned, form)


@routes.get("/developers/<client_id>/credentials", endpoint="credentials")
@of_app
def proofs(owned: Owned) -> Response:
    form = Form(values=credentials.start(owned))
    credentials.say_done(form, _done())
    if _done() == "registered":
        registering.say_done(form, owned)
    return credentials.page(owned, form)


@routes.post("/developers/<client_id>/secret")
@of_app
def rotate(owned: Owned) -> Response:
    return credentials.rotate(owned, Form.read(credentials.SEEN, values=credentials.start(owned)))


@routes.post("/developers/<client_id>/secret/end")
@of_app
def end_secret(owned: Owned) -> Response:
    return credentials.end(owned, Form.read(credentials.SECRET_ID, values=credentials.start(owned)))


@routes.post("/developers/<client_id>/secret/instead")
@of_app
def use_secret(owned: Owned) -> Response:
    return credentials.use_secret(owned, Form.read(values=credentials.start(owned)))


@routes.post("/developers/<client_id>/keys")
@of_app
def use_key(owned: Owned) -> Response:
    return credentials.use_key(owned, Form.read(credentials.KEYS, credentials.KEYS_ADDRESS))


@routes.route("/developers/<client_id>/owners", methods=["GET", "POST"], endpoint="owners")
@of_app
def people(owned: Owned) -> Response:
    form = Form.read(EMAIL, owners.HANDS_OVER)
    owners.say_done(form, _done())
    return owners.invite(owned, form) if form.sent else owners.page(owned, form)


@routes.post("/developers/<client_id>/owners/remove")
@of_app
def remove_owner(owned: Owned) -> Response:
    return owners.remove(owned, Form.read(owners.WHO))


@routes.post("/developers/<client_id>/owners/withdraw")
@of_app
def withdraw(owned: Owned) -> Response:
    return owners.withdraw(owned, Form.read(owners.INVITATION))


@routes.route("/developers/invitations", methods=["GET", "POST"])
@of_account
def invitations(owner: Owner) -> Response:
    """Whoever may own no apps reads that here, and why."""
    return owners.invitations(owner, Form.read(owners.INVITATION, owners.DECISION))


@routes.route("/developers/<client_id>/delete", methods=["GET", "POST"])
@of_app
def delete(owned: Owned) -> Response:
    form = Form.read(NAME)
    return deleting.page(owned, form)


door = Door(routes)
