"""The mail to whoever's password is being guessed at (ux §8, M11): once a day, and nothing on the page tells of it."""

from flask import url_for

from idp.accounts import throttle
from idp.accounts.throttle import GuessedAt, TooMany
from idp.mail import alerts, outbox
from idp.mail.wording import Reader
from idp.store import users
from idp.web import locale
from idp.web.house import house, now


def tell_owner(refused: TooMany, lookup: str, typed: str) -> None:
    """To be called wherever a guess was refused. All the work is done for an address that has no account too."""
    if not isinstance(refused, GuessedAt) or not throttle.is_first_today("guessed at", lookup, now()):
        return
    account = users.by_email(lookup)
    reader = Reader(account.email, account.locale) if account else Reader(typed, locale.current())
    letter = alerts.guessed_at(house().settings, reader, at=now(), link=url_for("secure.secure"))
    (outbox.post if account else outbox.pretend)(letter, house().sealer, now())
