"""Every app of one person in one table, each with how it stands."""

from typing import NamedTuple

from idp.protocol import app_kinds
from idp.protocol.app_kinds import Kind, kind_of
from idp.store import app_invitations, owned_apps
from idp.store.owned_apps import OwnedApp
from idp.web.answers import Response
from idp.web.developer_page import Status, expires_soon, status_of
from idp.web.forms import Form
from idp.web.house import house, now
from idp.web.locale import format_date, format_number, gettext, sentence
from idp.web.owner import Owner
from idp.web.page import AppIdentity, render, to

DISCOVERY = "/.well-known/openid-configuration"


class Row(NamedTuple):
    client_id: str
    identity: AppIdentity
    kind: str
    people: str
    status: Status


def page(owner: Owner, done: str) -> Response:
    apps = owned_apps.of_user(owner.account.user_id, now())
    form = Form()
    if done == "deleted":
        form.say("ok", gettext("The app is deleted."))
    else:
        _warn_of_secrets(form, apps)
    issuer = house().settings.server.issuer
    return render(
        "developers/apps.html",
        form=form,
        place="developers.apps",
        apps=[_row(app) for app in apps],
        invited=bool(app_invitations.to(owner.account.lookup, now())),
        issuer=issuer,
        discovery=f"{issuer}{DISCOVERY}",
        is_full=len(apps) >= house().settings.developers.apps_each,
        begins=[(kind, name_of(kind)) for kind in app_kinds.offered() if kind.redirects],
    )


def name_of(kind: Kind) -> str:
    return {
        Kind.WEB: gettext("Web app"),
        Kind.SINGLE_PAGE: gettext("Single-page app"),
        Kind.NATIVE: gettext("Mobile or desktop"),
        Kind.DEVICE: gettext("TV or device"),
        Kind.SERVICE: gettext("Service"),
    }[kind]


def _row(app: OwnedApp) -> Row:
    identity = AppIdentity.of(app.metadata)
    return Row(app.client_id, identity, name_of(kind_of(app.metadata)), format_number(app.people), status_of(app))


def _warn_of_secrets(form: Form, apps: tuple[OwnedApp, ...]) -> None:
    """The one that ends first; the table shows the others."""
    ending = [(app.secret_ends_at or 0, app) for app in apps if expires_soon(app) and not app.is_suspended]
    if not ending:
        return
    ends_at, app = min(ending, key=lambda each: each[0])
    body = sentence(
        '<bdi>%(app)s</bdi> stops working on %(date)s unless you <a href="%(link)s">rotate its secret</a>. Old and '
        "new secrets both work while you switch.",
        app=AppIdentity.of(app.metadata).name,
        date=format_date(ends_at),
        link=to("developers.credentials", client_id=app.client_id),
    )
    form.say("warn", gettext("A client secret is about to expire"), body)
