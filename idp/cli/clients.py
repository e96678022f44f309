"""`idp clients`: the apps that may ask for sign-ins, from files (plan, apply) or by hand (add), and their secrets."""

import argparse
import json
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial

from idp import clock
from idp.accounts import own_apps
from idp.cli import client_export, client_files, client_plan, client_states
from idp.cli.client_files import BadFile, Declarations
from idp.cli.client_plan import Step
from idp.cli.client_states import NotDone
from idp.cli.opened import complain, opened, say, settings_for
from idp.mail.developers import app_suspended
from idp.protocol.client_metadata import ClientMetadata
from idp.settings.load import Settings
from idp.signing import shared_secrets
from idp.store import audit, client_secrets, clients
from idp.store.base import new_secret, unit_of_work
from idp.store.clients import Client
from idp.web.house import house

OK, FAILED = 0, 1
EVENTS = {"add": "client.added", "change": "client.changed", "suspend": "client.suspended"}
DAY = 86400


def configure(parser: argparse.ArgumentParser) -> None:
    does = parser.add_subparsers(dest="does", metavar="ACTION", required=True)
    does.add_parser("list", help="every app")
    does.add_parser("show", help="one app, with its secrets' ids").add_argument("client_id")
    plans = does.add_parser("plan", help="show what apply would do")
    plans.add_argument("--check", action="store_true", help="exit with 1 when there is something to do")
    does.add_parser("apply", help="make the apps what clients/NAME/client.toml says")
    _configure_add(does.add_parser("add", help="register an app by hand and show its secret, once"))
    exports = does.add_parser("export", help="write an app as clients/NAME/client.toml; apply looks after it then")
    exports.add_argument("client_id")
    exports.add_argument("--name", metavar="NAME", help="the folder (default: the client_id)")
    _configure_secret(does.add_parser("secret", help="add or revoke a secret of an app"))
    client_states.configure(does)


def _configure_add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("client_id")
    parser.add_argument("--redirect-uri", action="append", required=True, metavar="URI", help="may be repeated")
    parser.add_argument(
        "--post-logout-redirect-uri", action="append", default=[], metavar="URI", help="may be repeated"
    )
    parser.add_argument("--name", help="what people read (default: the client_id)")
    parser.add_argument("--scope", help="the scopes it may ask for (default: openid profile email)")
    parser.add_argument("--public", action="store_true", help="it can keep no secret: a page or a program of its users")
    parser.add_argument("--native", action="store_true", help="a program on the user's own machine or phone")
    parser.add_argument("--refresh", action="store_true", help="it may have refresh tokens")


def _configure_secret(parser: argparse.ArgumentParser) -> None:
    does = parser.add_subparsers(dest="secret_does", metavar="ACTION", required=True)
    adds = does.add_parser("add", help="make one more and show it, once; two may be live")
    adds.add_argument("client_id")
    adds.add_argument("--days", type=int, metavar="N", help="accept it for so many days (default: until revoked)")
    revokes = does.add_parser("revoke", help="accept one no more")
    revokes.add_argument("client_id")
    revokes.add_argument("secret_id", help="as `idp clients show` lists it")


def run(arguments: argparse.Namespace) -> int:
    return do(arguments, settings_for(arguments))


def do(arguments: argparse.Namespace, settings: Settings) -> int:
    act = SECRET_ACTIONS[arguments.secret_does] if arguments.does == "secret" else ACTIONS[arguments.does]
    with opened(settings):
        try:
            return act(arguments, settings, clock.now())
        except NotDone as problem:
            complain(f"idp clients: {problem}")
            return FAILED


def apply(settings: Settings, now: int) -> int:
    """Make the apps what the files say, all or nothing; show each generated secret, once. Needs an app context."""
    declared = _declarations(settings)
    with unit_of_work():
        clients.held()
        steps = client_plan.plan(declared.apps, clients.every(now))
        shown_once = [line for step in steps for line in _applied(step, settings, now)]
    _tell(steps)
    for line in shown_once:
        say(line)
    return OK


def _list(_arguments: argparse.Namespace, _settings: Settings, now: int) -> int:
    with unit_of_work():
        apps = clients.every(now)
    rows = [("client_id", "name", "kind", "state", "source", "secrets")]
    rows += [(*_kind(app), app.state, app.source, str(len(app.secrets))) for app in apps]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return OK


def _kind(app: Client) -> tuple[str, str, str]:
    meta = app.metadata
    return app.client_id, meta.client_name, f"{'public' if meta.public else 'confidential'} {meta.application_type}"


def _show(arguments: argparse.Namespace, _settings: Settings, now: int) -> int:
    with unit_of_work():
        app = client_states.stored(arguments.client_id, now)
        secrets, about = client_secrets.live_of(app.client_id, now), client_states.about(app.client_id)
    listed = [{"id": secret.id, "created_at": secret.created_at, "expires_at": secret.expires_at} for secret in secrets]
    facts = {"client_id": app.client_id, "state": app.state, "source": app.source, **about, "secrets": listed}
    say(json.dumps(facts | json.loads(app.metadata.to_json()), indent=2, ensure_ascii=False))
    return OK


def _plan(arguments: argparse.Namespace, settings: Settings, now: int) -> int:
    declared = _declarations(settings)
    with unit_of_work():
        steps = client_plan.plan(declared.apps, clients.every(now))
    _tell(steps)
    return FAILED if arguments.check and any(step.kind != "keep" for step in steps) else OK


def _apply(_arguments: argparse.Namespace, settings: Settings, now: int) -> int:
    return apply(settings, now)


def _add(arguments: argparse.Namespace, _settings: Settings, now: int) -> int:
    app = Client(arguments.client_id, _metadata(arguments), source="cli")
    with unit_of_work():
        if not clients.added(app, now):
            raise NotDone(f"client_id {app.client_id} is taken")
        audit.record("client.added", now, client_id=app.client_id, source=app.source)
        secret = None if app.metadata.public else _give_secret(app, now)
    complain(f"{app.client_id} is registered." + ("" if secret is None else " Its secret, shown this once:"))
    if secret is not None:
        say(secret)
    return OK


def _export(arguments: argparse.Namespace, settings: Settings, now: int) -> int:
    """The app is the file's from now on: nothing else changes it, its own registration token included."""
    name = arguments.name or arguments.client_id
    with unit_of_work():
        app = client_states.stored(arguments.client_id, now)
        try:
            file = client_export.place(app, settings.clients.directory, name)
            said = client_export.text(app, name)
        except BadFile as problem:
            raise NotDone(str(problem)) from None
        clients.changed(replace(app, source="file"), now)
        audit.record("client.exported", now, client_id=app.client_id, source=app.source)
        file.parent.mkdir(exist_ok=True)
        file.write_text(said, "utf-8")
    complain(f"{file} says what {app.client_id} is. Its secrets stay as they are, and are not in it.")
    return OK


def _metadata(arguments: argparse.Namespace) -> ClientMetadata:
    if not client_files.CLIENT_ID.fullmatch(arguments.client_id):
        raise NotDone("client_id must be 1 to 255 letters, digits and . _ ~ -")
    said = {
        "client_name": arguments.name or arguments.client_id,
        "redirect_uris": arguments.redirect_uri,
        "post_logout_redirect_uris": arguments.post_logout_redirect_uri,
        "application_type": "native" if arguments.native else "web",
        "token_endpoint_auth_method": "none" if arguments.public else None,
        "grant_types": ["authorization_code", "refresh_token"] if arguments.refresh else ["authorization_code"],
        "scope": arguments.scope,
    }
    try:
        return client_files.registered({name: value for name, value in said.items() if value is not None})
    except BadFile as problem:
        raise NotDone(str(problem)) from None


def _secret_add(arguments: argparse.Namespace, settings: Settings, now: int) -> int:
    _refuse_if_declared(arguments.client_id, settings)
    expires_at = None if arguments.days is None else now + arguments.days * DAY
    if expires_at is not None and expires_at <= now:
        raise NotDone("--days must be at least 1")
    with unit_of_work():
        app = client_states.stored(arguments.client_id, now)
        if not app.metadata.has_secret:
            method = app.metadata.token_endpoint_auth_method
            raise NotDone(f"{app.client_id} has token_endpoint_auth_method = {method}: it has no secret")
        secret = _give_secret(app, now, expires_at)
    complain(f"A new secret of {arguments.client_id}, shown this once:")
    say(secret)
    return OK


def _secret_revoke(arguments: argparse.Namespace, settings: Settings, now: int) -> int:
    _refuse_if_declared(arguments.client_id, settings)
    with unit_of_work():
        _end_secret(arguments.client_id, arguments.secret_id, now)
    complain(f"The secret is refused everywhere within {settings.clients.cache_for} seconds.")
    return OK


ACTIONS: Mapping[str, Callable[[argparse.Namespace, Settings, int], int]] = {
    "list": _list,
    "show": _show,
    "plan": _plan,
    "apply": _apply,
    "add": _add,
    **client_states.ACTIONS,
    "export": _export,
}
SECRET_ACTIONS = {"add": _secret_add, "revoke": _secret_revoke}


def _declarations(settings: Settings) -> Declarations:
    declared = client_files.read(settings.clients.directory, os.environ)
    if declared.problems:
        raise NotDone("nothing was changed:\n" + "\n".join(f"  {problem}" for problem in declared.problems))
    return declared


def _refuse_if_declared(client_id: str, settings: Settings) -> None:
    """The next `apply` would undo it."""
    for app in client_files.read(settings.clients.directory, os.environ).apps:
        if app.client_id == client_id and app.secrets is not None:
            raise NotDone(f"{app.file} says where the secrets of {client_id} stand: change them there, then apply")


def _tell(steps: Iterable[Step]) -> None:
    steps = tuple(steps)
    for step in steps:
        for line in step.lines():
            say(line)
    say(client_plan.summary(steps))


def _applied(step: Step, settings: Settings, now: int) -> list[str]:
    """Do one step; the lines to show once, when all of it is committed."""
    if step.kind == "keep":
        return []
    client_id = step.client.client_id
    if not (clients.added if step.kind == "add" else clients.changed)(step.client, now):
        raise NotDone(f"{client_id} was changed by somebody else at the same moment; run this again")
    audit.record(EVENTS[step.kind], now, client_id=client_id, source="file")
    if step.kind == "suspend":  # one of the console that was exported once still has owners
        own_apps.tell_owners(step.client, partial(app_suspended, reason=""), settings, house().sealer, now)
    for secret in client_secrets.live_of(client_id, now):
        if secret.fingerprint in step.ended_secrets:
            _end_secret(client_id, secret.id, now)
    for stored in step.new_secrets:
        _store_secret(stored, step.client, now)
    if not step.generates:
        return []
    return [f"{client_id}: client_secret {_give_secret(step.client, now)} (shown this once)"]


def _give_secret(app: Client, now: int, expires_at: int | None = None) -> str:
    secret = new_secret()
    _store_secret(secret, app, now, expires_at)
    return secret


def _store_secret(secret: str, app: Client, now: int, expires_at: int | None = None) -> None:
    stored = shared_secrets.stored(secret, app.client_id, app.metadata, house().folder, now, expires_at)
    if not client_secrets.added(stored):
        said = f"{app.client_id} has two live secrets already: revoke one first"
        raise NotDone(f"{said} (`idp clients show {app.client_id}`)")
    audit.record("client.secret_added", now, client_id=app.client_id, secret=stored.id)


def _end_secret(client_id: str, secret_id: str, now: int) -> None:
    if not client_secrets.revoked(client_id, secret_id, now):
        raise NotDone(f"{client_id} has no live secret {secret_id}; `idp clients show {client_id}` lists them")
    audit.record("client.secret_revoked", now, client_id=client_id, secret=secret_id)
