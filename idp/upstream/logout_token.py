"""OpenID Connect Back-Channel Logout 1.0 §2.6: what the claims of a logout token have to say.

A token is not remembered by its `jti`: it ends what began before it was made and nothing else, so that the second time
it ends nothing (docs/decisions/0068).
"""

from dataclasses import dataclass
from typing import Final

from idp.upstream import id_token, said
from idp.upstream.id_token import SKEW, Claims, wrong

EVENT: Final = "http://schemas.openid.net/event/backchannel-logout"


@dataclass(frozen=True, slots=True)
class LoggedOut:
    """Whose sign-in is over at a provider: a person's, or one session's, or a person's in one session ("" for none).

    `until` is the moment up to which it may have begun something here.
    """

    provider: str
    app_id: str
    subject: str
    sid: str
    until: int


def read(claims: Claims, issuer: str, client_id: str, now: int) -> LoggedOut:
    """What a token says whose signature was verified. Raises NotIdentified, naming the first rule that is broken."""
    id_token.check_sender(claims, issuer, client_id)
    id_token.check_times(claims, now)
    if not isinstance(claims.get("jti"), str) or not claims["jti"]:
        raise wrong("jti is absent")
    events = claims.get("events")
    if not isinstance(events, dict) or not isinstance(events.get(EVENT), dict):
        raise wrong("events tells of no logout")
    if "nonce" in claims:
        raise wrong("nonce stands in it, as in an ID token")
    subject = id_token.subject(claims) if "sub" in claims else ""
    sid = said.session(claims)
    if ("sid" in claims and not sid) or not (subject or sid):
        raise wrong("sub and sid are absent, or no names")
    return LoggedOut(issuer, client_id, subject, sid, int(claims["iat"]) + SKEW)
