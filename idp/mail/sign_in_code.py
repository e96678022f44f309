"""The mail that signs in without a password, where that is on."""

from idp.mail.letter import Letter, Part, plain
from idp.mail.wording import NOWHERE, Origin, Reader, button, fill, lines
from idp.settings.load import Settings

QUARTER = 900


def sign_in_code(
    settings: Settings, reader: Reader, *, link: str, code: str, app: str = "", origin: Origin = NOWHERE
) -> Letter:
    """`link` opens the page that signs in, in the browser that asked; `code` is six digits for that browser."""
    _ = reader.gettext
    parts = {
        "brand": Part(settings.brand.name),
        "app": Part(plain(app)),
        "link": button(settings, link, _("Sign in")),
        "code": Part(f"{code[:3]} {code[3:]}", look="code"),
        **origin.parts(),
    }
    intro = _("Sign in to %(brand)s:")
    if app:
        intro = _("Sign in to %(brand)s and continue to %(app)s:")
    asked = origin.choose(
        _("Somebody asked for this code."),
        _("Somebody asked for this code from %(device)s."),
        _("Somebody asked for this code from %(device)s near %(place)s."),
    )
    end = _(
        "Both work for 15 minutes, in the browser where you asked. Didn’t ask? Ignore this message, and give the code "
        "to nobody."
    )
    return Letter(
        kind="sign_in_code",
        to=reader.email,
        locale=reader.locale,
        subject=fill(_("%(code)s is your %(brand)s sign-in code"), parts),
        paragraphs=(
            lines(parts, _("Hi,")),
            lines(parts, _("Type this code where you asked for it: %(code)s")),
            lines(parts, _("Or open this link in the same browser."), intro, "%(link)s"),
            lines(parts, asked, end),
        ),
        why=fill(_("You got this message because someone asked to sign in to %(brand)s with this address."), parts),
        useful_for=QUARTER,
    )
