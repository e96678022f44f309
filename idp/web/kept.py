"""What a browser brings from page to page where no app's request holds it: sealed, and for this browser alone.

Neither the address bar nor a history or log says it, and in another browser it opens nothing.
"""

from hmac import compare_digest
from typing import Final

from flask import request

from idp.signing.sealing import BadSeal
from idp.store import pending_authorizations
from idp.store.pending_authorizations import Pending
from idp.web import cookies
from idp.web.fields import EMAIL, TOKEN
from idp.web.forms import Form
from idp.web.house import house, now

LINK: Final = "link"
"""The parameter that stands for the token of a mailed link which this browser opened."""
TYPED: Final = "typed"
"""The parameter that stands for the e-mail address which was typed on another page."""


def token() -> str:
    """The token in this request's address: as it was mailed, or as this browser keeps it; "" where there is none."""
    return request.args.get(TOKEN.name, "")[: TOKEN.limit] or _unsealed(LINK)


def link(mailed: str) -> dict[str, str]:
    """The parameter with which this browser may load the page of a mailed token again, the token out of sight."""
    return {LINK: _sealed(LINK, mailed)}


def expected_email(pending: Pending | None) -> str:
    """What was typed on another page of this sign-in, else whom the app expects (login_hint)."""
    known = (pending.typed_email or pending.request.login_hint or "") if pending else _unsealed(TYPED)
    return known[: EMAIL.limit]


def typed(form: Form, pending: Pending | None) -> str | None:
    """The value of TYPED for links to other pages; None where the app's request holds it, or nothing was typed."""
    return sealed_email(form[EMAIL.name].strip(), pending) if EMAIL.name not in form.errors else None


def sealed_email(email: str, pending: Pending | None) -> str | None:
    """The value of TYPED for this address; None where the app's request holds it."""
    return _sealed(TYPED, email) if email and pending is None else None


def note_email(pending: Pending | None, email: str) -> None:
    """The app's request holds the address for its other pages. To be called after all that is counted."""
    if pending:
        pending_authorizations.typed_email(pending.id, email)


def _sealed(name: str, text: str) -> str:
    return house().sealer.seal(_purpose(name), f"{cookies.browser_hash()}.{text}".encode(), now())


def _unsealed(name: str) -> str:
    """Nothing for what is not there, or not this browser's."""
    try:
        kept = house().sealer.unseal(_purpose(name), request.args.get(name, "")).decode()
    except BadSeal:
        return ""
    whose, _, text = kept.partition(".")
    return text if compare_digest(whose, cookies.browser_hash()) else ""


def _purpose(name: str) -> str:
    return f"kept {name}"
