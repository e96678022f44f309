"""The end of an account and what a person takes along: a download that is ready, a deletion set, a deletion done."""

from idp import locales
from idp.mail.letter import Letter, Part
from idp.mail.wording import Reader, about_security, button, fill, lines
from idp.settings.load import Settings

DAY = 86400


def export_ready(settings: Settings, reader: Reader, *, link: str) -> Letter:
    """M13. `link` is the page that has it, for a day, for the person who is signed in."""
    _ = reader.gettext
    parts = {"brand": Part(settings.brand.name), "link": button(settings, link, _("Get your data"))}
    return Letter(
        kind="export_ready",
        to=reader.email,
        locale=reader.locale,
        subject=fill(_("Your %(brand)s data is ready"), parts),
        paragraphs=(
            lines(
                parts,
                _("Everything we hold about you is in one file now: %(link)s"),
                _("It stays there for 24 hours. You’ll be asked to sign in."),
            ),
        ),
        why=fill(_("You got this message because you asked %(brand)s for your data."), parts),
        useful_for=DAY,
    )


def deletion_set(settings: Settings, reader: Reader, *, deletes_at: int, link: str, zone: str = "UTC") -> Letter:
    """M15. Until `deletes_at` (seconds since the epoch) whoever signs in at `link` may keep the account."""
    _ = reader.gettext
    parts = {
        "brand": Part(settings.brand.name),
        "date": Part(locales.format_day(deletes_at, reader.locale, zone)),
        "link": button(settings, link, _("Keep my account")),
    }
    said = lines(
        parts,
        _("You asked us to delete your account. Every device and every app was signed out."),
        _("Changed your mind, or wasn’t you? Sign in before %(date)s to keep it: %(link)s"),
        _("Otherwise there is nothing you need to do."),
    )
    subject = _("Your %(brand)s account will be deleted on %(date)s")
    return about_security(settings, reader, "deletion_set", subject, parts, said)


def deletion_done(settings: Settings, reader: Reader, *, link: str) -> Letter:
    """M16, to the address that was the account's. `link` is our privacy policy, or whatever the operator has there."""
    _ = reader.gettext
    parts = {"brand": Part(settings.brand.name), "link": button(settings, link, _("Start page"))}
    return Letter(
        kind="deletion_done",
        to=reader.email,
        locale=reader.locale,
        subject=fill(_("Your %(brand)s account is deleted"), parts),
        paragraphs=(
            lines(
                parts,
                _("Your profile, addresses, passwords, passkeys, sessions and connected apps are gone."),
                _(
                    "We kept that there was an account and what happened to it, without your name, address, network or"
                    " device: so that our records stay whole. That goes with time, too."
                ),
                _("Apps may still hold what you shared with them. Ask them to delete it."),
            ),
            lines(parts, _("You can sign up with this address again whenever you like: %(link)s")),
        ),
        why=fill(_("You got this message because the %(brand)s account of this address was deleted."), parts),
        useful_for=settings.mail.give_up_after,
    )
