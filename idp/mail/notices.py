"""Security notices, all of one shape: what happened, when, on which device, and the way to make the account safe."""

from typing import Literal

from idp import locales
from idp.mail.letter import Letter, Part
from idp.mail.wording import NOWHERE, Origin, Reader, about_security, button, lines
from idp.settings.load import Settings

What = Literal[
    "authenticator_added",
    "authenticator_removed",
    "recovery_codes_made",
    "recovery_code_used",
    "passkey_added",
    "passkey_removed",
    "passkey_refused",
    "password_removed",
]


def proof_changed(
    settings: Settings, reader: Reader, what: What, *, at: int, link: str, origin: Origin = NOWHERE, zone: str = "UTC"
) -> Letter:
    """M9: at `at` (seconds since the epoch), something that the person proves themselves by."""
    _ = reader.gettext
    subjects: dict[What, str] = {
        "authenticator_added": _("An authenticator app was added to your %(brand)s account"),
        "authenticator_removed": _("The authenticator app was removed from your %(brand)s account"),
        "recovery_codes_made": _("New recovery codes were made for your %(brand)s account"),
        "recovery_code_used": _("A recovery code was used for your %(brand)s account"),
        "passkey_added": _("A passkey was added to your %(brand)s account"),
        "passkey_removed": _("A passkey was removed from your %(brand)s account"),
        "passkey_refused": _("We refused a passkey of your %(brand)s account that may have been copied"),
        "password_removed": _("The password was removed from your %(brand)s account"),
    }
    return notice(settings, reader, what, subjects[what], at=at, link=link, origin=origin, zone=zone)


def notice(
    settings: Settings,
    reader: Reader,
    kind: str,
    subject: str,
    *,
    at: int,
    link: str,
    origin: Origin = NOWHERE,
    zone: str = "UTC",
    more: dict[str, Part] | None = None,
) -> Letter:
    """Any of them: `subject` is the translated sentence that says what happened; `more` are its other %(placeholders)s.

    `link` is where the account is made safe.
    """
    _ = reader.gettext
    parts = {
        "brand": Part(settings.brand.name),
        "when": Part(locales.format_datetime(at, reader.locale, zone)),
        "link": button(settings, link, _("Secure your account")),
        **(more or {}),
        **origin.parts(),
    }
    happened = origin.choose(
        _("That was on %(when)s."),
        _("That was on %(when)s from %(device)s."),
        _("That was on %(when)s from %(device)s near %(place)s."),
    )
    return about_security(
        settings,
        reader,
        kind,
        subject,
        parts,
        lines(parts, f"{subject}.", happened, _("Wasn’t you? Secure your account: %(link)s")),
    )
