"""`idp registration`: initial access tokens, with which somebody else's program registers apps (RFC 7591 §1.2)."""

import argparse
from datetime import UTC, datetime

from pydantic import ValidationError

from idp import clock
from idp.cli.opened import complain, opened, say, settings_for
from idp.protocol.client_members import GRANT_TYPES
from idp.protocol.errors import InvalidScope
from idp.protocol.machine_registration import Policy
from idp.protocol.scope import Scope
from idp.settings.load import Settings
from idp.settings.registration import Registration
from idp.store import audit, initial_access_tokens
from idp.store.base import fingerprint, new_id, new_secret, unit_of_work
from idp.store.initial_access_tokens import StoredToken
from idp.web.registration_policy import standing

OK, FAILED = 0, 1
DAY = 86400
MOST_DAYS, MOST_APPS = 3650, 1_000_000


class NotDone(Exception):
    """What was asked for is not possible; the sentence says why, and nothing was changed."""


def configure(parser: argparse.ArgumentParser) -> None:
    about = parser.add_subparsers(dest="about", metavar="WHAT", required=True)
    tokens = about.add_parser("token", help="initial access tokens: whoever holds one may register apps")
    does = tokens.add_subparsers(dest="does", metavar="ACTION", required=True)
    _configure_add(does.add_parser("add", help="make one and show it, once"))
    does.add_parser("list", help="those that may still be used")
    does.add_parser("revoke", help="accept one no more").add_argument("token_id", help="as `list` shows it")


def _configure_add(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--label", default="", help="whom it is for: shown in the list")
    parser.add_argument("--apps", type=int, default=1, metavar="N", help="good for so many apps (default: 1)")
    parser.add_argument("--days", type=int, default=7, metavar="N", help="good for so many days (default: 7)")
    parser.add_argument("--scope", help="the scopes an app may ask for (default: registration.scopes)")
    parser.add_argument("--grant-type", action="append", metavar="TYPE", help="may be repeated")
    parser.add_argument(
        "--redirect-host",
        action="append",
        metavar="HOST",
        help="addresses at this host alone, .example.com for all below one; may be repeated",
    )
    parser.add_argument("--without-pkce", action="store_true", help="an app with a secret need not use PKCE")


def run(arguments: argparse.Namespace) -> int:
    return do(arguments, settings_for(arguments))


def do(arguments: argparse.Namespace, settings: Settings) -> int:
    act = {"add": _add, "list": _list, "revoke": _revoke}[arguments.does]
    with opened(settings):
        try:
            return act(arguments, settings, clock.now())
        except NotDone as problem:
            complain(f"idp registration: {problem}")
            return FAILED


def _add(arguments: argparse.Namespace, settings: Settings, now: int) -> int:
    if not (0 < arguments.apps <= MOST_APPS and 0 < arguments.days <= MOST_DAYS):
        raise NotDone(f"--apps may be 1 to {MOST_APPS}, --days 1 to {MOST_DAYS}")
    if len(arguments.label) > 255 or not arguments.label.isprintable():
        raise NotDone("--label may be 255 characters, on one line")
    policy, token = _policy(arguments, settings), new_secret()
    expires_at = now + arguments.days * DAY
    stored = StoredToken(new_id(), fingerprint(token), arguments.label, policy, arguments.apps, now, expires_at)
    with unit_of_work():
        initial_access_tokens.add(stored)
        audit.record("initial_token.added", now, token=stored.id, apps=arguments.apps)
    if settings.registration.mode == "off":
        complain("registration.mode is off: nobody can use it until that is token or open.")
    complain(f"Initial access token {stored.id}, good until {_day(expires_at)}, shown this once:")
    say(token)
    return OK


def _policy(arguments: argparse.Namespace, settings: Settings) -> Policy:
    usual = standing(settings)
    grant_types = tuple(arguments.grant_type or usual.grant_types)
    if strange := set(grant_types) - set(GRANT_TYPES):
        raise NotDone(f"--grant-type {min(strange)}: there is none of that name; there are {', '.join(GRANT_TYPES)}")
    try:
        scopes = Scope.parse(arguments.scope) if arguments.scope else usual.scopes
        hosts = Registration(redirect_hosts=tuple(arguments.redirect_host or usual.redirect_hosts)).redirect_hosts
    except InvalidScope as problem:
        raise NotDone(f"--scope: {problem.description}") from None
    except ValidationError:
        raise NotDone("--redirect-host is a host in lower case, as in photobox.example or .photobox.example") from None
    return Policy(scopes, grant_types, hosts, usual.require_pkce and not arguments.without_pkce, usual.details)


def _list(_arguments: argparse.Namespace, _settings: Settings, now: int) -> int:
    with unit_of_work():
        tokens = initial_access_tokens.every(now)
    rows = [("id", "apps left", "until", "scopes", "hosts", "for")]
    rows += [
        (
            *(token.id, str(token.left), _day(token.expires_at), str(token.policy.scopes)),
            *(" ".join(token.policy.redirect_hosts) or "any", token.label),
        )
        for token in tokens
    ]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        say("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    return OK


def _revoke(arguments: argparse.Namespace, _settings: Settings, now: int) -> int:
    with unit_of_work():
        if not initial_access_tokens.revoked(arguments.token_id, now):
            raise NotDone(f"there is no token {arguments.token_id}; `idp registration token list` shows all of them")
        audit.record("initial_token.revoked", now, token=arguments.token_id)
    complain("The token is refused from now on; the apps it registered stay.")
    return OK


def _day(moment: int) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%d %H:%M UTC")
