"""What one token answer is to hold: the part of a grant that is asked for now, and for whom."""

from typing import NamedTuple

from idp.protocol.holder import ANYBODY, Holder
from idp.protocol.scope import Scope


class Terms(NamedTuple):
    """`scope` is the grant's own or a part of it, `resources` likewise (RFC 8707; none: Portico itself).

    `details` is JSON of the authorization details (RFC 9396 §7), `act` JSON of who acts for the person (RFC 8693 §4.1),
    "" for none. `nonce` is for the ID token, `token_scope` the part of `scope` that the access token has, None for all.
    `as_jwt` says that somebody besides Portico reads it.
    """

    scope: Scope
    nonce: str | None = None
    holder: Holder = ANYBODY
    resources: tuple[str, ...] = ()
    details: str = ""
    act: str = ""
    token_scope: Scope | None = None
    as_jwt: bool = False
