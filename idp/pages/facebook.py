"""What Facebook posts to us, and the page that tells how a request for deletion went.

No form of ours sends these posts: there is no token in them, no cookie is read or set, the signature alone counts.
"""

import logging

from flask import Blueprint, Response, url_for

from idp.accounts import leaving, throttle
from idp.accounts.throttle import TooMany
from idp.mail import farewells, outbox
from idp.mail import links as mails
from idp.mail.wording import Reader
from idp.settings.upstreams import Facebook
from idp.store import audit, data_deletions, users
from idp.store.base import fingerprint
from idp.store.identities import Link
from idp.store.users import Account
from idp.upstream import signed_request, withdrawal
from idp.upstream.facebook import PROVIDER
from idp.upstream.signed_request import BadSignedRequest
from idp.upstream.withdrawal import Told
from idp.web import arrival, links, posted, problems
from idp.web.answers import private_json
from idp.web.door import Door
from idp.web.house import house, now
from idp.web.page import render

routes = Blueprint("facebook", __name__)
log = logging.getLogger(__name__)


@routes.post("/login/<name>/deauthorize")
def deauthorize(name: str) -> Response:
    """Somebody removed our app at Facebook: the link ends, the account stays."""
    try:
        told = _told(name)
    except BadSignedRequest as error:
        return _refused(name, error)
    link, account = _unlinked(told)
    if link and account:
        _tell_owner(account, link)
    return private_json({})


@routes.post("/login/<name>/deletion")
def deletion(name: str) -> Response:
    """Somebody asks Facebook that we delete what came from there. The same request has the same answer.

    Facebook Login › Data Deletion Request Callback: real JSON, although some write of quoted pseudo-JSON.
    """
    try:
        told = _told(name)
    except BadSignedRequest as error:
        return _refused(name, error)
    code, is_new = withdrawal.begins(told, house().sealer, now())
    if is_new:
        _delete(told)
    status = url_for("facebook.status", name=name, code=code, _external=True)
    return private_json({"url": status, "confirmation_code": code})


@routes.get("/login/<name>/deletion/<code>")
def status(name: str, code: str) -> Response:
    """Done or being worked on, and when; nothing about whom."""
    _settings(name)
    asked = data_deletions.of_code(PROVIDER, fingerprint(code))
    if asked is None:
        raise problems.not_found()
    return render("facebook/deletion.html", code=code, asked=asked, is_done=asked.done_at <= now())


def _delete(told: Told) -> None:
    """The link and what came with it; the account too, if nothing else leads into it. The names go at once, since an
    account that is to go may be kept.
    """
    link, account = _unlinked(told)
    if link is None or account is None:
        return
    withdrawal.forget_names(account, link, now())
    deletes_at = account.deletes_at or now() + house().settings.account.delete_after
    if not links.has_another_way(account, link.id) and _leaves(account, deletes_at):
        data_deletions.end(told.fingerprint, withdrawal.LEAVING, deletes_at)
    else:
        _tell_owner(account, link)
        data_deletions.end(told.fingerprint, withdrawal.UNLINKED, now())


def _leaves(account: Account, deletes_at: int) -> bool:
    """The account goes the way it goes when its owner says so, mail and days to come back included: by a new password,
    since nothing else leads in any more.
    """
    if account.state == users.LEAVING:
        return True
    if not leaving.leave(account, deletes_at, arrival.network(), now(), by="facebook"):
        return False
    settings, reader, link = house().settings, Reader(account.email, account.locale), url_for("recovery.forgot")
    outbox.post(farewells.deletion_set(settings, reader, deletes_at=deletes_at, link=link), house().sealer, now())
    return True


def _unlinked(told: Told) -> tuple[Link | None, Account | None]:
    """What was linked, and the account it led into."""
    link = withdrawal.unlink(told, now())
    if link is None:
        return None, None
    audit.record("identity_unlinked", now(), user_id=link.user_id, upstream=link.upstream, by="facebook")
    return link, users.written(link.user_id)


def _tell_owner(account: Account, link: Link) -> None:
    """By mail, as when they unlink it here; it names no device and no place, since Facebook told us."""
    letter = mails.changed(
        house().settings,
        Reader(account.email, account.locale),
        "identity_unlinked",
        provider=links.label_of(link),
        at=now(),
        link=url_for("secure.secure"),
    )
    outbox.post(letter, house().sealer, now())


def _settings(name: str) -> Facebook:
    """An upstream that is off is still answered for: what came from it may still be here."""
    section = house().settings.upstream.get(name)
    if not isinstance(section, Facebook):
        raise problems.not_found()
    return section


def _told(name: str) -> Told:
    settings = _settings(name)
    sent = posted.values("signed_request")
    request = signed_request.verify(sent[0] if len(sent) == 1 else "", settings.client_secret.get_secret_value(), now())
    return Told(PROVIDER, settings.client_id, request.user_id, request.issued_at, request.payload)


def _refused(name: str, error: BadSignedRequest) -> Response:
    """Counted for the network; what is rightly signed is never refused for its number."""
    log.info("refused a signed_request: %s", error, extra={"upstream": name})
    try:
        throttle.form("signed request", arrival.network(), house().settings.throttle, now())
    except TooMany as many:
        answer = private_json({"error": "too many requests"}, 429)
        answer.headers["Retry-After"] = str(many.retry_after)
        return answer
    return private_json({"error": str(error)}, 400)


door = Door(routes)
