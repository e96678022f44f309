"""Everything else a registration may say, as a form that is made from a list: a new member is one line here."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from idp.pages.developers import saving
from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.client_registration import CLIENT_ALGS, SIGNING_ALGS
from idp.web import developer_page, own_clients, redirect_lines
from idp.web.answers import Response, see_other
from idp.web.forms import Field, Form
from idp.web.locale import gettext
from idp.web.own_clients import Owned
from idp.web.page import to

FLAG, CHOICE, ADDRESS, SECONDS, WORDS, LINES = "flag", "choice", "address", "seconds", "words", "lines"
SECRETS: Final = ("client_secret_basic", "client_secret_post")


class Setting(NamedTuple):
    """One member: how it is asked for, what it is called, and for a choice, what may be chosen ("" for no wish)."""

    member: str
    look: str
    name: str
    hint: str = ""
    choices: tuple[str, ...] = ()


class Part(NamedTuple):
    heading: str
    settings: tuple[Setting, ...]


def parts(metadata: ClientMetadata) -> tuple[Part, ...]:
    """All that can be set for this app, under the headings of the page."""
    return tuple(part for part in (_proof(metadata), _requests(), _people(), _tokens(), _logout()) if part.settings)


def start(metadata: ClientMetadata) -> dict[str, str]:
    """The form as the registration fills it in."""
    return {setting.member: _spelled(getattr(metadata, setting.member)) for setting in _all(metadata)}


def fields(metadata: ClientMetadata) -> tuple[Field, ...]:
    return tuple(Field(setting.member, 8_000, lines=setting.look == LINES) for setting in _all(metadata))


def page(owned: Owned, form: Form) -> Response:
    return developer_page.show(
        "developers/advanced.html",
        owned,
        "developers.advanced",
        form,
        parts_shown=parts(owned.app.metadata),
        address=to("developers.advanced", client_id=owned.client_id),
    )


def save(owned: Owned, form: Form) -> Response:
    changes = {setting.member: _read(form, setting) for setting in _all(owned.app.metadata)}
    if not own_clients.may_save(form, owned) or not saving.saved(form, owned, changes):
        return page(owned, form)
    return see_other(to("developers.advanced", client_id=owned.client_id, done="saved"))


def say_done(form: Form, done: str) -> None:
    if done == "saved" and not form.sent:
        form.say("ok", gettext("Your changes are saved."), gettext("They take effect within seconds."))


def _all(metadata: ClientMetadata) -> tuple[Setting, ...]:
    return tuple(setting for part in parts(metadata) for setting in part.settings)


def _proof(metadata: ClientMetadata) -> Part:
    """Another way than a secret is chosen among the credentials, with the key it needs."""
    method, algorithm = "token_endpoint_auth_method", "token_endpoint_auth_signing_alg"
    by_secret = Setting(method, CHOICE, gettext("How the secret is sent"), "", SECRETS)
    by_key = Setting(algorithm, CHOICE, gettext("Algorithm of client assertions"), "", ("", *CLIENT_ALGS))
    bound = Setting("dpop_bound_access_tokens", FLAG, gettext("Refuse token requests without a DPoP proof"))
    pinned = metadata.token_endpoint_auth_method
    own = (by_secret,) if pinned in SECRETS else (by_key,) if pinned == "private_key_jwt" else ()
    return Part(gettext("How the app proves itself"), (*own, bound))


def _requests() -> Part:
    return Part(
        gettext("Requests"),
        (
            Setting("require_pushed_authorization_requests", FLAG, gettext("Refuse requests not pushed first (PAR)")),
            Setting("require_signed_request_object", FLAG, gettext("Refuse requests that are not signed (JAR)")),
            Setting(
                "request_object_signing_alg", CHOICE, gettext("Algorithm of signed requests"), "", ("", *CLIENT_ALGS)
            ),
            Setting("unknown_scope", CHOICE, gettext("Scopes it may not ask for"), "", ("drop", "refuse")),
        ),
    )


def _people() -> Part:
    seconds = gettext("In seconds; empty for no limit.")
    return Part(
        gettext("Sign-in"),
        (
            Setting("default_max_age", SECONDS, gettext("Longest time since people proved themselves"), seconds),
            Setting("require_auth_time", FLAG, gettext("auth_time in every ID token")),
            Setting("default_acr_values", WORDS, gettext("Default acr_values"), gettext("Parted by spaces.")),
            Setting("optional_scopes", WORDS, gettext("Scopes people may leave out"), gettext("Parted by spaces.")),
            Setting("initiate_login_uri", ADDRESS, gettext("Where a sign-in that begins here is started")),
        ),
    )


def _tokens() -> Part:
    return Part(
        gettext("Tokens"),
        (
            Setting("id_token_signed_response_alg", CHOICE, gettext("Algorithm of ID tokens"), "", SIGNING_ALGS),
            Setting(
                "authorization_signed_response_alg",
                CHOICE,
                gettext("Algorithm of JARM answers"),
                "",
                SIGNING_ALGS,
            ),
            Setting("access_token_format", CHOICE, gettext("Format of access tokens"), "", ("opaque", "jwt")),
        ),
    )


def _logout() -> Part:
    return Part(
        gettext("Logout notices"),
        (
            Setting("backchannel_logout_uri", ADDRESS, gettext("Back-channel logout URI")),
            Setting("backchannel_logout_session_required", FLAG, gettext("Name the session (sid) in each notice")),
            Setting("frontchannel_logout_uri", ADDRESS, gettext("Front-channel logout URI")),
        ),
    )


def _read(form: Form, setting: Setting) -> Any:
    """What was typed, as a registration has it; None for nothing."""
    typed = form[setting.member].strip()
    if setting.look == FLAG:
        return bool(typed)
    if setting.look == WORDS:
        return typed.split()
    if setting.look == LINES:
        return redirect_lines.addresses(typed)
    if setting.look == SECONDS and typed:
        return _number(form, setting.member, typed)
    if setting.look == CHOICE and typed not in setting.choices:
        form.fail(setting.member, gettext("Choose one from the list."))
    return typed or None


def _number(form: Form, member: str, typed: str) -> int | None:
    if typed.isascii() and typed.isdigit() and len(typed) < 10:
        return int(typed)
    form.fail(member, gettext("Enter a whole number of seconds."))
    return None


def _spelled(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else ""
    if isinstance(value, tuple):
        return " ".join(value)
    return "" if value is None or isinstance(value, Mapping) else str(value)
