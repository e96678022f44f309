"""Somebody proved who they are, and their account is about to be deleted: what they need to keep it and go on.

Sealed, for the browser they proved it in, for ten minutes, for this deletion alone, and as long as the password stands:
whoever knew an old one must not be in after the owner chose another (docs/decisions/0078).
"""

import json
from dataclasses import asdict, dataclass
from hmac import compare_digest

from idp.protocol.proof import Proof
from idp.signing.sealing import BadSeal
from idp.store import users
from idp.store.base import fingerprint
from idp.store.users import Account
from idp.web import cookies
from idp.web.house import house, now

PURPOSE = "coming back"
GOOD_FOR = 600


@dataclass(frozen=True, slots=True)
class Return:
    """`way` is a path of ours where the sign-in would have gone on; `pending_id` the app's request it is for, or "".
    `password` is the fingerprint of what is stored of the password they had then.
    """

    user_id: str
    deletes_at: int
    password: str
    proof: Proof
    remembered: bool
    way: str
    pending_id: str

    def stands(self, account: Account) -> bool:
        """Whether the password is what it was: neither chosen anew nor taken away."""
        return compare_digest(self.password, fingerprint(account.password or ""))


def sealed(account: Account, proof: Proof, *, remembered: bool, way: str, pending_id: str) -> str:
    """The parameter that stands for all of it."""
    written = users.written(account.user_id) or account  # the right password may have been hashed anew just now
    password = fingerprint(written.password or "")
    back = Return(account.user_id, account.deletes_at or 0, password, proof, remembered, way, pending_id)
    text = json.dumps([now(), cookies.browser_hash(), asdict(back)])
    return house().sealer.seal(PURPOSE, text.encode(), now())


def unsealed(text: str) -> Return | None:
    """None when it is another browser's, too old, or none of ours."""
    try:
        at, browser, back = json.loads(house().sealer.unseal(PURPOSE, text))
    except BadSeal:
        return None
    if now() >= at + GOOD_FOR or not compare_digest(browser, cookies.browser_hash()):
        return None
    return Return(**{**back, "proof": Proof(**back["proof"])})
