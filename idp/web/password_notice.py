"""The mail that tells the owner that the password was changed: a security notice nobody can switch off."""

from flask import url_for

from idp.mail import messages, outbox
from idp.mail.wording import Reader
from idp.store.users import Account
from idp.web import places
from idp.web.house import house, now


def tell_owner(account: Account) -> None:
    """On its way after the commit, with the browser it was changed in and a link that makes the account safe again."""
    letter = messages.password_changed(
        house().settings,
        Reader(account.email, account.locale),
        at=now(),
        link=url_for("secure.secure"),
        origin=places.origin_here(account.locale),
    )
    outbox.post(letter, house().sealer, now())
