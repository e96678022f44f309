"""Data and privacy: what happened, everything we hold as a file, and the ways to close the account."""

from flask import Blueprint, Response, request, url_for

from idp.accounts import export, throttle
from idp.accounts.throttle import TooMany
from idp.store import audit, exports
from idp.web import activity, arrival
from idp.web.answers import see_other
from idp.web.door import Door
from idp.web.forms import Form
from idp.web.house import house, now
from idp.web.locale import gettext
from idp.web.owner import Owner, of_account, of_recent_sign_in
from idp.web.page import render

routes = Blueprint("data", __name__)
FILE_NAME = "my-data.json"
DAY = 86400


@routes.get("/account/data")
@of_account
def data(owner: Owner) -> Response:
    form = Form()
    if "making" in request.args:
        body = gettext("We’ll email you when it’s ready. That takes a few minutes.")
        form.say("ok", gettext("We’re putting your data together."), body)
    return render(
        "account/data.html",
        form=form,
        place="data.data",
        email=owner.account.email,
        recent=activity.recent(owner.account.user_id, _before()),
        activity_days=house().settings.account.activity_for // DAY,
        grace_days=house().settings.account.delete_after // DAY,
        export=exports.newest(owner.account.user_id, now()),
    )


@routes.route("/account/data/download", methods=["GET", "POST"])
@of_recent_sign_in
def download(owner: Owner) -> Response:
    """A small file comes at once, and so does a large one that was made; else it is made in the background."""
    form = Form.read()
    if form.ready and _may(form):
        return _given(owner)
    ready = exports.newest(owner.account.user_id, now())
    return render("account/download.html", form=form, place="data.data", email=owner.account.email, export=ready)


def _given(owner: Owner) -> Response:
    user_id = owner.account.user_id
    ready = exports.newest(user_id, now())
    made = export.unsealed(ready, house().sealer) if ready else None
    file = made or export.everything(user_id, house().settings.server.issuer, now())
    if made is None and len(file) > house().settings.account.inline_export:
        if exports.ask(user_id, now(), now() + export.WAITED_FOR):
            audit.record("export_asked", now(), user_id=user_id, network=arrival.network())
        return see_other(url_for("data.data", making=1))
    audit.record("data_downloaded", now(), user_id=user_id, session_id=owner.session.id, network=arrival.network())
    headers = {"Content-Disposition": f'attachment; filename="{FILE_NAME}"', "Cache-Control": "no-store"}
    return Response(file, mimetype="application/json", headers=headers)


def _may(form: Form) -> bool:
    """Counts; to be called before any write."""
    try:
        throttle.form("export", arrival.network(), house().settings.throttle, now())
    except TooMany as refused:
        form.slow_down(refused.retry_after)
    return not form.failed


def _before() -> int | None:
    """Where a page of older activity begins."""
    named = request.args.get("before", "")
    return int(named) if named.isascii() and named.isdecimal() and len(named) < 10 else None


door = Door(routes)
