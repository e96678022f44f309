"""Other providers of an account, linked and unlinked: the row, the person's activity, the mail to the owner."""

import logging
from collections.abc import Iterable
from functools import partial
from typing import NamedTuple

from flask import g

from idp import sessions
from idp.mail import links as mails
from idp.store import audit, browser_sessions, identities, users
from idp.store.identities import Link
from idp.store.users import Account
from idp.upstream import linking
from idp.upstream.linking import Came
from idp.upstream.provider import Identity, NotIdentified, Revokes
from idp.upstream.registry import Registered
from idp.web import arrival, passkeys, security_notice
from idp.web.house import house, now
from idp.web.owner import Owner

log = logging.getLogger(__name__)


class Row(NamedTuple):
    """A provider: what is linked there, or nothing yet. `is_only_way`: without it its person could not sign in."""

    name: str
    label: str
    preset: str
    link: Link | None = None
    is_only_way: bool = False


def rows(account: Account) -> list[Row]:
    """What is linked, the oldest first, then what could be."""
    found = identities.of_user(account.user_id)
    known = {link.upstream for link in found}
    others = [Row(at.name, at.label, at.preset) for at in house().upstreams if at.name not in known]
    return [_row(link, is_only_way=not _another_way(account, link.id, found)) for link in found] + others


def _row(link: Link, *, is_only_way: bool) -> Row:
    registered = house().upstreams.find(link.upstream)
    return Row(link.upstream, label_of(link), registered.preset if registered else "", link, is_only_way)


def add(account: Account, registered: Registered, identity: Identity) -> Link | None:
    """The identity opens this account from now on, and its owner reads of it; None when it opens one already."""
    link = linking.attach(account.user_id, Came(registered.name, identity), now())
    if link:
        _tell(account, "identity_linked", link)
    return link


def remove(owner: Owner, link_id: str) -> Link | None:
    """It opens the account no more, what was begun by it elsewhere is over, and the owner reads of it.

    None when it is not theirs, or the only way in. At most one of two that go at once is that: the account is held.
    """
    users.hold(owner.account.user_id)
    account = users.written(owner.account.user_id)
    if account is None or not has_another_way(account, link_id):
        return None
    link = identities.remove(link_id, account.user_id)
    if link is None:
        return None
    browser_sessions.stand_alone(owner.session.id, link.id)
    sessions.end_of_identity(link.id, now())
    _tell(account, "identity_unlinked", link)
    _tell_provider(link)
    return link


def has_another_way(account: Account, link_id: str) -> bool:
    """Whether its person could still sign in without this link. A provider that is off is no way."""
    return _another_way(account, link_id, identities.of_user(account.user_id))


def _another_way(account: Account, link_id: str, links: Iterable[Link]) -> bool:
    return (
        account.password is not None
        or (account.has_passkey and passkeys.are_offered())
        or house().settings.sign_in.mailed_code
        or any(house().upstreams.find(link.upstream) for link in links if link.id != link_id)
    )


def label_of(link: Link) -> str:
    """What the provider of a link is called; its name in config.toml where it is off by now."""
    found = house().upstreams.find(link.upstream)
    return found.label if found else link.upstream


def _tell(account: Account, event: mails.Event, link: Link) -> None:
    audit.record(event, now(), user_id=account.user_id, network=arrival.network(), upstream=link.upstream)
    security_notice.post(account, partial(mails.changed, event=event, provider=label_of(link)))


def _tell_provider(link: Link) -> None:
    """After the commit: what the person allowed us there ends too, where the provider takes our word for it."""
    registered = house().upstreams.find(link.upstream)
    provider = registered.to_revoke(link) if registered else None
    if provider:
        g.setdefault("after_commit", []).append(partial(_revoke, provider, link))


def _revoke(provider: Revokes, link: Link) -> None:
    try:
        provider.revoke(link.subject)
    except NotIdentified as failed:
        log.info("%s was not told that a link is over: %s", link.upstream, failed)
