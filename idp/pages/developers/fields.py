"""What the forms of the console ask for, and what is typed read as members of a registration (RFC 7591)."""

import re
from collections.abc import Iterator
from typing import Any, Final

from idp.accounts.identifiers import BadEmail, normalise_email
from idp.protocol.app_kinds import Kind
from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.errors import InvalidClientMetadata
from idp.protocol.locales import is_language_tag
from idp.protocol.scope import ABOUT_PEOPLE, OFFERED, OPENID, Scope
from idp.web import redirect_lines, registration_policy
from idp.web.forms import Field, Form
from idp.web.house import house
from idp.web.locale import gettext

NAME: Final = Field("client_name", 60)
KIND: Final = Field("kind", 16)
REDIRECTS: Final = Field("redirect_uris", 20_000, lines=True)
CONTACT: Final = Field("contacts", 320)
NAMES: Final = Field("names", 8_000, lines=True)
LEAVING: Final = Field("post_logout_redirect_uris", 20_000, lines=True)
SCOPE: Final = Field("scope", 64, many=True)
OWN_SCOPES: Final = Field("scope_sentences", 20_000, lines=True)
PAGES: Final = tuple(Field(name, 2048) for name in ("client_uri", "policy_uri", "tos_uri"))
TICKED: Final = tuple(scope for scope in OFFERED if scope != OPENID)
_LINE = re.compile(r"(?P<name>\S+?)(?:\s*:\s+(?P<said>.*))?")  # French sets a space before the colon


def kind_of(form: Form, offered: tuple[Kind, ...]) -> Kind | None:
    """The kind that was chosen; None, with the sentence said, when it is none of those."""
    found = next((kind for kind in offered if kind == form[KIND.name]), None)
    if found is None:
        form.fail(KIND.name, gettext("Choose what kind of app it is."))
    return found


def name_of(form: Form) -> str:
    name = " ".join(form[NAME.name].split())
    if not name:
        form.fail(NAME.name, gettext("Give your app a name."))
    _refuse_ours(form, NAME.name, name)
    return name


def contacts_of(form: Form) -> list[str]:
    try:
        return [normalise_email(form[CONTACT.name]).display]
    except BadEmail:
        form.fail(CONTACT.name, gettext("Enter an email address like name@example.com."))
        return []


def redirects_of(form: Form, kind: Kind) -> list[str]:
    """The redirect URIs; none for an app that sends nobody back."""
    if not kind.redirects:
        return []
    typed = redirect_lines.addresses(form[REDIRECTS.name])
    if not typed:
        form.fail(REDIRECTS.name, gettext("Enter at least one redirect URI."))
    _check(form, REDIRECTS.name, kind)
    return typed


def leaving_of(form: Form, kind: Kind) -> list[str]:
    _check(form, LEAVING.name, kind)
    return redirect_lines.addresses(form[LEAVING.name])


def pages_of(form: Form) -> dict[str, str | None]:
    """The pages of the app; an empty field takes one out."""
    return {field.name: form[field.name].strip() or None for field in PAGES}


def scopes_of(form: Form, kind: Kind, before: ClientMetadata) -> dict[str, Any]:
    """`scope` with what hangs on it: the sentences of own scopes, and which of all may be left out."""
    own = dict(_own_scopes(form))
    asked = [scope for scope in TICKED if scope in form.lists.get(SCOPE.name, [])]
    others = [scope for scope in before.scope if scope in ABOUT_PEOPLE and scope not in OFFERED]
    people = [OPENID, *asked, *others] if kind.has_people else []
    scope = Scope((*people, *(name.partition("#")[0] for name in own)))
    sentences = {name: said for name, said in own.items() if said}
    optional = [name for name in before.optional_scopes if name in scope]
    return {"scope": str(scope), "scope_sentences": sentences, "optional_scopes": optional}


def names_of(form: Form, before: ClientMetadata) -> dict[str, str | None]:
    """The app's name in other languages, `de: Fotokiste` on each line, as `client_name#de`."""
    found: dict[str, str | None] = {key: None for key in before.localized if key.startswith("client_name#")}
    for number, line in enumerate(form[NAMES.name].splitlines(), 1):
        tag, colon, name = (part.strip() for part in line.partition(":"))
        if not line.strip():
            continue
        if not colon or not name or not is_language_tag(tag):
            form.fail(NAMES.name, gettext("Line %(line)s: begin with a language, like de: Fotokiste.", line=number))
        _refuse_ours(form, NAMES.name, name)
        found[f"client_name#{tag.lower()}"] = name
    return found


def spelled(metadata: ClientMetadata) -> dict[str, str]:
    """The form as the registration fills it in."""
    prefix = f"{NAME.name}#"
    names = [(key.removeprefix(prefix), name) for key, name in metadata.localized.items() if key.startswith(prefix)]
    own = [scope for scope in metadata.scope if scope not in ABOUT_PEOPLE]
    said = {**dict.fromkeys(own, ""), **metadata.scope_sentences}
    return {
        NAME.name: metadata.client_name,
        CONTACT.name: next(iter(metadata.contacts), ""),
        NAMES.name: "\n".join(f"{tag}: {name}" for tag, name in sorted(names)),
        REDIRECTS.name: "\n".join(metadata.redirect_uris),
        LEAVING.name: "\n".join(metadata.post_logout_redirect_uris),
        OWN_SCOPES.name: "\n".join(f"{scope}: {text}" if text else scope for scope, text in said.items()),
        **{field.name: str(getattr(metadata, field.name)) for field in PAGES},
    }


def _refuse_ours(form: Form, field: str, name: str) -> None:
    """No app is called what this server is: people would take its wishes for ours. Nor what an address looks like."""
    try:
        registration_policy.insist_on_own_name(name, house().settings)
    except InvalidClientMetadata as problem:
        is_ours = registration_policy.is_ours(name, house().settings)
        form.fail(field, gettext("This name is ours. Choose another one.") if is_ours else problem.description)


def _own_scopes(form: Form) -> Iterator[tuple[str, str]]:
    for number, line in enumerate(form[OWN_SCOPES.name].splitlines(), 1):
        found = _LINE.fullmatch(line.strip())
        if found is None and line.strip():
            form.fail(OWN_SCOPES.name, gettext("Line %(line)s: write orders.read: Read your orders.", line=number))
        elif found and found["name"] in OFFERED:
            form.fail(OWN_SCOPES.name, gettext("Line %(line)s: this is not a scope of your own.", line=number))
        elif found:
            yield found["name"], " ".join((found["said"] or "").split())


def _check(form: Form, name: str, kind: Kind) -> None:
    """The sentences of all lines stand beside the field, each on a line of its own."""
    is_native = kind in (Kind.NATIVE, Kind.DEVICE)
    if faults := redirect_lines.faults(form[name], "native" if is_native else "web"):
        form.fail(name, "\n".join(faults))
