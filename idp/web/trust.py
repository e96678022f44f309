"""Whether this browser may leave out the second proof: a trust apart from "Remember" and from the session."""

from idp.protocol import acr
from idp.sessions import LONGEST_USER_AGENT
from idp.store import trusted_devices
from idp.store.base import fingerprint, new_secret
from idp.store.browser_sessions import Session
from idp.web import cookies
from idp.web.house import house, now


def holds(user_id: str) -> bool:
    """Whether this person said "Don't ask again on this device" here, not too long ago."""
    token = cookies.read(cookies.TRUSTED)
    return bool(token) and trusted_devices.is_trusted(fingerprint(token or ""), user_id, now())


def is_owed(session: Session) -> bool:
    """Whether this deployment (second_factor.required) asks the person of this session for a second proof still.

    A browser they trust may leave it out. The `acr` of the session says the truth all the same.
    """
    required = house().settings.second_factor.required
    return required and not acr.meets(session.acr, (acr.TWO_FACTORS,)) and not holds(session.user_id)


def begin(user_id: str, user_agent: str, network: str) -> None:
    """This person trusts this browser; whom it was trusted by before has to give the second proof again here."""
    token, lasts = new_secret(), house().settings.second_factor.trust_device_for
    trusted_devices.add(user_id, fingerprint(token), user_agent[:LONGEST_USER_AGENT], network, now(), now() + lasts)
    cookies.put(cookies.TRUSTED, token, lasts)
