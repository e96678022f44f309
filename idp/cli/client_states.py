"""What the operator decides about an app that people registered: stopped or not, reviewed or not, whose, gone."""

import argparse
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from idp.accounts import own_apps
from idp.accounts.identifiers import BadEmail, normalise_email
from idp.cli.opened import complain, say
from idp.mail import developers as mails
from idp.settings.load import Settings
from idp.store import app_invitations, app_owners, audit, clients, users
from idp.store.app_owners import AppPerson
from idp.store.base import unit_of_work
from idp.store.clients import Client
from idp.web.house import house

OK = 0
OPERATOR = "operator"
LONGEST_REASON = 255


class NotDone(Exception):
    """What was asked for is not possible; the sentence says why, and nothing was changed."""


def configure(does: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    suspends = does.add_parser("suspend", help="let nobody sign in to an app any more, and tell its owners")
    suspends.add_argument("client_id")
    suspends.add_argument("--reason", default="", metavar="TEXT", help="what its owners read")
    does.add_parser("resume", help="let people sign in to a suspended app again").add_argument("client_id")
    reviews = does.add_parser("review", help="take the warning from an app that you looked at")
    reviews.add_argument("client_id")
    reviews.add_argument("--undo", action="store_true", help="warn people about it again")
    owners = does.add_parser("owners", help="who owns an app in the console; add or remove somebody")
    owners.add_argument("client_id")
    owners.add_argument("--add", metavar="ADDRESS", help="an account that owns it from now on")
    owners.add_argument("--remove", metavar="ADDRESS", help="an account that does no more")
    removes = does.add_parser(
        "remove", help="remove an app for good, with its secrets, tokens and what people allowed it"
    )
    removes.add_argument("client_id")


def _suspend(arguments: argparse.Namespace, settings: Settings, now: int) -> int:
    reason = " ".join(arguments.reason.split())[:LONGEST_REASON]
    with unit_of_work():
        client = _of_people(arguments.client_id, now)
        if not own_apps.suspend(client.client_id, reason, settings, house().sealer, now, by=OPERATOR):
            raise NotDone(f"{client.client_id} is suspended already")
    complain(f"Nobody can sign in to {client.client_id} from within {settings.clients.cache_for} seconds on.")
    return OK


def _resume(arguments: argparse.Namespace, _settings: Settings, now: int) -> int:
    with unit_of_work():
        client = _of_people(arguments.client_id, now)
        if not clients.resumed(client.client_id, now):
            raise NotDone(f"{client.client_id} is not suspended")
        audit.record("client.resumed", now, client_id=client.client_id, by=OPERATOR)
    complain(f"People can sign in to {client.client_id} again.")
    return OK


def _review(arguments: argparse.Namespace, _settings: Settings, now: int) -> int:
    with unit_of_work():
        clients.hold(arguments.client_id)
        client = _of_people(arguments.client_id, now)
        reviewed = replace(client.metadata, reviewed=not arguments.undo)
        clients.changed(replace(client, metadata=reviewed), now)
        audit.record("client.reviewed", now, client_id=client.client_id, reviewed=reviewed.reviewed, by=OPERATOR)
    complain(f"People are {'warned about' if arguments.undo else 'not warned any more about'} {client.client_id}.")
    return OK


def _owners(arguments: argparse.Namespace, settings: Settings, now: int) -> int:
    with unit_of_work():
        client = stored(arguments.client_id, now)
        clients.hold(client.client_id)
        before = app_owners.of_app(client.client_id)
        if arguments.add and app_owners.add(client.client_id, _person(arguments.add), now):
            audit.record("client.owner_added", now, client_id=client.client_id, by=OPERATOR)
        if arguments.remove and app_owners.remove_any(client.client_id, gone := _person(arguments.remove)):
            app_invitations.withdraw_all_of(gone, client.client_id)
            audit.record("client.owner_removed", now, client_id=client.client_id, by=OPERATOR)
        people = app_owners.of_app(client.client_id)
        _tell_owners(client, before, people, settings, now)
    for person in people:
        say(f"{person.user_id}  {person.email}")
    return OK


def _tell_owners(
    client: Client, before: tuple[AppPerson, ...], after: tuple[AppPerson, ...], settings: Settings, now: int
) -> None:
    """As the console does: whoever owns the app, or did, reads who came and who went."""
    for changed in (person for person in (*before, *after) if (person in before) is not (person in after)):
        write = partial(mails.owners_changed, email=changed.email, came=changed in after)
        for person in dict.fromkeys((*after, changed)):
            own_apps.tell(person, client, write, settings, house().sealer, now, "/owners")


def _remove(arguments: argparse.Namespace, _settings: Settings, now: int) -> int:
    with unit_of_work():
        client = _of_people(arguments.client_id, now)
        clients.removed(client.client_id)
        audit.record("client.removed", now, client_id=client.client_id, by=OPERATOR)
    complain(f"{client.client_id} is gone.")
    return OK


ACTIONS: Mapping[str, Callable[[argparse.Namespace, Settings, int], int]] = {
    "suspend": _suspend,
    "resume": _resume,
    "review": _review,
    "owners": _owners,
    "remove": _remove,
}


def stored(client_id: str, now: int) -> Client:
    """The app, suspended or not."""
    app = clients.stored(client_id, now)
    if app is None:
        raise NotDone(f"there is no client {client_id}; `idp clients list` shows all of them")
    return app


def about(client_id: str) -> dict[str, object]:
    """Who owns the app, and why it is suspended, where there is something to say."""
    owners, reason = [person.email for person in app_owners.of_app(client_id)], clients.hold_reason(client_id)
    return {name: value for name, value in {"hold_reason": reason, "owners": owners}.items() if value}


def _of_people(client_id: str, now: int) -> Client:
    """The next `apply` would undo it for an app of a file."""
    app = stored(client_id, now)
    if app.source == "file":
        raise NotDone(
            f"{client_id} is declared in a file: change it there, or remove the file, then `idp clients apply`"
        )
    return app


def _person(typed: str) -> str:
    try:
        account = users.by_email(normalise_email(typed).lookup)
    except BadEmail as problem:
        raise NotDone(f"{typed}: not an email address ({problem.reason})") from None
    if account is None:
        raise NotDone(f"nobody has the address {typed}")
    return account.user_id
