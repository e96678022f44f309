"""The mails around another address: to the new one, which proves itself, and to the old one, which may stop it."""

from idp import locales
from idp.mail.letter import Letter, Part
from idp.mail.wording import NOWHERE, Origin, Reader, about_security, button, fill, has_one_already, lines
from idp.settings.load import Settings

DAY = 86400
HIDDEN = "•••"


def confirm_new(settings: Settings, reader: Reader, *, link: str, code: str) -> Letter:
    """M7, to the new address. `link` opens the page that confirms, for whoever is signed in; `code` is six digits."""
    _ = reader.gettext
    parts = {
        "brand": Part(settings.brand.name),
        "link": button(settings, link, _("Confirm email")),
        "code": Part(f"{code[:3]} {code[3:]}", look="code"),
    }
    intro = _("Confirm that this is the new email address of your %(brand)s account:")
    where = _("Open the link in the browser where you’re signed in, or type this code there: %(code)s")
    end = _("Both work for 24 hours. Didn’t ask for this? Ignore this message; nothing changes without it.")
    why = _("You got this message because someone wants to use this address for their %(brand)s account.")
    return Letter(
        kind="confirm_new_address",
        to=reader.email,
        locale=reader.locale,
        subject=fill(_("Confirm your new email for %(brand)s"), parts),
        paragraphs=(
            lines(parts, _("Hi,")),
            lines(parts, intro, "%(link)s"),
            lines(parts, where),
            lines(parts, end),
        ),
        why=fill(why, parts),
        useful_for=DAY,
    )


def address_taken(settings: Settings, reader: Reader, *, sign_in_link: str) -> Letter:
    """Instead of M7, to an address that has an account: the page says the same as ever, only the mail tells."""
    _ = reader.gettext
    parts = {"brand": Part(settings.brand.name), "sign_in": button(settings, sign_in_link, _("Sign in"))}
    found = _(
        "Someone, probably you, wanted to use this address for another %(brand)s account. "
        "This address already has one. Sign in: %(sign_in)s"
    )
    why = _("You got this message because someone wants to use this address for their %(brand)s account.")
    return Letter(
        kind="address_taken",
        to=reader.email,
        locale=reader.locale,
        subject=has_one_already(settings, reader, parts),
        paragraphs=(lines(parts, found, _("Not you? Nothing was changed.")),),
        why=fill(why, parts),
        useful_for=settings.mail.give_up_after,
    )


def address_changing(
    settings: Settings, reader: Reader, *, new_address: str, at: int, link: str, origin: Origin = NOWHERE
) -> Letter:
    """M8, to the old address at once, asked for at `at` (seconds). `link` opens the page that stops it, for a week."""
    _ = reader.gettext
    parts = {
        "brand": Part(settings.brand.name),
        "new": Part(masked(new_address)),
        "when": Part(locales.format_datetime(at, reader.locale)),
        "link": button(settings, link, _("Stop the change")),
        **origin.parts(),
    }
    asked = origin.choose(
        _("Asked for on %(when)s."),
        _("Asked for on %(when)s from %(device)s."),
        _("Asked for on %(when)s from %(device)s near %(place)s."),
    )
    return about_security(
        settings,
        reader,
        "address_changing",
        _("Your %(brand)s email is changing"),
        parts,
        lines(parts, _("Your %(brand)s account is about to get the email address %(new)s."), asked),
        lines(parts, _("Wasn’t you? Stop it: %(link)s"), _("The link works for 7 days, also after the change.")),
    )


def masked(address: str) -> str:
    """Enough for whoever chose it to recognise it, and for nobody else to write to it: j•••@example.org."""
    name, _, domain = address.rpartition("@")
    return f"{name[:1]}{HIDDEN}@{domain}"
