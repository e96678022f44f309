"""Other ways to sign in: accounts at other providers, linked and unlinked."""

from flask import Blueprint, Response, request, url_for

from idp.store.upstream_logins import LINK
from idp.upstream.provider import Wish
from idp.web import links as linked
from idp.web import upstreams
from idp.web.answers import see_other
from idp.web.door import Door
from idp.web.forms import Field, Form
from idp.web.owner import Owner, of_account, of_proved_sign_in
from idp.web.page import render

routes = Blueprint("links", __name__)
ADD, REMOVE = Field("add", 32), Field("remove", 22)


@routes.route("/account/links", methods=["GET", "POST"])
@of_account
def links(owner: Owner) -> Response:
    """Whoever has to prove themselves again before a change comes back to this page, since both have one name."""
    if request.method == "POST":
        return _change()
    form = Form()
    upstreams.say(form)
    return _page(owner, form)


@of_proved_sign_in
def _change(owner: Owner) -> Response:
    """Off to a provider, to link it; or one is unlinked. Its word may stand for two factors (upstream.NAME.amr), so who
    has a second factor shows it here too.
    """
    form = Form.read(ADD, REMOVE)
    if not form.ready:
        return _page(owner, form)
    if form[ADD.name]:
        to = upstreams.registered(form[ADD.name])
        return upstreams.leave(to, None, LINK, session=owner.session, wish=Wish(login_hint=owner.account.email))
    gone = linked.remove(owner, form[REMOVE.name])
    return see_other(url_for("links.links", said="unlinked", by=gone.upstream) if gone else url_for("links.links"))


def _page(owner: Owner, form: Form) -> Response:
    return render(
        "account/links.html",
        form=form,
        place="links.links",
        email=owner.account.email,
        providers=linked.rows(owner.account),
        form_targets=upstreams.targets(),
    )


door = Door(routes)
