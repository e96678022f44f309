"""Where mails wait: sealed, from the commit that promised them until a server has taken them over."""

from idp.mail.letter import Letter, from_json, to_json
from idp.signing.sealing import BadSeal, Sealer
from idp.store import outbox
from idp.store.base import new_id

PURPOSE = "mail"
NOTHING = "nothing"


class UnreadableLetter(Exception):
    """A message in the outbox that no key of keys/ opens, or that another version wrote."""


def post(letter: Letter, sealer: Sealer, now: int) -> str:
    """The id of the mail, which leaves after the commit of the request (or unit of work) around this."""
    return _promise(letter.kind, letter, sealer, now)


def pretend(letter: Letter, sealer: Sealer, now: int) -> str:
    """All the work of `post`, and no mail: so that nobody can tell by the time whether an address has an account."""
    return _promise(NOTHING, letter, sealer, now)


def read(sealed: str, sealer: Sealer) -> Letter:
    try:
        return from_json(sealer.unseal(PURPOSE, sealed))
    except (BadSeal, ValueError):
        raise UnreadableLetter from None


def _promise(kind: str, letter: Letter, sealer: Sealer, now: int) -> str:
    mail_id = new_id()
    outbox.promise(mail_id, kind, sealer.seal(PURPOSE, to_json(letter), now), now)
    return mail_id
