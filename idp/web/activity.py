"""What happened to an account, in plain words: a sentence for every event of the audit log that is about a person."""

from collections.abc import Iterator
from typing import NamedTuple

from idp.store import audit, clients
from idp.store.audit import Happened
from idp.web import places
from idp.web.house import house, now
from idp.web.locale import gettext
from idp.web.page import AppIdentity

PAGE = 50


class Line(NamedTuple):
    """One event; `device`, `place` and `app` are "" where they are not known, `is_warning` marks what nobody wished."""

    at: int
    sentence: str
    device: str
    place: str
    app: str
    is_warning: bool


WARNINGS = frozenset({"sign_in_failed", "sign_in_on_hold", "token_replayed", "account.suspended"})


class Recent(NamedTuple):
    """One page of it, the latest first; `older` is where the next page begins, None on the last."""

    lines: tuple[Line, ...]
    older: int | None


def recent(user_id: str, before: int | None = None) -> Recent:
    """The activity of one person, as far back as it is kept (settings: account.activity_for)."""
    since = now() - house().settings.account.activity_for
    found = audit.of_user(user_id, since, PAGE + 1, before)
    shown = found[:PAGE]
    return Recent(tuple(_lines(shown)), shown[-1].id if len(found) > PAGE else None)


def _lines(found: tuple[Happened, ...]) -> Iterator[Line]:
    """An app that is gone is not named any more."""
    sentences, names = said(), {event.client_id: _name(event.client_id) for event in found if event.client_id}
    for event in found:
        yield Line(
            event.at,
            sentences.get(event.event, event.event),
            str(event.details.get("device") or ""),
            places.place_of(event.network),
            names.get(event.client_id or "", ""),
            event.event in WARNINGS,
        )


def _name(client_id: str) -> str:
    client = clients.stored(client_id, now())
    return AppIdentity.of(client.metadata).name if client else ""


def said() -> dict[str, str]:
    """The sentence of each event, in the language of this request."""
    return _of_sign_in() | _of_proofs() | _of_account() | _of_own_apps()


def _of_sign_in() -> dict[str, str]:
    return {
        "signed_in": gettext("You signed in"),
        "proved_again": gettext("You proved again that it’s you"),
        "signed_out": gettext("You signed out"),
        "signed_out_by_provider": gettext("Another provider signed you out"),
        "sign_in_failed": gettext("Somebody typed a wrong password"),
        "sign_in_on_hold": gettext("A sign-in was stopped while the account was on hold"),
        "device_signed_out": gettext("You signed out another device"),
        "devices_signed_out": gettext("You signed out all other devices"),
        "token_revoked": gettext("An app gave its access back"),
        "consent_given": gettext("You let an app use your account"),
        "app_disconnected": gettext("You disconnected an app"),
        "token_replayed": gettext("An app’s access was used twice, so we ended it"),
    }


def _of_proofs() -> dict[str, str]:
    return {
        "password_changed": gettext("The password was changed"),
        "password_removed": gettext("The password was removed"),
        "passkey_added": gettext("A passkey was added"),
        "passkey_removed": gettext("A passkey was removed"),
        "passkey_renamed": gettext("A passkey was renamed"),
        "passkey_used": gettext("A passkey was used"),
        "passkey_refused": gettext("A passkey that may have been copied was refused"),
        "authenticator_added": gettext("An authenticator app was added"),
        "authenticator_removed": gettext("The authenticator app was removed"),
        "recovery_codes_made": gettext("New recovery codes were made"),
        "recovery_code_used": gettext("A recovery code was used"),
        "identity_linked": gettext("An account at another provider was linked"),
        "identity_unlinked": gettext("An account at another provider was unlinked"),
    }


def _of_account() -> dict[str, str]:
    return {
        "account_created": gettext("The account was created"),
        "account.created": gettext("The account was created for you"),
        "account.suspended": gettext("We put the account on hold"),
        "account.activated": gettext("We let the account in again"),
        "profile_changed": gettext("The profile was changed"),
        "email_change_asked": gettext("A new email address was asked for"),
        "email_change_stopped": gettext("The change of the email address was stopped"),
        "email_changed": gettext("The email address was changed"),
        "terms_accepted": gettext("You agreed to new terms"),
        "terms_put_off": gettext("You put off agreeing to new terms"),
        "marketing_wanted": gettext("You asked for news and offers"),
        "marketing_stopped": gettext("News and offers were turned off"),
        "account_locked": gettext("The account was locked"),
        "account_unlocked": gettext("The account was unlocked"),
        "data_downloaded": gettext("A copy of your data was downloaded"),
        "export_asked": gettext("A copy of your data was asked for"),
        "deletion_set": gettext("The account was marked to be deleted"),
        "deletion_undone": gettext("The account is kept after all"),
    }


def _of_own_apps() -> dict[str, str]:
    return {
        "app_registered": gettext("You registered an app of your own"),
        "app_changed": gettext("You changed the registration of an app"),
        "app_secret_added": gettext("You made a client secret"),
        "app_secret_ended": gettext("You ended a client secret"),
        "app_owner_invited": gettext("You invited somebody to own an app"),
        "app_owner_added": gettext("You own an app from now on"),
        "app_owner_removed": gettext("You took an app from one of its owners"),
        "app_deleted": gettext("You deleted an app of your own"),
    }
