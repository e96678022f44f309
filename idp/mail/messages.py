"""One function per mail: what it says, in the reader's language (ux §8). Layout is elsewhere."""

from idp import locales
from idp.mail.letter import Letter, Part, link_of, plain
from idp.mail.wording import NOWHERE, Origin, Reader, about_security, button, fill, has_one_already, lines
from idp.settings.load import Settings

HOUR = 3600
DAY = 24 * HOUR


def confirm_address(settings: Settings, reader: Reader, *, link: str, code: str, app: str = "") -> Letter:
    """M1, at sign-up. `link` opens the page that confirms, `code` is six digits, `app` names the app that waits."""
    _ = reader.gettext
    parts = {
        "brand": Part(settings.brand.name),
        "app": Part(plain(app)),
        "link": button(settings, link, _("Confirm email")),
        "code": Part(f"{code[:3]} {code[3:]}", look="code"),
    }
    intro = _("Confirm your email to finish creating your %(brand)s account:")
    if app:
        intro = _("Confirm your email to finish creating your %(brand)s account and continue to %(app)s:")
    end = _(
        "Both work for 24 hours. Didn’t sign up? Ignore this message; no account is created without your confirmation."
    )
    return Letter(
        kind="confirm_address",
        to=reader.email,
        locale=reader.locale,
        subject=fill(_("%(code)s is your %(brand)s code"), parts),
        paragraphs=(
            lines(parts, _("Hi,")),
            lines(parts, intro, "%(link)s"),
            lines(parts, _("Or type this code where you signed up: %(code)s")),
            lines(parts, end),
        ),
        why=fill(_("You got this message because someone signed up at %(brand)s with this address."), parts),
        useful_for=DAY,
    )


def account_exists(settings: Settings, reader: Reader, *, sign_in_link: str, forgot_link: str) -> Letter:
    """M2, at sign-up with an address that has an account: the page says the same as ever, only the mail tells."""
    _ = reader.gettext
    parts = {
        "brand": Part(settings.brand.name),
        "sign_in": button(settings, sign_in_link, _("Sign in")),
        "forgot": Part("", link_of(settings.server.issuer, forgot_link), "link"),
    }
    found = _(
        "Someone, probably you, tried to create an account with this address. "
        "You already have one. Sign in: %(sign_in)s"
    )
    return Letter(
        kind="account_exists",
        to=reader.email,
        locale=reader.locale,
        subject=has_one_already(settings, reader, parts),
        paragraphs=(lines(parts, found, _("Forgot your password? %(forgot)s"), _("Not you? Nothing was changed.")),),
        why=fill(_("You got this message because someone signed up at %(brand)s with this address."), parts),
        useful_for=settings.mail.give_up_after,
    )


def choose_password(settings: Settings, reader: Reader, *, link: str, origin: Origin = NOWHERE) -> Letter:
    """M3, after "Forgot your password?". `link` opens the page where the new password is chosen."""
    _ = reader.gettext
    parts = {
        "brand": Part(settings.brand.name),
        "email": Part(reader.email),
        "link": button(settings, link, _("Choose a new password")),
        **origin.parts(),
    }
    asked = origin.choose(
        _("We got a request to reset the password of %(email)s."),
        _("We got a request to reset the password of %(email)s, from %(device)s."),
        _("We got a request to reset the password of %(email)s, from %(device)s near %(place)s."),
    )
    why = _("You got this message because someone asked %(brand)s to reset the password of this address.")
    return Letter(
        kind="choose_password",
        to=reader.email,
        locale=reader.locale,
        subject=fill(_("Choose a new password for %(brand)s"), parts),
        paragraphs=(
            lines(
                parts,
                asked,
                _("Choose a new one: %(link)s"),
                _("The link works for one hour, once."),
                _("Didn’t ask? Ignore this message; your password stays the same."),
            ),
        ),
        why=fill(why, parts),
        useful_for=HOUR,
    )


def password_changed(
    settings: Settings, reader: Reader, *, at: int, link: str, origin: Origin = NOWHERE, zone: str = "UTC"
) -> Letter:
    """M5, after a change or a reset at `at` (seconds since the epoch). `link` is where the account is made safe."""
    _ = reader.gettext
    parts = {
        "brand": Part(settings.brand.name),
        "when": Part(locales.format_datetime(at, reader.locale, zone)),
        "link": button(settings, link, _("Secure your account")),
        **origin.parts(),
    }
    changed = origin.choose(
        _("Changed on %(when)s. Other devices were signed out."),
        _("Changed on %(when)s from %(device)s. Other devices were signed out."),
        _("Changed on %(when)s from %(device)s near %(place)s. Other devices were signed out."),
    )
    return about_security(
        settings,
        reader,
        "password_changed",
        _("Your %(brand)s password was changed"),
        parts,
        lines(parts, changed, _("Wasn’t you? Secure your account: %(link)s")),
    )
