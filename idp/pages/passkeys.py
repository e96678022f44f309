"""Password and passkeys: what a person proves themselves by, all on one page, and the whole life of a passkey."""

import json
from dataclasses import replace
from typing import Any, NamedTuple

from flask import Blueprint, Response, request, url_for

from idp.accounts import passkeys as accounts
from idp.accounts.authenticator_names import NAMES
from idp.store import audit, authenticators, credentials, identities, recovery_codes, trusted_devices, users
from idp.store import passkeys as stored
from idp.store.passkeys import Registered
from idp.web import arrival, flow, passkeys, security_notice
from idp.web.answers import public_json, see_other
from idp.web.door import Door
from idp.web.forms import Field, Form
from idp.web.house import house, now
from idp.web.locale import gettext
from idp.web.owner import Owner, of_account, of_proved_sign_in
from idp.web.page import render
from idp.web.passkeys import CREDENTIAL

routes = Blueprint("passkeys", __name__)
PASSKEY, NAME = Field("passkey", 22), Field("name", accounts.LONGEST_NAME)
DONE = "done"
MAX_AGE = 3600


class Row(NamedTuple):
    """A passkey as its person knows it. `keeper` is who keeps it, "" when nobody knows, or its name says so."""

    id: str
    name: str
    keeper: str
    lives: str
    created_at: int
    last_used_at: int | None


@routes.get("/account/passkeys", endpoint="passkeys")
@of_account
def overview(owner: Owner) -> Response:
    form = Form()
    if said := _said(request.args.get(DONE, "")):
        form.say("ok", said)
    return _overview(form, owner)


@routes.get("/account/passkeys/new")
@of_proved_sign_in
def create(owner: Owner) -> Response:
    passkeys.party()
    return _create_page(Form(), owner)


@routes.post("/account/passkeys/new")
@of_account
def created(owner: Owner) -> Response:
    """The challenge shows that it began on the page above, while the sign-in was fresh."""
    form = Form.read(CREDENTIAL)
    if passkeys.made(form, owner.account, owner.session.id) is None:
        return _create_page(form, owner)
    return _to_overview("added")


@routes.post("/account/passkeys/options")
@of_proved_sign_in
def options(owner: Owner) -> Response:
    return passkeys.options_to_make(owner.account)


@routes.route("/account/passkeys/rename", methods=["GET", "POST"])
@of_account
def rename(owner: Owner) -> Response:
    passkey = _named(owner)
    if passkey is None:
        return _to_overview()
    form = Form.read(PASSKEY, NAME, values={"name": passkey.name})
    name = " ".join(form["name"].split())
    if form.ready and not name:
        form.fail("name", gettext("Give it a name, like the device it is on."))
    if form.ready:
        if stored.rename(passkey.id, owner.account.user_id, name):
            passkeys.happened("passkey_renamed", owner.account, owner.session.id, replace(passkey, name=name))
        return _to_overview("renamed")
    return _page("account/passkey_rename.html", form, owner, passkey=passkey)


@routes.route("/account/passkeys/remove", methods=["GET", "POST"])
@of_proved_sign_in
def remove(owner: Owner) -> Response:
    """Never the last way in: whoever lost it gets in by a mailed link, and removes it then."""
    passkey = _named(owner)
    if passkey is None:
        return _to_overview()
    form = Form.read(PASSKEY)
    if form.ready:
        users.hold(owner.account.user_id)
        if stored.remove(passkey.id, owner.account.user_id, other_ways=_has_other_ways(owner.account.user_id)):
            passkeys.happened("passkey_removed", owner.account, owner.session.id, passkey)
            security_notice.tell(owner.account, "passkey_removed")
            return _to_overview("removed")
        form.say("error", gettext("This is your only way to sign in."), _another_first())
    return _page("account/passkey_remove.html", form, owner, passkey=passkey)


@routes.route("/account/password/remove", methods=["GET", "POST"])
@of_proved_sign_in
def remove_password(owner: Owner) -> Response:
    """For whoever has a passkey that does without one; "Forgot password?" sets a new one at any time."""
    form = Form.read()
    if not owner.account.password:
        return _to_overview()
    if form.ready:
        users.hold(owner.account.user_id)
        if passkeys.are_offered() and credentials.remove_password(owner.account.user_id):
            user_id, session_id = owner.account.user_id, owner.session.id
            audit.record("password_removed", now(), user_id=user_id, session_id=session_id, network=arrival.network())
            security_notice.tell(owner.account, "password_removed")
            return _to_overview("no_password")
        form.say("error", gettext("This is your only way to sign in."), _another_first())
    return _page("account/password_remove.html", form, owner)


@routes.get("/.well-known/passkey-endpoints")
def endpoints() -> Response:
    """W3C Passkey Endpoints: where password managers send people. No redirect; nothing where there are no passkeys."""
    issuer = house().settings.server.issuer
    named = {"enroll": f"{issuer}/account/passkeys/new", "manage": f"{issuer}/account/passkeys"}
    offered = named if passkeys.are_offered() else {}
    return public_json(json.dumps(offered).encode(), MAX_AGE)


def _overview(form: Form, owner: Owner) -> Response:
    user_id = owner.account.user_id
    mine = stored.of_user(user_id)
    authenticator = authenticators.of(user_id)
    return _page(
        "account/passkeys.html",
        form,
        owner,
        passkeys=[_row(passkey) for passkey in mine],
        accepted=[passkey.credential for passkey in mine],
        may_lose_password=bool(owner.account.password) and any(passkey.user_verified for passkey in mine),
        authenticator_since=authenticator.confirmed_at if authenticator else None,
        offers_authenticator=house().settings.second_factor.authenticator,
        codes_left=recovery_codes.left(user_id),
        trusted=len(trusted_devices.of(user_id, now())),
    )


def _row(passkey: Registered) -> Row:
    keeper = NAMES.get(passkey.aaguid, "")
    keeper = "" if keeper == passkey.name else keeper
    return Row(passkey.id, passkey.name, keeper, _lives(passkey), passkey.created_at, passkey.last_used_at)


def _lives(passkey: Registered) -> str:
    """Where it is, by what its authenticator says of backups and of ways to reach it."""
    if passkey.backed_up:
        return gettext("Synced between your devices")
    if passkey.backup_eligible:
        return gettext("Not synced yet")
    reached_by = passkey.transports.split()
    if "internal" not in reached_by and {"usb", "nfc", "ble"} & set(reached_by):
        return gettext("On a security key")
    return gettext("On one device only")


def _named(owner: Owner) -> Registered | None:
    """The passkey this page is about, of this person."""
    return stored.find(flow.named(PASSKEY.name), owner.account.user_id)


def _said(done: str) -> str | None:
    return {
        "added": gettext("Your passkey is saved."),
        "renamed": gettext("The passkey has a new name."),
        "removed": gettext("The passkey is removed."),
        "no_password": gettext("Your password is removed. You sign in with your passkey now."),
    }.get(done)


def _has_other_ways(user_id: str) -> bool:
    """Whether a mail or another provider signs this person in. A provider that is off is no way."""
    linked = any(house().upstreams.find(link.upstream) for link in identities.of_user(user_id))
    return linked or house().settings.sign_in.mailed_code


def _another_first() -> str:
    return gettext("Set a password or add another passkey first.")


def _create_page(form: Form, owner: Owner) -> Response:
    is_full = len(stored.of_user(owner.account.user_id)) >= accounts.MOST
    return _page("account/passkey_new.html", form, owner, is_full=is_full, most=accounts.MOST)


def _to_overview(done: str = "") -> Response:
    return see_other(f"{url_for('passkeys.passkeys')}?{DONE}={done}" if done else url_for("passkeys.passkeys"))


def _page(template: str, form: Form, owner: Owner, **context: Any) -> Response:
    email, place = owner.account.email, "passkeys.passkeys"
    return render(template, form=form, place=place, email=email, account=owner.account, **context)


door = Door(routes)
