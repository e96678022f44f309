"""Everything else a registration may say, as a form that is made from a list: a new member is one line here."""

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from idp.pages.developers import saving
from idp.protocol import encryption
from idp.protocol.client_members import CLIENT_ALGS, SECRET_JWT, SECRET_METHODS, SIGNING_ALGS
from idp.protocol.client_metadata import ClientMetadata
from idp.web import developer_page, own_clients, redirect_lines
from idp.web.answers import Response, see_other
from idp.web.forms import Field, Form
from idp.web.locale import gettext
from idp.web.own_clients import Owned
from idp.web.page import to

FLAG, CHOICE, ADDRESS, SECONDS, WORDS, LINES = "flag", "choice", "address", "seconds", "words", "lines"
SECRETS: Final = (*SECRET_METHODS, SECRET_JWT)
UNSAID: Final = ClientMetadata()


class Setting(NamedTuple):
    """One member: how it is asked for, what it is called, and for a choice, what may be chosen; `nothing` is what the
    choice "" is called.
    """

    member: str
    look: str
    name: str
    hint: str = ""
    choices: tuple[str, ...] = ()
    nothing: str = ""


class Part(NamedTuple):
    heading: str
    settings: tuple[Setting, ...]


def parts(metadata: ClientMetadata) -> tuple[Part, ...]:
    """All that can be set for this app, under the headings of the page."""
    return (_proof(metadata), _requests(), _people(), _tokens(), _encryption(), _logout())


def start(metadata: ClientMetadata) -> dict[str, str]:
    """The form as the registration fills it in."""
    return {one.member: _spelled(getattr(metadata, one.member), one.look) for one in _all(metadata)}


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
    by_secret = _choice(method, gettext("How the secret is used"), SECRETS)
    by_key = _choice(algorithm, gettext("Algorithm of client assertions"), ("", *CLIENT_ALGS), gettext("Any"))
    bound = Setting("dpop_bound_access_tokens", FLAG, gettext("Refuse token requests without a DPoP proof"))
    pinned = metadata.token_endpoint_auth_method
    own = (by_secret,) if pinned in SECRETS else (by_key,) if pinned == "private_key_jwt" else ()
    return Part(gettext("How the app proves itself"), (*own, bound))


def _requests() -> Part:
    any_of_them = ("", *CLIENT_ALGS)
    return Part(
        gettext("Requests"),
        (
            Setting("require_pushed_authorization_requests", FLAG, gettext("Refuse requests not pushed first (PAR)")),
            Setting("require_signed_request_object", FLAG, gettext("Refuse requests that are not signed (JAR)")),
            _choice("request_object_signing_alg", gettext("Algorithm of signed requests"), any_of_them, gettext("Any")),
            Setting("request_uris", LINES, gettext("Addresses of request objects"), gettext("One per line.")),
            _choice("unknown_scope", gettext("Scopes it may not ask for"), ("drop", "refuse")),
        ),
    )


def _people() -> Part:
    seconds, words = gettext("In seconds; empty for no limit."), gettext("Parted by spaces.")
    return Part(
        gettext("Sign-in"),
        (
            Setting("default_max_age", SECONDS, gettext("Longest time since people proved themselves"), seconds),
            Setting("require_auth_time", FLAG, gettext("auth_time in every ID token")),
            Setting("default_acr_values", WORDS, gettext("Default acr_values"), words),
            Setting("optional_scopes", WORDS, gettext("Scopes people may leave out"), words),
            Setting("initiate_login_uri", ADDRESS, gettext("Where a sign-in that begins here is started")),
        ),
    )


def _tokens() -> Part:
    json, seconds = gettext("JSON that nobody signed"), gettext("In seconds; empty for as long as this server has it.")
    return Part(
        gettext("Tokens"),
        (
            _choice("subject_type", gettext("What people are called (sub)"), ("public", "pairwise")),
            _choice("id_token_signed_response_alg", gettext("Algorithm of ID tokens"), SIGNING_ALGS),
            _choice("userinfo_signed_response_alg", gettext("Algorithm of UserInfo"), ("", *SIGNING_ALGS), json),
            _choice("authorization_signed_response_alg", gettext("Algorithm of JARM answers"), SIGNING_ALGS),
            _choice("introspection_signed_response_alg", gettext("Algorithm of signed introspection"), SIGNING_ALGS),
            _choice("access_token_format", gettext("Format of access tokens"), ("opaque", "jwt")),
            Setting("access_token_lifetime", SECONDS, gettext("How long an access token is good"), seconds),
            Setting("id_token_lifetime", SECONDS, gettext("How long an ID token is good"), seconds),
        ),
    )


def _encryption() -> Part:
    """To a key of the app, which stands among its credentials."""
    names = {
        "id_token": gettext("ID token"),
        "userinfo": gettext("UserInfo"),
        "authorization": gettext("Answers (JARM)"),
        "introspection": gettext("Introspection"),
    }
    settings: list[Setting] = []
    for answer in encryption.ANSWERS:
        member, name, none = f"{answer}_encrypted_response", names[answer], gettext("Not encrypted")
        settings.append(_choice(f"{member}_alg", f"{name}: alg", ("", *encryption.KEY_ALGS), none))
        settings.append(_choice(f"{member}_enc", f"{name}: enc", encryption.ENCS))
    return Part(gettext("Encryption to a key of the app"), tuple(settings))


def _choice(member: str, name: str, choices: tuple[str, ...], nothing: str = "") -> Setting:
    return Setting(member, CHOICE, name, "", choices, nothing)


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
    """What was typed, as a registration has it; None for nothing, and for what goes without saying."""
    typed = form[setting.member].strip()
    if setting.look == CHOICE and typed not in setting.choices:
        form.fail(setting.member, gettext("Choose one from the list."))
    if typed == _spelled(getattr(UNSAID, setting.member), setting.look):
        return None
    return READERS.get(setting.look, _text)(form, setting.member, typed)


def _text(_form: Form, _member: str, typed: str) -> str | None:
    return typed or None


def _number(form: Form, member: str, typed: str) -> int | None:
    if not typed:
        return None
    if typed.isascii() and typed.isdigit() and len(typed) < 10:
        return int(typed)
    form.fail(member, gettext("Enter a whole number of seconds."))
    return None


def _spelled(value: Any, look: str) -> str:
    if isinstance(value, bool):
        return "1" if value else ""
    if isinstance(value, tuple):
        return ("\n" if look == LINES else " ").join(value)
    return "" if value is None else str(value)


READERS: Final[Mapping[str, Callable[[Form, str, str], Any]]] = {
    FLAG: lambda _form, _member, typed: bool(typed),
    WORDS: lambda _form, _member, typed: typed.split(),
    LINES: lambda _form, _member, typed: redirect_lines.addresses(typed),
    SECONDS: _number,
}
