"""Doors that stand in for those with a database behind them: real templates, invented people, every kind of trouble."""

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from idp.accounts.hashing import Busy
from idp.protocol.errors import InvalidRedirectUri
from idp.protocol.scope import Scope
from idp.store.consents import NEVER_ASKED
from idp.web import cookies, page, problems, scopes
from idp.web.forms import Field, Form
from idp.web.locale import clock_time, gettext, sentence

PHOTO_BOX = page.AppIdentity(
    "Photo Box",
    "photobox.example",
    "https://photobox.example/",
    "https://photobox.example/privacy",
    "https://photobox.example/terms",
    reviewed=False,
)
JANE = {"name": "Jane Doe", "email": "jane.doe@example.org", "email_verified": True, "phone_number": "+33600000042"}
FORM_POST_MEMBERS = {"code": "the-code", "state": 'a"><script>alert(1)</script>'}
MONTHS = 90 * 86400

sign_in = Blueprint("sign_in", __name__)
sign_up = Blueprint("sign_up", __name__)
recovery = Blueprint("recovery", __name__)
consent = Blueprint("consent", __name__)
end_session = Blueprint("end_session", __name__)
account = Blueprint("account", __name__)
parts = tuple(Blueprint(name, __name__) for name in ("profile", "passkeys", "devices", "apps", "links", "data"))
trouble = Blueprint("trouble", __name__)
DOORS = (sign_in, sign_up, recovery, consent, end_session, account, trouble, *parts)

EMAIL = Field("email", 320)
PASSWORD = Field("password")
REMEMBER = Field("remember", 1)


@sign_in.route("/signin", methods=["GET", "POST"], endpoint="sign_in")
def sign_in_page() -> AnyResponse:
    form = Form.read(EMAIL, PASSWORD, REMEMBER)
    if form.ready:
        if not form["email"]:
            form.fail("email", gettext("Enter your email address."))
        if not form["password"]:
            form.fail("password", gettext("Enter your password."))
        if form.ready and form["password"] == "right":
            cookies.put(cookies.SESSION, "a-new-session")
            return redirect(url_for("account.account"), 303)
        if form.ready:
            form.say("error", gettext("That email and password don’t match."), blames=("email", "password"))
    return page.render("try_sign_in.html", form=form, app=PHOTO_BOX)


@sign_in.get("/signin/choose")
def choose() -> Response:
    return Response("choose")


@sign_up.get("/signup", endpoint="sign_up")
def sign_up_page() -> Response:
    return Response("sign up")


@recovery.get("/forgot")
def forgot() -> Response:
    return Response("forgot")


@recovery.route("/reset", methods=["GET", "POST"])
def reset() -> Response:
    form = Form.read(Field("new_password"), Field("confirm_password"), Field("token", 64))
    if form.ready:
        form.fail("new_password", gettext("This password needs a number and a symbol."))
        form.fail("confirm_password", gettext("These passwords don’t match. Type the second one again."))
    kept = {"link": "kept"} if "keep" in request.args else {}
    return page.render("try_new_password.html", form=form, email=JANE["email"], kept=kept)


@recovery.get("/clock")
def clock() -> Response:
    form = Form()
    form.say("ok", sentence("Sent again at %(time)s.", time=clock_time(9 * 3600 + 44 * 60)))
    return page.render("try_new_password.html", form=form, email=JANE["email"])


@recovery.get("/waiting")
def waiting() -> Response:
    return page.render("try_waiting.html", poll=url_for("recovery.poll", next=request.args["next"]))


@recovery.get("/poll")
def poll() -> dict[str, str | None]:
    return {"next": request.args["next"] or None}


@consent.route("/consent", methods=["GET", "POST"], endpoint="consent")
def consent_page() -> Response:
    wishes = scopes.rows(Scope.parse("openid profile email phone offline_access"), NEVER_ASKED, JANE, MONTHS)
    required = [wish for wish in wishes if wish.scope != "phone"]
    optional = [wish for wish in wishes if wish.scope == "phone"]
    return page.render(
        "consent.html",
        form=Form.read(Field("decision", 8)),
        app=PHOTO_BOX,
        email=JANE["email"],
        required=required,
        optional=optional,
    )


@end_session.get("/signout")
def sign_out() -> Response:
    return page.render("end_session/ask.html", fields={"state": "a&b"}, app=PHOTO_BOX)


@end_session.post("/signout")
def sign_out_now() -> Response:
    return page.render("end_session/done.html", app=PHOTO_BOX)


@end_session.get("/signedout")
def signed_out() -> Response:
    return page.render("end_session/done.html", app=None)


@account.get("/account", endpoint="account")
def account_page() -> Response:
    return page.render("try_account.html", email=JANE["email"])


@account.get("/account/password")
def password() -> Response:
    return Response("password")


@trouble.get("/broken")
def break_it() -> Response:
    cookies.put(cookies.SESSION, "never-given")
    raise RuntimeError(request.args.get("said", ""))


@trouble.get("/refused")
def refuse() -> Response:
    raise InvalidRedirectUri("the redirect_uri is not registered for this client")


@trouble.get("/busy")
def be_busy() -> Response:
    raise Busy


@trouble.get("/slow")
def slow_down() -> Response:
    raise problems.too_many(290)


@trouble.get("/expired")
def start_again() -> Response:
    raise problems.start_again(PHOTO_BOX)


@trouble.get("/posted")
def posted() -> Response:
    members = {"code": "the-code", "state": 'a"><script>alert(1)</script>'}
    return page.render(
        "form_post.html", form_targets=("https://photobox.example",), action="/received", members=members
    )


@trouble.post("/received")
def received() -> dict[str, str]:
    return dict(request.form)


for part in parts:
    part.add_url_rule(f"/account/{part.name}", endpoint=part.name, view_func=account_page)
