"""What happens to an account unasked: a sign-in somewhere new, guesses at its password, an app that keeps access."""

from idp import locales
from idp.mail.letter import Letter, Part, plain
from idp.mail.wording import NOWHERE, Origin, Reader, about_security, button, lines
from idp.settings.load import Settings


def new_device(
    settings: Settings,
    reader: Reader,
    *,
    at: int,
    link: str,
    origin: Origin = NOWHERE,
    app: str = "",
    zone: str = "UTC",
) -> Letter:
    """M6, at the first sign-in in a browser. `app` names the app it was for; `link` is where the account is made safe.

    A device without a name is called a new device.
    """
    _ = reader.gettext
    parts = {
        **_parts(settings, reader, at, link, zone),
        "device": Part(plain(origin.device) or _("a new device")),
        "place": Part(plain(origin.place)),
        "app": Part(plain(app)),
    }
    happened = _("%(device)s, on %(when)s.")
    if origin.place and app:
        happened = _("%(device)s, near %(place)s, on %(when)s, for %(app)s.")
    elif origin.place:
        happened = _("%(device)s, near %(place)s, on %(when)s.")
    elif app:
        happened = _("%(device)s, on %(when)s, for %(app)s.")
    return about_security(
        settings,
        reader,
        "new_device",
        _("New sign-in to %(brand)s: %(device)s"),
        parts,
        lines(
            parts,
            happened,
            _("If it was you, do nothing. If not, sign that device out and change your password: %(link)s"),
        ),
    )


def guessed_at(settings: Settings, reader: Reader, *, at: int, link: str, zone: str = "UTC") -> Letter:
    """M11, when a password was guessed at so often that we slowed down; at most once a day."""
    _ = reader.gettext
    parts = _parts(settings, reader, at, link, zone)
    return about_security(
        settings,
        reader,
        "guessed_at",
        _("Someone is trying to sign in to %(brand)s"),
        parts,
        lines(
            parts,
            _("There were many wrong passwords for your account until %(when)s."),
            _("We slowed them down. Your password wasn’t guessed."),
            _("Is it one you use elsewhere too? Then choose a new one: %(link)s"),
        ),
    )


def keeps_access(settings: Settings, reader: Reader, *, app: str, sees: tuple[str, ...], link: str) -> Letter:
    """M12, when an app may come back while the person is away. `sees` says what it may see, sentence by sentence."""
    _ = reader.gettext
    parts = {
        "brand": Part(settings.brand.name),
        "app": Part(plain(app)),
        "link": button(settings, link, _("Review or disconnect")),
    }
    said = tuple(line for sentence in sees for line in lines({"it": Part(plain(sentence))}, "– %(it)s"))
    return about_security(
        settings,
        reader,
        "keeps_access",
        _("%(app)s can now use your %(brand)s account"),
        parts,
        lines(parts, _("You let %(app)s use your account, also while you’re away. It can:")),
        said,
        lines(parts, _("Review or disconnect: %(link)s")),
    )


def asked_to_confirm(settings: Settings, reader: Reader, *, app: str, at: int, link: str, zone: str = "UTC") -> Letter:
    """When an app asks somebody who is not in front of it (OpenID CIBA Core 1.0). Nothing of what it wrote stands here:
    `link` is where it is read, and confirmed or not.
    """
    _ = reader.gettext
    parts = {
        **_parts(settings, reader, at, link, zone),
        "app": Part(plain(app)),
        "link": button(settings, link, _("See what it is")),
    }
    return about_security(
        settings,
        reader,
        "asked_to_confirm",
        _("%(app)s asks you to confirm with %(brand)s"),
        parts,
        lines(
            parts,
            _("%(app)s asked on %(when)s for your yes."),
            _("Sign in to see what it is, and to allow it or not: %(link)s"),
            _("Not you? Do nothing: without your yes nothing happens."),
        ),
    )


def locked(
    settings: Settings, reader: Reader, *, at: int, link: str, origin: Origin = NOWHERE, zone: str = "UTC"
) -> Letter:
    """M14, when the person locked the account. `link` is where they ask for the mail that opens it again."""
    _ = reader.gettext
    parts = {
        **_parts(settings, reader, at, link, zone),
        "link": button(settings, link, _("Unlock my account")),
        **origin.parts(),
    }
    happened = origin.choose(
        _("Your account was locked on %(when)s."),
        _("Your account was locked on %(when)s from %(device)s."),
        _("Your account was locked on %(when)s from %(device)s near %(place)s."),
    )
    return about_security(
        settings,
        reader,
        "locked",
        _("We signed you out of %(brand)s"),
        parts,
        lines(
            parts,
            happened,
            _("Every device and every app was signed out, and nobody can sign in until you choose a new password."),
            _("Unlock it by mail when you’re ready: %(link)s"),
        ),
    )


def _parts(settings: Settings, reader: Reader, at: int, link: str, zone: str) -> dict[str, Part]:
    return {
        "brand": Part(settings.brand.name),
        "when": Part(locales.format_datetime(at, reader.locale, zone)),
        "link": button(settings, link, reader.gettext("Secure your account")),
    }
