"""Several people may own an app: they come by a mailed invitation, and go by their own wish or another owner's."""

from collections.abc import Iterator
from functools import partial
from typing import Final, NamedTuple

from idp.accounts import own_apps, throttle
from idp.accounts.throttle import TooMany
from idp.mail import developers as mails
from idp.mail import outbox
from idp.mail.wording import Reader
from idp.pages.developers import saving
from idp.store import app_invitations, app_owners, clients, owned_apps, users
from idp.store.app_invitations import Invitation
from idp.store.base import new_id
from idp.web import arrival, developer_page, developers, locale, own_clients
from idp.web.answers import Response, see_other
from idp.web.fields import email_of
from idp.web.forms import Field, Form
from idp.web.house import house, now
from idp.web.locale import gettext
from idp.web.own_clients import Owned
from idp.web.owner import Owner
from idp.web.page import AppIdentity, render, to

DAYS: Final = 7
DAY = 86400
MOST_WAITING: Final = 20
HANDS_OVER, WHO = Field("hands_over", 1), Field("who", 22)
INVITATION, DECISION = Field("invitation", 22), Field("decision", 8)


class Waiting(NamedTuple):
    """An invitation as its reader sees it; `by` is the address of whoever invites."""

    invitation: Invitation
    app: AppIdentity
    by: str


def page(owned: Owned, form: Form) -> Response:
    return developer_page.show(
        "developers/owners.html",
        owned,
        "developers.owners",
        form,
        owners=app_owners.of_app(owned.client_id),
        waiting=app_invitations.of_app(owned.client_id, now()),
        days=DAYS,
        address=to("developers.owners", client_id=owned.client_id),
    )


def invite(owned: Owned, form: Form) -> Response:
    """The same follows whether or not the address has an account: a mail, which says what to do."""
    email = email_of(form) if form.sent and not form.stale else None
    if email is None or not own_clients.may_save(form, owned) or not _may_mail(form, owned, email.lookup):
        return page(owned, form)
    clients.hold(owned.client_id)
    if len(app_invitations.of_app(owned.client_id, now())) >= MOST_WAITING:
        form.say("error", gettext("Too many invitations wait already."), gettext("Take one back first."))
        return page(owned, form)
    hands_over = bool(form[HANDS_OVER.name])
    invitation = Invitation(
        new_id(), owned.client_id, owned.user_id, email.lookup, email.display, hands_over, now(), now() + DAYS * DAY
    )
    app_invitations.open(invitation)
    _mail(owned, invitation)
    saving.record("app_owner_invited", owned)
    return _back(owned, "invited")


def withdraw(owned: Owned, form: Form) -> Response:
    if not own_clients.may_save(form, owned):
        return page(owned, form)
    app_invitations.withdraw(form[INVITATION.name], owned.client_id)
    return _back(owned, "withdrawn")


def remove(owned: Owned, form: Form) -> Response:
    """Somebody else, or whoever asks; the last one cannot go."""
    if not own_clients.may_save(form, owned):
        return page(owned, form)
    clients.hold(owned.client_id)
    people = app_owners.of_app(owned.client_id)
    gone = next((person for person in people if person.user_id == form[WHO.name]), None)
    if gone is None:
        return _back(owned, "removed")
    if not app_owners.remove(owned.client_id, gone.user_id):
        form.say("error", gettext("You’re the only owner."), gettext("Hand the app over first, or delete it."))
        return page(owned, form)
    app_invitations.withdraw_all_of(gone.user_id, owned.client_id)
    saving.record("app_owner_removed", owned)
    write = partial(mails.owners_changed, email=gone.email, came=False)
    for person in people:
        own_apps.tell(person, owned.app.client, write, house().settings, house().sealer, now(), "/owners")
    return see_other(to("developers.apps")) if gone.user_id == owned.user_id else _back(owned, "removed")


def invitations(owner: Owner, form: Form) -> Response:
    """Those that wait for the account of this address: it was proved, so no secret is needed to take one."""
    if form.ready and form["decision"] == "decline":
        app_invitations.take(form[INVITATION.name], owner.account.lookup, now())
        return see_other(to("developers.invitations"))
    may = developers.may(owner.account.email)
    if form.ready and may:
        users.hold(owner.account.user_id)  # of two that they accept at once, the second finds the place taken
    if form.ready and may and _has_room(form, owner):
        return _accepted(owner, form[INVITATION.name]) or see_other(to("developers.invitations"))
    return render(
        "developers/invitations.html",
        form=form,
        place="developers.apps",
        email=owner.account.email,
        waiting=list(_waiting(owner)),
        may=may,
    )


def say_done(form: Form, done: str) -> None:
    said = {
        "invited": (gettext("The invitation is on its way."), gettext("It can be accepted for a week.")),
        "withdrawn": (gettext("The invitation is taken back."), ""),
        "removed": (gettext("They don’t own this app any more."), ""),
    }.get(done)
    if said and not form.sent:
        form.say("ok", *said)


def _waiting(owner: Owner) -> Iterator[Waiting]:
    for found in app_invitations.to(owner.account.lookup, now()):
        if client := clients.stored(found.client_id, now()):
            inviting = users.by_id(found.user_id)
            yield Waiting(found, AppIdentity.of(client.metadata), inviting.email if inviting else "")


def _accepted(owner: Owner, invitation_id: str) -> Response | None:
    """None when it was taken, or taken back, in this very moment."""
    taken = app_invitations.take(invitation_id, owner.account.lookup, now())
    if taken is None:
        return None
    clients.hold(taken.client_id)
    app_owners.add(taken.client_id, owner.account.user_id, now())
    people = app_owners.of_app(taken.client_id)
    owned = own_clients.owned(owner, taken.client_id)
    if taken.hands_over and taken.user_id != owner.account.user_id:
        app_owners.remove(taken.client_id, taken.user_id)
        app_invitations.withdraw_all_of(taken.user_id, taken.client_id)
    saving.record("app_owner_added", owned)
    write = partial(mails.owners_changed, email=owner.account.email, came=True)
    for person in people:
        own_apps.tell(person, owned.app.client, write, house().settings, house().sealer, now(), "/owners")
    return see_other(to("developers.app", client_id=taken.client_id))


def _has_room(form: Form, owner: Owner) -> bool:
    most = house().settings.developers.apps_each
    if len(owned_apps.of_user(owner.account.user_id, now())) >= most:
        form.say("error", gettext("You own as many apps as one person may."), gettext("Leave or delete one first."))
        return False
    return True


def _may_mail(form: Form, owned: Owned, lookup: str) -> bool:
    """Counted before anything is written."""
    try:
        throttle.invitation(owned.user_id, now())
        throttle.form("app_invitation", arrival.network(), house().settings.throttle, now())
        throttle.mail("app_invitation", lookup, house().settings.throttle, now())
    except TooMany as refused:
        form.slow_down(refused.retry_after)
        return False
    return True


def _mail(owned: Owned, invitation: Invitation) -> None:
    """In the language of whoever invites: nothing is known of the other."""
    letter = mails.invitation(
        house().settings,
        Reader(invitation.address, locale.current()),
        app=AppIdentity.of(owned.app.metadata).name,
        by=owned.owner.account.email,
        hands_over=invitation.hands_over,
        days=DAYS,
        link=to("developers.invitations"),
    )
    outbox.post(letter, house().sealer, now())


def _back(owned: Owned, done: str) -> Response:
    return see_other(to("developers.owners", client_id=owned.client_id, done=done))
