"""What owners of an app read of it: M17 to M19 (ux §8), and who came to own it, or left."""

from idp import locales
from idp.mail.letter import Letter, Part, plain
from idp.mail.wording import NOWHERE, Origin, Reader, button, fill, lines
from idp.settings.load import Settings


def secret_rotated(
    settings: Settings,
    reader: Reader,
    *,
    app: str,
    at: int,
    link: str,
    until: int = 0,
    origin: Origin = NOWHERE,
    zone: str = "UTC",
) -> Letter:
    """M17: at `at` a new secret was made; the former one works until `until` (seconds, 0 when there was none)."""
    _ = reader.gettext
    parts = {
        **_parts(settings, app, link, _("Review credentials")),
        **origin.parts(),
        "when": Part(locales.format_datetime(at, reader.locale, zone)),
        "until": Part(locales.format_day(until, reader.locale)),
    }
    happened = origin.choose(
        _("A new client secret was made on %(when)s."),
        _("A new client secret was made on %(when)s from %(device)s."),
        _("A new client secret was made on %(when)s from %(device)s near %(place)s."),
    )
    former = (_("The former one works until %(until)s: switch over before that."),) if until else ()
    last = _("Wasn’t that one of its owners? End the secret you don’t know: %(link)s")
    return _letter(settings, reader, "secret_rotated", _("%(app)s: new client secret"), parts, happened, *former, last)


def key_set(
    settings: Settings, reader: Reader, *, app: str, at: int, link: str, origin: Origin = NOWHERE, zone: str = "UTC"
) -> Letter:
    """M17 for an app that signs: at `at` (seconds) other public keys were set, and no secret of it is accepted."""
    _ = reader.gettext
    parts = {
        **_parts(settings, app, link, _("Review credentials")),
        **origin.parts(),
        "when": Part(locales.format_datetime(at, reader.locale, zone)),
    }
    happened = origin.choose(
        _("Public keys were set on %(when)s: no client secret is accepted any more."),
        _("Public keys were set on %(when)s from %(device)s: no client secret is accepted any more."),
        _("Public keys were set on %(when)s from %(device)s near %(place)s: no client secret is accepted any more."),
    )
    last = _("Wasn’t that one of its owners? Set your own again: %(link)s")
    return _letter(settings, reader, "key_set", _("%(app)s: new keys"), parts, happened, last)


def secret_expires(settings: Settings, reader: Reader, *, app: str, expires_at: int, link: str) -> Letter:
    """M18, at 30, 12 and 3 days before the only secret of the app ends at `expires_at` (seconds)."""
    _ = reader.gettext
    date = Part(locales.format_day(expires_at, reader.locale))
    parts = {**_parts(settings, app, link, _("Rotate the secret")), "date": date}
    return _letter(
        settings,
        reader,
        "secret_expires",
        _("%(app)s: client secret expires on %(date)s"),
        parts,
        _("%(app)s stops working on %(date)s unless its client secret is rotated."),
        _("Old and new secrets both work for a week while you switch."),
        _("Make a new one: %(link)s"),
    )


def app_suspended(settings: Settings, reader: Reader, *, app: str, reason: str, link: str) -> Letter:
    """M19, when whoever runs this server stopped the app; `reason` in their words, "" for none said."""
    _ = reader.gettext
    parts = {**_parts(settings, app, link, _("See the app")), "reason": Part(plain(reason))}
    why = (_("The reason given: %(reason)s"),) if parts["reason"].text else ()
    return _letter(
        settings,
        reader,
        "app_suspended",
        _("%(app)s was suspended"),
        parts,
        _("Nobody can sign in to %(app)s with %(brand)s, and its tokens are refused."),
        *why,
        _("What to do next: %(link)s"),
    )


def owners_changed(settings: Settings, reader: Reader, *, app: str, email: str, came: bool, link: str) -> Letter:
    """Somebody owns the app from now on (`came`), or does no more; all who own it read so, and who went."""
    _ = reader.gettext
    parts = {**_parts(settings, app, link, _("See its owners")), "email": Part(plain(email))}
    happened = _("%(email)s owns %(app)s from now on.") if came else _("%(email)s does not own %(app)s any more.")
    last = _("Each owner can change and delete it. See who they are: %(link)s")
    return _letter(settings, reader, "app_owners_changed", _("%(app)s: its owners changed"), parts, happened, last)


def invitation(
    settings: Settings, reader: Reader, *, app: str, by: str, hands_over: bool, days: int, link: str
) -> Letter:
    """Somebody is asked to own the app too, or instead of whoever asks (`hands_over`): by link, for `days`, once."""
    _ = reader.gettext
    parts = {**_parts(settings, app, link, _("See the invitation")), "by": Part(plain(by)), "days": Part(str(days))}
    asked = _("%(by)s invites you to own the app %(app)s at %(brand)s together.")
    if hands_over:
        asked = _("%(by)s would like to hand over the app %(app)s at %(brand)s to you.")
    return Letter(
        kind="app_invitation",
        to=reader.email,
        locale=reader.locale,
        subject=fill(_("Own %(app)s at %(brand)s"), parts),
        paragraphs=(
            lines(parts, asked, _("Sign in with this address, or create an account with it: %(link)s")),
            lines(parts, _("The link works for %(days)s days. Don’t know the sender? Ignore this message.")),
        ),
        why=fill(_("You got this message because someone at %(brand)s invited this address."), parts),
        useful_for=days * 86400,
    )


def _parts(settings: Settings, app: str, link: str, label: str) -> dict[str, Part]:
    return {"brand": Part(settings.brand.name), "app": Part(plain(app)), "link": button(settings, link, label)}


def _letter(settings: Settings, reader: Reader, kind: str, subject: str, parts: dict[str, Part], *texts: str) -> Letter:
    why = reader.gettext("You got this message because you own an app at %(brand)s.")
    return Letter(
        kind=kind,
        to=reader.email,
        locale=reader.locale,
        subject=fill(subject, parts),
        paragraphs=(lines(parts, *texts),),
        why=fill(why, parts),
        useful_for=settings.mail.give_up_after,
    )
