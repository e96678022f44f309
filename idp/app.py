"""The app, on one screen: settings, database, doors, error pages. Order is the list you read here."""

from collections.abc import Callable
from typing import Any

from flask import Flask

from idp.endpoints import (
    discovery,
    end_session,
    health,
    introspection,
    protected_resource,
    revocation,
    upstream_logout,
    userinfo,
    webfinger,
)
from idp.endpoints.authorize import views as authorize
from idp.endpoints.authorize.backchannel import views as backchannel
from idp.endpoints.authorize.device import views as device_authorization
from idp.endpoints.authorize.linting import views as developer_linter
from idp.endpoints.authorize.pushed import views as pushed
from idp.endpoints.registration import views as registration
from idp.endpoints.token import views as token
from idp.pages import (
    account,
    agreements,
    apps,
    authenticator,
    confirm,
    consent,
    data,
    dev_mail,
    developer_activity,
    developer_logout,
    developer_quick_start,
    device,
    devices,
    email_change,
    facebook,
    help,
    home,
    leaving,
    legal,
    links,
    mailed_sign_in,
    marketing,
    newcomer,
    passkey_offer,
    passkey_sign_in,
    passkeys,
    pictures,
    profile,
    recovery,
    second_step,
    secure,
    sign_in,
    sign_up,
    upstream,
    verify,
)
from idp.pages.developer_test import views as developer_test
from idp.pages.developers import views as developers
from idp.settings.load import Settings, load_settings
from idp.store import base
from idp.web import errors, explanations, hardening, headers, house, mount, page, transaction

DOORS = (
    *(authorize.door, token.door, userinfo.door, discovery.door, end_session.door, health.door),
    *(pushed.door, revocation.door, introspection.door, protected_resource.door, webfinger.door),
    *(registration.door, device_authorization.door, backchannel.door),
    *(home.door, sign_in.door, second_step.door, sign_up.door, verify.door, recovery.door, consent.door, account.door),
    *(profile.door, passkeys.door, authenticator.door, devices.door, apps.door, links.door, data.door, facebook.door),
    *(upstream.door, upstream_logout.door, newcomer.door, mailed_sign_in.door),
    *(passkey_sign_in.door, passkey_offer.door, help.door, legal.door, dev_mail.door),
    *(agreements.door, marketing.door),
    *(leaving.door, secure.door, pictures.door, email_change.door),
    *(developers.door, developer_activity.door, developer_linter.door, developer_test.door, developer_logout.door),
    *(developer_quick_start.door,),
    *(device.door, confirm.door),
)
PREPARE = (house.prepare, page.prepare, headers.prepare, errors.prepare, explanations.prepare, transaction.prepare)


def create_app(settings: Settings | None = None) -> Flask:
    """A WSGI application. `settings` None reads config.toml and IDP_*; raises SettingsError when they are unfit."""
    settings = settings or load_settings()
    app = Flask("idp", static_folder=None)
    app.url_map.merge_slashes = False  # `//signin` would be answered by a 308, which posts credentials on
    app.ensure_sync = _as_it_is  # type: ignore[method-assign]
    _open_database(app, settings)
    for prepare in PREPARE:
        prepare(app, settings)
    doors = tuple(door for door in DOORS if settings.server.development or not door.development_only)
    for door in doors:
        app.register_blueprint(door.routes)
    document = app.extensions["portico_metadata"] = discovery.Document(doors, settings)
    if settings.server.path:
        app.wsgi_app = mount.Mount(app.wsgi_app, settings.server.path)  # type: ignore[method-assign]
    hardening.prepare(app, settings, document.aliases)  # last, so that it stands outermost
    return app


def _as_it_is(func: Callable[..., Any]) -> Callable[..., Any]:
    """Flask asks this of every view and hook at every request; none of ours is a coroutine."""
    return func


def _open_database(app: Flask, settings: Settings) -> None:
    app.config.update(base.configuration(settings.database))
    base.db.init_app(app)
    with app.app_context():
        base.tune_engines(settings.database)
