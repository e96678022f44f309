"""What a person says about themselves: names, picture, language, phone, birthday, address; each with who gets it."""

import json
from datetime import UTC, datetime

from flask import Blueprint, Response, request, url_for

from idp.accounts import pictures as pictures_room
from idp.accounts import profile as rules
from idp.accounts.hashing import Busy
from idp.accounts.pictures import BadPicture
from idp.accounts.throttle import TooMany
from idp.accounts.throttle import form as count_form
from idp.store import agreements, audit, email_changes, pictures, users
from idp.web import arrival, cookies, faces, locale, posted, sharing
from idp.web.answers import see_other
from idp.web.door import Door
from idp.web.forms import Field, Form
from idp.web.house import house, now
from idp.web.locale import gettext
from idp.web.owner import Owner, of_account
from idp.web.page import render

routes = Blueprint("profile", __name__)
LOCALE = Field("locale", 16)
FIELDS = (*(Field(name, most, lines=name == "street_address") for name, most in rules.LONGEST.items()), LOCALE)
MEGABYTE = 1024 * 1024


@routes.route("/account/profile", methods=["GET", "POST"])
@of_account
def profile(owner: Owner) -> Response:
    form = Form.read(*FIELDS, values=_filled(owner))
    said = _said(form) if form.sent and not form.stale else {}
    if form.ready:
        _save(owner, said, form)
        return see_other(url_for("profile.profile", saved=1))
    return _page(owner, form)


@routes.post("/account/picture")
@posted.with_file
@of_account
def upload(owner: Owner) -> Response:
    """The one form that carries a file."""
    form = Form.read(values=_filled(owner))
    drawn = _drawn(form) if form.ready else b""
    if not drawn:
        return _page(owner, form)
    user_id = owner.account.user_id
    _say(owner, {"picture": faces.address(pictures.put(user_id, drawn, now()))})
    return see_other(url_for("profile.profile", saved=1))


@routes.post("/account/picture/remove")
@of_account
def remove_picture(owner: Owner) -> Response:
    """Once is enough, and again changes nothing."""
    form = Form.read(values=_filled(owner))
    if not form.ready:
        return _page(owner, form)
    pictures.remove(owner.account.user_id)
    _say(owner, {"picture": None})
    return see_other(url_for("profile.profile", saved=1))


def _filled(owner: Owner) -> dict[str, str]:
    """The form as it stands before anybody types."""
    return {**rules.spelled(json.loads(owner.account.profile)), LOCALE.name: owner.account.locale}


def _said(form: Form) -> dict[str, object]:
    """The claims that were typed; the sentences for what is none are said."""
    said, wrong = rules.read(form.values, datetime.fromtimestamp(now(), UTC).date())
    for field, flaw in wrong.items():
        form.fail(field, _about(flaw))
    return said


def _save(owner: Owner, said: dict[str, object], form: Form) -> None:
    chosen = locale.best_of([form[LOCALE.name]]) or owner.account.locale
    changes = rules.changes(json.loads(owner.account.profile), said)
    if chosen != owner.account.locale:
        cookies.put(cookies.LANGUAGE, chosen, locale.KEEP_CHOICE_FOR)  # what was chosen here before is older
    if changes or chosen != owner.account.locale:
        _say(owner, changes, chosen)


def _say(owner: Owner, changes: dict[str, object], chosen: str | None = None) -> None:
    """Written, and remembered by the names of the claims: what they say is nobody's business later."""
    users.set_profile(owner.account.user_id, changes, now(), chosen)
    names = [*changes, *(("locale",) if chosen not in (None, owner.account.locale) else ())]
    audit.record(
        "profile_changed",
        now(),
        user_id=owner.account.user_id,
        session_id=owner.session.id,
        network=arrival.network(),
        claims=" ".join(sorted(names)),
    )


def _drawn(form: Form) -> bytes:
    """The picture that was sent, drawn anew; b"" with the sentence said."""
    most = house().settings.account.largest_picture
    try:
        count_form("picture", arrival.network(), house().settings.throttle, now())
        sent = posted.file("picture", most)
        if not sent:
            form.fail("picture", gettext("Choose a picture first."))
        elif len(sent) > most:
            form.fail("picture", gettext("This file is too large. Use one of up to %(size)s.", size=_megabytes(most)))
        else:
            return house().darkroom.developed(sent)
    except TooMany as refused:
        form.slow_down(refused.retry_after)
    except BadPicture as bad:
        form.fail("picture", _about_picture(bad.flaw))
    except Busy as busy:
        form.busy(busy.retry_after)
    return b""


def _page(owner: Owner, form: Form) -> Response:
    if "saved" in request.args and not form.sent:
        form.say("ok", gettext("Your profile is saved."), gettext("Apps see the change the next time they ask."))
    if "moved" in request.args and not form.sent:
        form.say("ok", gettext("Your email address is changed."), gettext("From now on you sign in with the new one."))
    return render(
        "account/profile.html",
        form=form,
        place="profile.profile",
        address=url_for("profile.profile"),
        email=owner.account.email,
        change=email_changes.of_user(owner.account.user_id, now()),
        shared=sharing.names_by_claim(owner.account.user_id, now()),
        zones=_zones(form["zoneinfo"]),
        months=locale.month_names(),
        largest=_megabytes(house().settings.account.largest_picture),
        has_picture=bool(json.loads(owner.account.profile).get("picture")),
        marketing=agreements.latest(owner.account.user_id, agreements.MARKETING),
    )


def _zones(own: str) -> dict[str, list[tuple[str, str]]]:
    """By continent, each with the name people read; their own is there whatever it is called today."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name in dict.fromkeys((*rules.zones(), *((own,) if own else ()))):
        region, _, place = name.partition("/")
        found.setdefault(region if place else "UTC", []).append((name, (place or name).replace("_", " ")))
    return found


def _megabytes(size: int) -> str:
    return f"{size // MEGABYTE} MB" if size >= MEGABYTE else f"{size // 1024} KB"


def _about(flaw: rules.Flaw) -> str:
    return {
        rules.Flaw.UNSEEN: gettext("Nothing of this can be seen. Type at least one letter."),
        rules.Flaw.NO_PAGE: gettext("Enter the address of a web page, like https://example.com."),
        rules.Flaw.NO_COUNTRY: gettext("Begin with + and the number of your country, like +49 or +33."),
        rules.Flaw.NO_PHONE: gettext("Enter a phone number like +33 6 12 34 56 78."),
        rules.Flaw.HALF_A_DAY: gettext("Give both day and month, or leave both empty."),
        rules.Flaw.NO_DAY: gettext("There is no such day. Check day and month."),
        rules.Flaw.NO_YEAR: gettext("Enter a year with four digits that has begun already."),
        rules.Flaw.NO_ZONE: gettext("Choose a time zone from the list."),
    }[flaw]


def _about_picture(flaw: pictures_room.Flaw) -> str:
    return {
        pictures_room.Flaw.NO_PICTURE: gettext("Use a PNG or JPEG picture. This file is neither, or it is damaged."),
        pictures_room.Flaw.TOO_MANY_PIXELS: gettext("This picture is too large to open. Make it smaller first."),
    }[flaw]


door = Door(routes)
