"""What people read about the other providers they sign in with: M4 and M10 (ux §8)."""

from collections.abc import Sequence
from typing import Literal

from babel import Locale
from babel.lists import format_list

from idp.mail import notices
from idp.mail.letter import Letter, Part, link_of, plain
from idp.mail.wording import NOWHERE, Origin, Reader, button, fill, lines
from idp.settings.load import Settings

Event = Literal["identity_linked", "identity_unlinked"]


def how_to_sign_in(
    settings: Settings, reader: Reader, *, providers: Sequence[str], sign_in_link: str, password_link: str
) -> Letter:
    """M4, after "Forgot your password?" of whoever has none: by which providers they sign in, and how to set one.

    `password_link` opens the page where the password is chosen, for one hour, once.
    """
    _ = reader.gettext
    names = format_list([plain(name) for name in providers], locale=Locale.parse(reader.locale, sep="-"))
    parts = {
        "brand": Part(settings.brand.name),
        "providers": Part(names),
        "sign_in": button(settings, sign_in_link, _("Sign in")),
        "password": Part("", link_of(settings.server.issuer, password_link), "link"),
    }
    why = _("You got this message because someone asked %(brand)s to reset the password of this address.")
    return Letter(
        kind="how_to_sign_in",
        to=reader.email,
        locale=reader.locale,
        subject=fill(_("How to sign in to %(brand)s"), parts),
        paragraphs=(
            lines(
                parts,
                _("Your account has no password. It uses %(providers)s to sign in: %(sign_in)s"),
                _("You can also set a password: %(password)s"),
                _("The link works for one hour, once."),
            ),
        ),
        why=fill(why, parts),
        useful_for=3600,
    )


def changed(
    settings: Settings,
    reader: Reader,
    event: Event,
    *,
    provider: str,
    at: int,
    link: str,
    origin: Origin = NOWHERE,
    zone: str = "UTC",
) -> Letter:
    """M10: at `at` (seconds since the epoch) a provider was linked or unlinked. `link` is where the account is made
    safe.
    """
    _ = reader.gettext
    subjects: dict[Event, str] = {
        "identity_linked": _("%(provider)s was linked to your %(brand)s account"),
        "identity_unlinked": _("%(provider)s was unlinked from your %(brand)s account"),
    }
    more = {"provider": Part(plain(provider))}
    return notices.notice(
        settings, reader, event, subjects[event], at=at, link=link, origin=origin, zone=zone, more=more
    )
