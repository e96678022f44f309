"""The page where a developer pastes an authorization request of their app, and reads all that is to be said of it."""

from typing import NamedTuple

from flask import Blueprint, Response

from idp.endpoints.authorize.linting.problems import Desk, Linted, lint
from idp.protocol import disclosure, prompt
from idp.protocol.errors import OAuthError
from idp.protocol.good_practice import Advice, Hint
from idp.protocol.parameters import LONGEST
from idp.web import developer_page, explanations, fixes
from idp.web.door import Door
from idp.web.forms import Field, Form
from idp.web.house import house, now
from idp.web.locale import gettext
from idp.web.own_clients import Owned, of_app

routes = Blueprint("developer_linter", __name__)
PASTED = Field("request", LONGEST + 300, lines=True)


class Found(NamedTuple):
    """One problem as it is read."""

    error: str
    reason: str
    check: explanations.Check
    fix: str


@routes.route("/developers/<client_id>/check", methods=["GET", "POST"])
@of_app
def show(owned: Owned) -> Response:
    """Nothing is written, nobody is asked, and no place is redirected to."""
    form = Form.read(PASTED)
    if form.ready and not form[PASTED.name].strip():
        form.fail(PASTED.name, gettext("Paste the address that your app sends people to."))
    linted = lint(form[PASTED.name], _desk(owned)) if form.ready else None
    said = _said(linted) if linted else {}
    return developer_page.show("developers/check.html", owned, "developer_linter.show", form, linted=linted, **said)


def _desk(owned: Owned) -> Desk:
    home = house()
    known = home.clients.find(owned.client_id, now()) or owned.app.client
    return Desk(known, home.clients, home.mint, prompt.offered(sign_up=home.settings.signup.enabled), now())


def _said(linted: Linted) -> dict[str, object]:
    return {
        "problems": [_found(error) for error in linted.errors],
        "advice": [(_sentence(hint), hint.about) for hint in linted.hints],
        "understood": disclosure.of_parameters(linted.parameters) if linted.parameters else {},
    }


def _found(error: OAuthError) -> Found:
    check = explanations.check_of(error)
    return Found(error.code, error.description, check, fixes.of(check.name, error.code))


def _sentence(hint: Hint) -> str:
    return {
        Advice.SECRET_IN_ADDRESS: gettext(
            "A secret stands in the address, where logs and histories keep it. Replace it, and send it by POST only."
        ),
        Advice.NO_PKCE: gettext("Use PKCE: it keeps a stolen code from being worth anything."),
        Advice.NO_STATE: gettext(
            "Send a state, and compare it in the same browser: else a stranger can sign people in."
        ),
        Advice.SHORT_STATE: gettext("The state is short enough to be guessed. Make it random, 16 characters or more."),
        Advice.NO_NONCE: gettext("Send a nonce, and compare it with the one in the ID token."),
        Advice.SHORT_NONCE: gettext("The nonce is short enough to be guessed. Make it random, 16 characters or more."),
        Advice.NO_OPENID: gettext("Without the scope openid there is no ID token, and UserInfo refuses."),
        Advice.SCOPE_DROPPED: gettext("Not registered for this app, and left out in silence:"),
        Advice.NEVER_REFRESHES: gettext("offline_access gives no refresh token: the app is not registered to refresh."),
        Advice.ACCESS_TYPE: gettext("access_type does nothing here. Ask for the scope offline_access instead."),
        Advice.CONSENT_EACH_TIME: gettext("prompt=consent asks people anew each time. Without it they are asked once."),
        Advice.LOCALHOST: gettext("Prefer 127.0.0.1 to localhost: another name may lead elsewhere on some machines."),
        Advice.UNKNOWN: gettext("Not understood here, and ignored:"),
    }[hint.advice]


door = Door(routes)
