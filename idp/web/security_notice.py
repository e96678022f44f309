"""The mails that tell a person what happened to their account: security notices nobody can switch off."""

from collections.abc import Callable
from functools import partial

from flask import url_for

from idp.mail import messages, notices, outbox
from idp.mail.letter import Letter
from idp.mail.wording import Reader
from idp.store.users import Account
from idp.web import places
from idp.web.house import house, now


def post(account: Account, write: Callable[..., Letter], link: str = "") -> None:
    """On its way after the commit, with the browser it happened in.

    `link` is the mail's button, by default the page that makes the account safe again.
    """
    letter = write(
        house().settings,
        Reader(account.email, account.locale),
        at=now(),
        link=link or url_for("secure.secure"),
        origin=places.origin_here(account.locale),
    )
    outbox.post(letter, house().sealer, now())


def tell(account: Account, what: notices.What) -> None:
    """What they prove themselves by has changed, or was used."""
    post(account, partial(notices.proof_changed, what=what))


def tell_of_new_password(account: Account) -> None:
    """The password was changed."""
    post(account, messages.password_changed)
