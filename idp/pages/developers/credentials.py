"""What an app proves itself by: a secret that is shown once and rotated, or a public key of its own."""

import json
from functools import partial
from typing import Any, Final, NamedTuple

from idp.accounts import own_apps
from idp.mail import developers as mails
from idp.pages.developers import saving
from idp.signing import shared_secrets
from idp.store import app_owners, client_secrets
from idp.store.base import new_secret
from idp.store.client_secrets import MOST_LIVE, StoredSecret
from idp.web import developer_page, own_clients, places
from idp.web.answers import Response, see_other
from idp.web.forms import Field, Form
from idp.web.house import house, now
from idp.web.locale import format_ago, gettext
from idp.web.own_clients import Owned
from idp.web.page import to

DAY = 86400
OVERLAP: Final = 7 * DAY
"""Seconds for which the former secret goes on beside a new one."""
SECRET_ID: Final = Field("secret", 22)
SEEN: Final = Field("seen", 64)
"""The ids of the secrets that the form stood beside: sent again, it finds others, and stops."""
KEYS, KEYS_ADDRESS = Field("jwks", 32 * 1024, lines=True), Field("jwks_uri", 2048)


class Row(NamedTuple):
    """A secret as its owners see it: by its dates, never by itself. `used` in words, "" for not yet."""

    id: str
    created_at: int
    expires_at: int | None
    used: str


def start(owned: Owned) -> dict[str, str]:
    """The form of its keys as the registration fills it in."""
    metadata = owned.app.metadata
    keys = json.dumps(metadata.jwks, indent=2) if metadata.jwks else ""
    return {KEYS.name: keys, KEYS_ADDRESS.name: metadata.jwks_uri}


def page(owned: Owned, form: Form, secret: str = "") -> Response:
    """`secret` is shown this once; it stands in this answer and nowhere else."""
    live = client_secrets.live_of(owned.client_id, now())
    return developer_page.show(
        "developers/credentials.html",
        owned,
        "developers.credentials",
        form,
        secret=secret,
        secrets=[_row(stored) for stored in live],
        seen=_ids(live),
        needs_new=owned.app.metadata.signs_with_secret and not all(stored.wrapped for stored in live),
        may_rotate=len(live) < MOST_LIVE,
        address=to("developers.credentials", client_id=owned.client_id),
    )


def rotate(owned: Owned, form: Form) -> Response:
    """A new secret; the former one goes on for a week."""
    if not own_clients.may_save(form, owned):
        return page(owned, form)
    live = client_secrets.live_of(owned.client_id, now())
    if not owned.app.metadata.has_secret or form[SEEN.name] != _ids(live):
        form.say("warn", gettext("Nothing was changed."), gettext("This page was older than its app. Look again."))
        return page(owned, form)
    if len(live) >= MOST_LIVE:
        form.say("error", gettext("Two secrets work already."), gettext("End the older one first."))
        return page(owned, form)
    secret = given(owned)
    for former in live:
        client_secrets.ends_at(owned.client_id, former.id, now() + OVERLAP, now())
    _tell_owners(owned, partial(mails.secret_rotated, until=now() + OVERLAP if live else 0))
    return page(own_clients.owned(owned.owner, owned.client_id), form, secret)


def end(owned: Owned, form: Form) -> Response:
    """A secret is accepted no more, within seconds."""
    if not own_clients.may_save(form, owned):
        return page(owned, form)
    if client_secrets.revoked(owned.client_id, form[SECRET_ID.name], now()):
        saving.record("app_secret_ended", owned, secret=form[SECRET_ID.name])
    return _back(owned, "ended")


def use_key(owned: Owned, form: Form) -> Response:
    """From now on the app signs with a key of its own (RFC 7523), and no secret of it is accepted."""
    typed, address = form[KEYS.name].strip(), form[KEYS_ADDRESS.name].strip()
    keys = _read(form, typed) if typed else None
    if form.ready and bool(typed) == bool(address):
        form.fail(KEYS.name, gettext("Give either the public keys or their address."))
    if not own_clients.may_save(form, owned):
        return page(owned, form)
    method = {"token_endpoint_auth_method": "private_key_jwt"}
    if not saving.saved(form, owned, {**method, "jwks": keys, "jwks_uri": address or None}):
        return page(owned, form)
    if client_secrets.revoked_all(owned.client_id, now()):
        saving.record("app_secret_ended", owned)
    _tell_owners(owned, mails.key_set)
    return _back(owned, "key")


def use_secret(owned: Owned, form: Form) -> Response:
    """The other way round: a first secret, and its keys are not asked any more."""
    if not own_clients.may_save(form, owned):
        return page(owned, form)
    changes: dict[str, Any] = {"token_endpoint_auth_method": "client_secret_basic", "jwks": None, "jwks_uri": None}
    if owned.app.metadata.has_secret or not saving.saved(form, owned, changes):
        return page(owned, form)
    _tell_owners(owned, mails.secret_rotated)
    now_with_secret = own_clients.owned(owned.owner, owned.client_id)
    return page(now_with_secret, form, given(now_with_secret))


def given(owned: Owned) -> str:
    """A new secret; it lasts as long as the operator says (developers.secret_for)."""
    secret, lasts = new_secret(), house().settings.developers.secret_for
    ends_at = now() + lasts if lasts else None
    stored = shared_secrets.stored(secret, owned.client_id, owned.app.metadata, house().folder, now(), ends_at)
    if not client_secrets.added(stored):
        return ""
    saving.record("app_secret_added", owned, secret=stored.id)
    return secret


def _tell_owners(owned: Owned, write: own_apps.Write) -> None:
    """M17; where from, in the language of each."""
    home = house()
    for person in app_owners.of_app(owned.client_id):
        told = partial(write, at=now(), origin=places.origin_here(person.locale))
        own_apps.tell(person, owned.app.client, told, home.settings, home.sealer, now(), "/credentials")


def say_done(form: Form, done: str) -> None:
    said = {
        "ended": gettext("That secret is accepted no more."),
        "key": gettext("Your app proves itself by its key now."),
    }.get(done)
    if said and not form.sent:
        form.say("ok", said)


def _ids(live: tuple[StoredSecret, ...]) -> str:
    return " ".join(sorted(stored.id for stored in live))


def _row(stored: StoredSecret) -> Row:
    used = format_ago(stored.used_at, now()) if stored.used_at else ""
    return Row(stored.id, stored.created_at, stored.expires_at, used)


def _read(form: Form, typed: str) -> Any:
    try:
        return json.loads(typed)
    except (ValueError, RecursionError):
        form.fail(KEYS.name, gettext("This is not JSON. Paste a JWK Set, as your library prints it."))
        return None


def _back(owned: Owned, done: str) -> Response:
    return see_other(to("developers.credentials", client_id=owned.client_id, done=done))
