"""A grant-to-be opens: its session still lives, nobody took it back, and the app gets its tokens."""

from dataclasses import replace

from idp.endpoints.token.asking import Asking
from idp.issuance.issue import Mint, issue
from idp.issuance.terms import Terms
from idp.protocol.errors import InvalidGrant
from idp.protocol.holder import ANYBODY
from idp.settings.load import Settings
from idp.store import grants
from idp.store.grants import Grant


def check_key(jkt: str, asking: Asking) -> None:
    """RFC 9449 §10: what was asked for with a key is for whoever holds that key. Raises InvalidGrant."""
    if jkt not in ("", asking.holder.jkt):
        raise InvalidGrant("what you present is bound to a key: prove with DPoP that you hold it")


def tokens(
    asking: Asking, grant: Grant, terms: Terms, mint: Mint, settings: Settings, now: int, *, agreed_at: int, until: int
) -> dict[str, object]:
    """The token answer; `until` is when what stood for the grant is too old by itself: a grant that was cleared away
    before could be opened once more. Raises InvalidGrant, and what `grants.open` raises.
    """
    metadata, lifetimes = asking.client.metadata, settings.tokens
    refreshes = "refresh_token" in metadata.grant_types
    last = now + (lifetimes.refresh_idle_for if refreshes else lifetimes.access_token_for)
    bound = replace(grant, holder=asking.holder if metadata.public else ANYBODY)
    person = grants.open(bound, now, now - settings.session.idle_for, max(until, last), asked_at=agreed_at)
    return issue(mint, bound, person, metadata, terms, now)
