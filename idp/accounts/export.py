"""A download of everything held about a person: one JSON file that people can read."""

import json
from base64 import b64encode
from datetime import UTC, datetime
from typing import Any, Final

from idp.mail import farewells, outbox
from idp.mail.wording import Reader
from idp.settings.load import Settings
from idp.signing.sealing import BadSeal, Sealer
from idp.store import exports, held, users
from idp.store.base import unit_of_work
from idp.store.exports import Ready, Wish

PURPOSE = "export"
KEPT_FOR = 86400
"""Seconds for which a download that was made in the background can be fetched."""
WAITED_FOR = 7 * 86400
AT_ONCE = 20

TITLES: Final = {
    "users": "account",
    "emails": "addresses",
    "pictures": "picture",
    "credentials": "password",
    "passkeys": "passkeys",
    "authenticators": "authenticator_app",
    "recovery_codes": "recovery_codes",
    "trusted_devices": "devices_that_need_no_second_step",
    "identities": "linked_accounts",
    "pairwise_subjects": "names_you_have_for_apps",
    "email_changes": "changes_of_address",
    "agreements": "agreements",
    "browser_sessions": "sessions",
    "consents": "what_apps_may_see",
    "grants": "access_of_apps",
    "logout_notices": "apps_told_of_sign_outs",
    "app_owners": "apps_you_own",
    "app_invitations": "people_you_invited_to_own_an_app",
    "app_uses": "apps_you_used_lately",
    "audit": "activity",
}
JSON_INSIDE: Final = frozenset({"profile", "claims", "details"})


def everything(user_id: str, issuer: str, now: int) -> bytes:
    """The file, as UTF-8. Times are ISO 8601, UTC."""
    found = held.of_user(user_id)
    whole: dict[str, Any] = {"provider": issuer, "made_at": _moment(now)}
    whole |= {title: [_readable(row) for row in found[table]] for table, title in TITLES.items() if table in found}
    return json.dumps(whole, ensure_ascii=False, indent=2).encode()


def unsealed(ready: Ready, sealer: Sealer) -> bytes | None:
    """The file that was made in the background; None while it is being made, or when no key opens it any more."""
    try:
        return sealer.unseal(PURPOSE, ready.sealed) if ready.sealed else None
    except BadSeal:
        return None


def make_waiting(settings: Settings, sealer: Sealer, now: int) -> int:
    """Make what was asked for; how many. Whoever else makes the same at this moment throws theirs away."""
    with unit_of_work():
        wishes = exports.waiting(now, AT_ONCE)
    return sum(_made(wish, settings, sealer, now) for wish in wishes)


def _made(wish: Wish, settings: Settings, sealer: Sealer, now: int) -> bool:
    """The mail is promised by the transaction that makes the file."""
    with unit_of_work():
        account = users.by_id(wish.user_id)
        file = everything(wish.user_id, settings.server.issuer, now)
        if account is None or not exports.made(wish, sealer.seal(PURPOSE, file, now), now, now + KEPT_FOR):
            return False
        link = f"{settings.server.issuer}/account/data"
        letter = farewells.export_ready(settings, Reader(account.email, account.locale), link=link)
        outbox.post(letter, sealer, now)
    return True


def _readable(row: dict[str, Any]) -> dict[str, Any]:
    return {name: _value(name, value) for name, value in row.items() if value not in (None, "")}


def _value(name: str, value: Any) -> Any:
    if name in JSON_INSIDE:
        return json.loads(value)
    if name == "at" or name.endswith("_at") or name == "auth_time":
        return _moment(value)
    return b64encode(value).decode() if isinstance(value, bytes) else value


def _moment(at: int) -> str:
    return datetime.fromtimestamp(at, UTC).isoformat().replace("+00:00", "Z")
