"""`idp users`: see, add and close accounts from the server's own command line; who wants news."""

import argparse
import csv
import json
import sys
from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from idp import clock, sessions
from idp.accounts import leaving, passwords, second_factor
from idp.accounts.agreements import stop_token
from idp.accounts.identifiers import BadEmail, Email, normalise_email
from idp.cli.opened import complain, opened, say, settings_for
from idp.mail import alerts, farewells, outbox
from idp.mail.wording import Reader
from idp.store import agreements, audit, credentials, emails, users
from idp.store.base import unit_of_work
from idp.store.users import Account
from idp.web.house import house

MOST = 50
OPERATOR = "operator"
FORMULA = "=+-@\t\r"
"""What a spreadsheet takes for the beginning of a formula: no name begins so."""


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
    adds.add_argument(
        "--agreed",
        action="store_true",
        help="they agreed to the terms in force already, elsewhere (default: asked here)",
    )
    suspends = does.add_parser("suspend", help="end every session and app access of a person and let nobody in again")
    suspends.add_argument("who", help="address or id")
    activates = does.add_parser("activate", help="let a suspended, locked or leaving person in again")
    activates.add_argument("who", help="address or id")
    locks = does.add_parser("lock", help="sign a person out everywhere until they choose a new password by mail")
    locks.add_argument("who", help="address or id")
    deletes = does.add_parser("delete", help="delete an account after account.delete_after; the person may undo it")
    deletes.add_argument("who", help="address or id")
    deletes.add_argument("--now", action="store_true", help="at the next round of background work, and for good")
    does.add_parser("marketing", help="CSV of those who want news and offers: address, name, locale, unsubscribe link")


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
    offered = house().settings.locale.offered
    if arguments.locale and arguments.locale not in offered:
        raise NotDone(f"{arguments.locale} is not among locale.offered: {', '.join(offered)}")
    hashed = _hashed_password(email) if arguments.password_stdin else None
    with unit_of_work():
        user_id = users.add(arguments.locale or house().settings.locale.default, now)
        if not emails.prove(email.lookup, email.display, user_id, now, OPERATOR):
            raise NotDone(f"{email.display} has an account already")
        if hashed is not None:
            credentials.set_password(user_id, hashed, now)
        if arguments.agreed:
            _agreed(user_id, now)
        audit.record("account.created", now, user_id=user_id, proved_by=OPERATOR)
    say(user_id)
    if hashed is None:
        complain(f"{email.display} can choose a password at {house().settings.server.issuer}/forgot")


def _agreed(user_id: str, now: int) -> None:
    """The operator answers for it: no network and no text of ours is recorded."""
    brand, locale = house().settings.brand, house().settings.locale.default
    for document, version in ((agreements.TERMS, brand.terms_version), (agreements.PRIVACY, brand.privacy_version)):
        agreements.record(user_id, document, version, now, accepted=True, locale=locale, network=OPERATOR)


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


def _lock(arguments: argparse.Namespace, now: int) -> None:
    with unit_of_work():
        account = _account(arguments.who)
        if not leaving.lock(account, "", now, by=OPERATOR):
            raise NotDone(f"{account.email} is {account.state}, not active")
        link = f"{house().settings.server.issuer}/forgot"
        letter = alerts.locked(house().settings, Reader(account.email, account.locale), at=now, link=link)
        outbox.post(letter, house().sealer, now)
    say(f"{account.email} is locked: a new password by mail opens it again.")


def _delete(arguments: argparse.Namespace, now: int) -> None:
    deletes_at = now if arguments.now else now + house().settings.account.delete_after
    with unit_of_work():
        account = _account(arguments.who)
        users.become(account.user_id, users.ACTIVE, now)  # from wherever it is
        leaving.leave(account, deletes_at, "", now, by=OPERATOR)
        if not arguments.now:
            reader, link = Reader(account.email, account.locale), f"{house().settings.server.issuer}/account/keep"
            letter = farewells.deletion_set(house().settings, reader, deletes_at=deletes_at, link=link)
            outbox.post(letter, house().sealer, now)
    day = datetime.fromtimestamp(deletes_at, UTC).date()
    say(
        f"{account.email} will be deleted {'at the next round' if arguments.now else f'on {day}, unless they sign in'}."
    )


def _marketing(_arguments: argparse.Namespace, now: int) -> None:
    """Each line with the link that ends it, for the headers that docs/operating.md names (RFC 8058)."""
    out = csv.writer(sys.stdout)
    out.writerow(("address", "name", "locale", "unsubscribe"))
    with unit_of_work():
        for person in agreements.subscribers():
            name = str(json.loads(person.profile).get("name") or "").lstrip(FORMULA)
            token = stop_token(person.user_id, house().sealer, now)
            stop = f"{house().settings.server.issuer}/marketing/stop?token={token}"
            out.writerow((person.address, name, person.locale, stop))


ACTIONS: Mapping[str, Callable[[argparse.Namespace, int], None]] = {
    "list": _list,
    "add": _add,
    "suspend": _suspend,
    "activate": _activate,
    "lock": _lock,
    "delete": _delete,
    "marketing": _marketing,
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
