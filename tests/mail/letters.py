"""Settings, readers and one of each mail, for the tests of this folder."""

from collections.abc import Mapping
from typing import Any, Protocol

from idp.mail import address_change, alerts, developers, farewells, messages, notices
from idp.mail.letter import Letter
from idp.mail.sign_in_code import sign_in_code
from idp.settings.load import Settings
from idp.settings.sections import Brand, Mail, Server

NOW = 1_800_000_000
ISSUER = "http://127.0.0.1:8000"
BRAND = Brand(name="Example ID", support_email="help@id.example.com", postal_address="1 Example Street, Lyon")
JANE = messages.Reader("jane@example.org", "en")
HANS = messages.Reader("hans@example.org", "de")
MARIE = messages.Reader("marie@example.org", "fr")
MARTA = messages.Reader("marta@example.org", "es")
LAYLA = messages.Reader("layla@example.org", "ar")
LAPTOP = messages.Origin("Firefox on Linux", "Lyon, France")
TOKEN = "dG9rZW4tdGhhdC1ub2JvZHktbWF5LXJlYWQ"
CODE = "482913"


class HasPort(Protocol):
    port: int


def settings(server: HasPort | None = None, *, issuer: str = ISSUER, brand: Brand = BRAND, **mail: Any) -> Settings:
    if server is not None:
        mail = {"transport": "smtp", "host": "127.0.0.1", "port": server.port, "security": "none", **mail}
    mail = {"sender": "no-reply@id.example.com", **mail}
    return Settings(server=Server(issuer=issuer), brand=brand, mail=Mail(**mail))


def confirm(to: messages.Reader = JANE, app: str = "Photo Box", config: Settings | None = None) -> Letter:
    link = f"/verify?token={TOKEN}"
    return messages.confirm_address(config or settings(), to, link=link, code=CODE, app=app)


def exists(to: messages.Reader = JANE, config: Settings | None = None) -> Letter:
    return messages.account_exists(config or settings(), to, sign_in_link="/signin", forgot_link="/forgot")


def reset(to: messages.Reader = JANE, origin: messages.Origin = LAPTOP, config: Settings | None = None) -> Letter:
    link = f"/reset?token={TOKEN}"
    return messages.choose_password(config or settings(), to, link=link, origin=origin)


def changed(to: messages.Reader = JANE, origin: messages.Origin = LAPTOP, config: Settings | None = None) -> Letter:
    return messages.password_changed(config or settings(), to, at=NOW, link="/account/password", origin=origin)


def confirm_new(to: messages.Reader = JANE, config: Settings | None = None) -> Letter:
    link = f"/account/email/confirm?token={TOKEN}"
    return address_change.confirm_new(config or settings(), to, link=link, code=CODE)


def address_taken(to: messages.Reader = JANE, config: Settings | None = None) -> Letter:
    return address_change.address_taken(config or settings(), to, sign_in_link="/signin")


def address_changing(
    to: messages.Reader = JANE, new: str = "jane@new.example.net", origin: messages.Origin = LAPTOP
) -> Letter:
    link = f"/account/email/stop?token={TOKEN}"
    return address_change.address_changing(settings(), to, new_address=new, at=NOW, link=link, origin=origin)


def new_device(to: messages.Reader = JANE, origin: messages.Origin = LAPTOP, app: str = "Photo Box") -> Letter:
    return alerts.new_device(settings(), to, at=NOW, link="/account/secure", origin=origin, app=app)


def guessed_at(to: messages.Reader = JANE) -> Letter:
    return alerts.guessed_at(settings(), to, at=NOW, link="/account/secure")


def keeps_access(to: messages.Reader = JANE, app: str = "Photo Box") -> Letter:
    sees = ("See your email address", "Keep access while you’re away")
    return alerts.keeps_access(settings(), to, app=app, sees=sees, link="/account/apps/box")


def asked_to_confirm(to: messages.Reader = JANE, app: str = "Photo Box") -> Letter:
    return alerts.asked_to_confirm(settings(), to, app=app, at=NOW, link="/confirm")


def locked(to: messages.Reader = JANE, origin: messages.Origin = LAPTOP) -> Letter:
    return alerts.locked(settings(), to, at=NOW, link="/forgot", origin=origin)


def export_ready(to: messages.Reader = JANE) -> Letter:
    return farewells.export_ready(settings(), to, link=f"{ISSUER}/account/data")


def deletion_set(to: messages.Reader = JANE) -> Letter:
    return farewells.deletion_set(settings(), to, deletes_at=NOW, link="/account/keep")


def deletion_done(to: messages.Reader = JANE) -> Letter:
    return farewells.deletion_done(settings(), to, link=f"{ISSUER}/")


def proof_changed(
    to: messages.Reader = JANE, what: notices.What = "authenticator_added", origin: messages.Origin = LAPTOP
) -> Letter:
    return notices.proof_changed(settings(), to, what, at=NOW, link="/account/secure", origin=origin)


def mailed_code(to: messages.Reader = JANE, app: str = "Photo Box", origin: messages.Origin = LAPTOP) -> Letter:
    link = f"/signin/mail/link?token={TOKEN}"
    return sign_in_code(settings(), to, link=link, code=CODE, app=app, origin=origin)


def secret_rotated(to: messages.Reader = JANE, origin: messages.Origin = LAPTOP, until: int = NOW) -> Letter:
    link = f"{ISSUER}/developers/box/credentials"
    return developers.secret_rotated(settings(), to, app="Photo Box", at=NOW, until=until, link=link, origin=origin)


def key_set(to: messages.Reader = JANE, origin: messages.Origin = LAPTOP) -> Letter:
    link = f"{ISSUER}/developers/box/credentials"
    return developers.key_set(settings(), to, app="Photo Box", at=NOW, link=link, origin=origin)


def secret_expires(to: messages.Reader = JANE, app: str = "Photo Box") -> Letter:
    link = f"{ISSUER}/developers/box/credentials"
    return developers.secret_expires(settings(), to, app=app, expires_at=NOW, link=link)


def app_suspended(to: messages.Reader = JANE, reason: str = "It asked for passwords") -> Letter:
    return developers.app_suspended(settings(), to, app="Photo Box", reason=reason, link=f"{ISSUER}/developers/box")


def owners_changed(to: messages.Reader = JANE, came: bool = True) -> Letter:
    link = f"{ISSUER}/developers/box/owners"
    return developers.owners_changed(settings(), to, app="Photo Box", email="jo@example.org", came=came, link=link)


def invitation(to: messages.Reader = JANE, hands_over: bool = False) -> Letter:
    link, by = "/developers/invitations", "jo@example.org"
    return developers.invitation(settings(), to, app="Photo Box", by=by, hands_over=hands_over, days=7, link=link)


ALL: Mapping[str, Any] = {
    "confirm_address": confirm,
    "account_exists": exists,
    "choose_password": reset,
    "password_changed": changed,
    "confirm_new_address": confirm_new,
    "address_taken": address_taken,
    "address_changing": address_changing,
    "new_device": new_device,
    "guessed_at": guessed_at,
    "keeps_access": keeps_access,
    "asked_to_confirm": asked_to_confirm,
    "locked": locked,
    "export_ready": export_ready,
    "deletion_set": deletion_set,
    "deletion_done": deletion_done,
    "authenticator_added": proof_changed,
    "sign_in_code": mailed_code,
    "secret_rotated": secret_rotated,
    "key_set": key_set,
    "secret_expires": secret_expires,
    "app_suspended": app_suspended,
    "app_owners_changed": owners_changed,
    "app_invitation": invitation,
}
