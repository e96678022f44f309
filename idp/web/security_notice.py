"""The mail that tells a person what they prove themselves by has changed, or was used: nobody can switch it off."""

from flask import url_for

from idp.mail import notices, outbox
from idp.mail.wording import Reader
from idp.store.users import Account
from idp.web import places
from idp.web.house import house, now


def tell(account: Account, what: notices.What) -> None:
    """On its way after the commit, with the browser it happened in and a link that makes the account safe again."""
    letter = notices.proof_changed(
        house().settings,
        Reader(account.email, account.locale),
        what,
        at=now(),
        link=url_for("secure.secure"),
        origin=places.origin_here(account.locale),
    )
    outbox.post(letter, house().sealer, now())
