"""The fields that several forms share, and the sentences for what may be wrong with them."""

from typing import Final

from babel import Locale
from babel.lists import format_list

from idp.accounts import passwords
from idp.accounts.identifiers import BadEmail, Email, Reason, normalise_email
from idp.accounts.passwords import Problem
from idp.web.forms import Field, Form
from idp.web.house import house
from idp.web.locale import current, gettext, ngettext

EMAIL: Final = Field("email", 320)
PASSWORD: Final = Field("password", passwords.LONGEST)
NEW_PASSWORD: Final = Field("new_password", passwords.LONGEST)
CONFIRM_PASSWORD: Final = Field("confirm_password", passwords.LONGEST)
REMEMBER: Final = Field("remember", 1)
TOKEN: Final = Field("token", 128)
CODE: Final = Field("code", 32)


def email_of(form: Form) -> Email | None:
    """The address that was typed; None, with the sentence said, when it is none."""
    if EMAIL.name in form.errors:
        return None
    try:
        return normalise_email(form[EMAIL.name])
    except BadEmail as bad:
        form.fail(EMAIL.name, _about_email(bad.reason))
        return None


def password_of(form: Form) -> str:
    """The password that was typed, untouched; "" with the sentence said when there is none."""
    if not form[PASSWORD.name]:
        form.fail(PASSWORD.name, gettext("Enter your password."))
    return form[PASSWORD.name]


def new_password_of(form: Form, email: str) -> str:
    """The new password, when it may be chosen for this address (a lookup form) and was typed twice alike.

    Else "", with the sentences said.
    """
    typed = form[NEW_PASSWORD.name]
    if NEW_PASSWORD.name not in form.errors:
        found = passwords.problems(typed, email, house().settings.password)
        if found:
            form.fail(NEW_PASSWORD.name, _about_password(found))
        elif CONFIRM_PASSWORD.name in form.fields and form[CONFIRM_PASSWORD.name] != typed:
            form.fail(CONFIRM_PASSWORD.name, gettext("These passwords don’t match. Type the second one again."))
    return "" if {NEW_PASSWORD.name, CONFIRM_PASSWORD.name} & form.errors.keys() else typed


def _about_email(reason: Reason) -> str:
    return {
        Reason.EMPTY: gettext("Enter your email address."),
        Reason.SPACE: gettext("Take out the space in your email address."),
        Reason.FORMAT: gettext("Enter an email address like name@example.com."),
    }[reason]


def _about_password(found: tuple[Problem, ...]) -> str:
    whole = {
        Problem.EMPTY: gettext("Choose a password."),
        Problem.TOO_LONG: gettext("Use a shorter password: up to 256 characters."),
        Problem.IS_EMAIL: gettext("Don’t use your email address in your password."),
        Problem.COMMON: gettext("This password turned up in a data breach elsewhere. Choose a different one."),
    }
    if found[0] in whole:
        return whole[found[0]]
    least = passwords.shortest(house().settings.password)
    parts = {
        Problem.TOO_SHORT: ngettext("at least %(n)s character", "at least %(n)s characters", least),
        Problem.NO_LOWER_CASE: gettext("a lower-case letter"),
        Problem.NO_UPPER_CASE: gettext("an upper-case letter"),
        Problem.NO_NUMBER: gettext("a number"),
        Problem.NO_SYMBOL: gettext("a symbol"),
    }
    needs = format_list([parts[problem] for problem in found], locale=Locale.parse(current(), sep="-"))
    return gettext("This password needs %(needs)s.", needs=needs)
