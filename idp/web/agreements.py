"""The terms and the privacy policy in this request: which are in force, and who has to agree to them still."""

from idp.accounts import agreements as rules
from idp.accounts.agreements import Owed
from idp.accounts.documents import DOCUMENTS
from idp.store.agreements import PRIVACY, TERMS
from idp.store.browser_sessions import Session
from idp.web.house import house, now


def in_force() -> dict[str, str]:
    """The version of each document that people agree to today."""
    brand = house().settings.brand
    return {TERMS: brand.terms_version, PRIVACY: brand.privacy_version}


def owed(session: Session) -> Owed:
    """Whether the person of this session has to agree to something newer than what they agreed to last."""
    settings = house().settings
    return rules.owed(session, settings.brand, settings.agreements.grace_for, now())


def changed(session: Session) -> tuple[str, ...]:
    """The documents that are not those this person agreed to last."""
    agreed = {TERMS: session.terms_version, PRIVACY: session.privacy_version}
    return tuple(document for document in DOCUMENTS if agreed[document] != in_force()[document])


def waits_until(session: Session) -> int:
    """The moment (seconds since the epoch) from which this person cannot put it off any more."""
    grace_for = house().settings.agreements.grace_for
    return min(rules.insisted_on_from(in_force()[document], grace_for) for document in changed(session))
