"""`idp users`: see, add, suspend and activate accounts from the server's own command line."""

import argparse
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from idp import clock, sessions
from idp.accounts import passwords, second_factor
from idp.accounts.identifiers import BadEmail, Email, normalise_email
from idp.cli.opened import complain, opened, say, settings_for
from idp.store import audit, credentials, emails, users
from idp.store.base import unit_of_work
from idp.store.users import Account
from idp.web.house import house

MOST = 50
OPERATOR = "operator"


class NotDone(Exception):
    """What was asked for is not possible; the sentence says why, and nothing was changed."""


def configure(parser: argparse.ArgumentParser) -> None:
    does = parser.add_subparsers(dest="does", metavar="ACTION", required=True)
    lists = does.add_parser("list", help="accounts, the oldest first")
    lists.add_argument("part", nargs="?", default="", help="only those with this in their address, or with this id")
    lists.add_argument("--most", type=int, default=MOST, metavar="N", help=f"at most so many (default: {MOST})")
    adds = does.add_parser("add", help="an account for an address that you vouch for")
    adds.add_argument("email")
    adds.add_argument("--locale", help="the language of mails to the person (default: locale.default)")
    adds.add_argument(
        "--password-stdin", action="store_true", help="read a password (default: none, the person chooses one by mail)"
    )
    suspends = does.add_parser("suspend", help="end every session and app access of a person and let nobody in again")
    suspends.add_argument("who", help="address or id")
    activates = does.add_parser("activate", help="let a suspended person in again")
    activates.add_argument("who", help="address or id")


def run(arguments: argparse.Namespace) -> int:
    settings = settings_for(arguments)
    with opened(settings):
        try:
            ACTIONS[arguments.does](arguments, clock.now())
        except NotDone as problem:
            complain(f"idp users: {problem}")
            return 1
    return 0


def _list(arguments: argparse.Namespace, _now: int) -> None:
    with unit_of_work():
        found = users.some(_folded(arguments.part), arguments.part, arguments.most)
    for account in found:
        since = datetime.fromtimestamp(account.created_at, UTC).date()
        say(f"{account.user_id}  {account.state:<9}  {since}  {account.email}")
    if len(found) == arguments.most:
        complain(f"(the first {arguments.most}; --most shows more)")


def _add(arguments: argparse.Namespace, now: int) -> None:
    email = _email(arguments.email)
    hashed = _hashed_password(email) if arguments.password_stdin else None
    with unit_of_work():
        user_id = users.add(arguments.locale or house().settings.locale.default, now)
        if not emails.prove(email.lookup, email.display, user_id, now, OPERATOR):
            raise NotDone(f"{email.display} has an account already")
        if hashed is not None:
            credentials.set_password(user_id, hashed, now)
        audit.record("account.created", now, user_id=user_id, proved_by=OPERATOR)
    say(user_id)
    if hashed is None:
        complain(f"{email.display} can choose a password at {house().settings.server.issuer}/forgot")


def _suspend(arguments: argparse.Namespace, now: int) -> None:
    with unit_of_work():
        account = _account(arguments.who)
        if users.become(account.user_id, users.SUSPENDED, now):
            audit.record("account.suspended", now, user_id=account.user_id, by=OPERATOR)
        second_factor.forget(account.user_id, now)
        sessions.end_everywhere_else(account.user_id, now)
    say(f"{account.email} is suspended: no session and no app access is left.")


def _activate(arguments: argparse.Namespace, now: int) -> None:
    with unit_of_work():
        account = _account(arguments.who)
        if users.become(account.user_id, users.ACTIVE, now):
            audit.record("account.activated", now, user_id=account.user_id, by=OPERATOR)
    say(f"{account.email} is active.")


ACTIONS: Mapping[str, Callable[[argparse.Namespace, int], None]] = {
    "list": _list,
    "add": _add,
    "suspend": _suspend,
    "activate": _activate,
}


def _account(who: str) -> Account:
    found = users.by_id(who) or users.by_email(_folded(who))
    if found is None:
        raise NotDone(f"nobody has the address or id {who}")
    return found


def _folded(typed: str) -> str:
    """An address as it is looked up; of anything else, what could be part of one."""
    try:
        return normalise_email(typed).lookup
    except BadEmail:
        return typed.strip().casefold()


def _email(typed: str) -> Email:
    try:
        return normalise_email(typed)
    except BadEmail as problem:
        raise NotDone(f"{typed}: not an email address ({problem.reason})") from None


def _hashed_password(email: Email) -> str:
    """From standard input, one line: an argument would stand in the shell's history and the list of processes."""
    password = sys.stdin.readline().rstrip("\r\n")
    problems = passwords.problems(password, email.lookup, house().settings.password)
    if problems:
        raise NotDone(f"this password will not do: {', '.join(problems)}")
    return house().hasher.hash(password)
