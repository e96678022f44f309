"""What people see of an app, and how it signs them in: one form, saved as a whole; its logo has a form of its own."""

from typing import Final

from idp.accounts import pictures, throttle
from idp.accounts.hashing import Busy
from idp.accounts.pictures import BadPicture
from idp.accounts.throttle import TooMany
from idp.issuance import claims as person_claims
from idp.pages.developers import fields, saving
from idp.protocol import app_kinds
from idp.protocol.scope import Scope
from idp.store import app_logos
from idp.store.consents import NEVER_ASKED
from idp.store.grants import Person
from idp.web import arrival, developer_page, locale, logos, own_clients, posted, scopes
from idp.web.answers import Response, see_other
from idp.web.forms import Form
from idp.web.house import house, now
from idp.web.locale import gettext
from idp.web.own_clients import Owned
from idp.web.page import render, to

FIELDS: Final = (
    *(fields.NAME, *fields.PAGES, fields.CONTACT, fields.NAMES),
    *(fields.KIND, fields.REDIRECTS, fields.LEAVING, fields.SCOPE, fields.OWN_SCOPES),
)
LOGO: Final = "logo"


def start(owned: Owned) -> dict[str, str]:
    """The form as the registration fills it in."""
    metadata = owned.app.metadata
    return {**fields.spelled(metadata), fields.KIND.name: app_kinds.kind_of(metadata).value}


def page(owned: Owned, form: Form) -> Response:
    metadata = owned.app.metadata
    ticked = form.lists.get(fields.SCOPE.name, list(metadata.scope)) if form.sent else list(metadata.scope)
    offered = app_kinds.offered()
    return developer_page.show(
        "developers/settings.html",
        owned,
        "developers.app",
        form,
        kinds=offered,
        scopes=[(name, scopes.title_of(name), scopes.sentence_of(name), name in ticked) for name in fields.TICKED],
        last_used=locale.format_ago(owned.app.used_at, now()) if owned.app.used_at else "",
        has_logo=logos.is_ours(metadata.logo_uri),
        takes_back_review=house().settings.developers.review and metadata.reviewed,
        address=to("developers.app", client_id=owned.client_id),
    )


def save(owned: Owned, form: Form) -> Response:
    """Everything that is wrong is said at once, each beside its field."""
    before = owned.app.metadata
    kind = fields.kind_of(form, (*app_kinds.offered(), app_kinds.kind_of(before))) if not form.stale else None
    if kind is None:
        return page(owned, form)
    changes = {
        "client_name": fields.name_of(form),
        **fields.names_of(form, before),
        **fields.pages_of(form),
        "contacts": _contacts(form, before.contacts),
        "redirect_uris": fields.redirects_of(form, kind),
        "post_logout_redirect_uris": fields.leaving_of(form, kind),
        **fields.scopes_of(form, kind, before),
    }
    if not own_clients.may_save(form, owned) or not saving.saved(form, owned, changes, kind):
        return page(owned, form)
    return _back(owned, "saved")


def put_logo(owned: Owned, form: Form) -> Response:
    """Drawn anew like the picture of a person, and served by us: no page of ours asks other sites."""
    drawn = _drawn(form) if own_clients.may_save(form, owned) else b""
    if not drawn:
        return page(owned, form)
    address = logos.address(app_logos.put(owned.client_id, drawn, now()))
    return _back(owned, "logo") if saving.saved(form, owned, {"logo_uri": address}) else page(owned, form)


def remove_logo(owned: Owned, form: Form) -> Response:
    """Once is enough, and again changes nothing."""
    if not own_clients.may_save(form, owned) or not saving.saved(form, owned, {"logo_uri": None}):
        return page(owned, form)
    app_logos.remove(owned.client_id)
    return _back(owned, "logo_removed")


def preview(owned: Owned) -> Response:
    """The consent page itself, with what this person would share; it has no form that could be sent."""
    form, account, metadata = Form(), owned.owner.account, owned.app.metadata
    form.say("info", gettext("This is a preview."), gettext("Nothing is shared, and the buttons do nothing."))
    person = Person(account.user_id, account.profile, account.locale, account.updated_at, account.email)
    facts, own = person_claims.of_person(person), metadata.sentences(locale.current())
    rows = scopes.rows(metadata.scope or Scope(), NEVER_ASKED, facts, house().settings.tokens.refresh_idle_for, own)
    return render(
        "consent.html",
        client=metadata,
        form=form,
        email=account.email,
        person="",
        required=[row for row in rows if row.scope not in metadata.optional_scopes],
        optional=[row for row in rows if row.scope in metadata.optional_scopes],
        details=(),
        already=(),
        preview_of=owned.client_id,
    )


def say_done(form: Form, done: str) -> None:
    said = {
        "saved": gettext("Your changes are saved."),
        "logo": gettext("The logo is saved."),
        "logo_removed": gettext("The logo is removed."),
    }.get(done)
    if said and not form.sent:
        form.say("ok", said, gettext("They take effect within seconds.") if done == "saved" else "")


def _contacts(form: Form, before: tuple[str, ...]) -> list[str]:
    """The first is the form's; others came from elsewhere, and stay."""
    return list(dict.fromkeys((*fields.contacts_of(form), *before[1:])))


def _drawn(form: Form) -> bytes:
    """The logo that was sent, drawn anew; b"" with the sentence said."""
    most = house().settings.account.largest_picture
    try:
        throttle.form("picture", arrival.network(), house().settings.throttle, now())
        sent = posted.file(LOGO, most)
        if not sent:
            form.fail(LOGO, gettext("Choose a picture first."))
        elif len(sent) > most:
            form.fail(LOGO, gettext("This file is too large."))
        else:
            return house().darkroom.developed(sent)
    except TooMany as refused:
        form.slow_down(refused.retry_after)
    except BadPicture as bad:
        form.fail(LOGO, _about_picture(bad.flaw))
    except Busy as busy:
        form.busy(busy.retry_after)
    return b""


def _about_picture(flaw: pictures.Flaw) -> str:
    return {
        pictures.Flaw.NO_PICTURE: gettext("Use a PNG or JPEG picture. This file is neither, or it is damaged."),
        pictures.Flaw.TOO_MANY_PIXELS: gettext("This picture is too large to open. Make it smaller first."),
    }[flaw]


def _back(owned: Owned, done: str) -> Response:
    return see_other(to("developers.app", client_id=owned.client_id, done=done))
