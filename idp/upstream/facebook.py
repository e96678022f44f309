"""Facebook Login: the dialogue, then code → token → whose token → whose profile. Nothing of it is kept.

Facebook vouches for no address (its profile has no verified flag), and its pictures stay where they are: an address of
theirs expires, and would tell them who looks at whom (docs/decisions/0063).
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from requests_oauthlib import OAuth2Session

from idp.settings.upstreams import Facebook as Settings
from idp.upstream.facebook_errors import refusal, refused_in_dialog
from idp.upstream.facebook_graph import Graph, proof_of_secret, secure
from idp.upstream.provider import PLAIN, Departure, Failure, Identity, NotIdentified, Wish

PROVIDER = "https://www.facebook.com"
"""Facebook's issuer name, whichever address answers: links made with the emulator are of another app."""

SCOPE = "public_profile,email"
FIELDS = "id,name,first_name,last_name,email"
CLAIMS = {"name": "name", "given_name": "first_name", "family_name": "last_name"}
SUBJECT = re.compile(r"[0-9]{1,64}", re.ASCII)
LONGEST_CODE = 2048
LONGEST_CLAIM = 200
LONGEST_EMAIL = 320


@dataclass(frozen=True)
class Facebook:
    """One section [upstream.NAME] with preset = "facebook"."""

    name: str
    settings: Settings

    @property
    def label(self) -> str:
        return self.settings.label or ("Facebook (emulator)" if self.settings.emulated else "Facebook")

    @property
    def origin(self) -> str:
        return self.settings.dialog_url

    def start(self, redirect_uri: str, state: str, wish: Wish = PLAIN) -> Departure:
        """The dialogue. A declined e-mail is asked for again only with `rerequest`; else the dialogue leaves it out."""
        session = OAuth2Session(self.settings.client_id, redirect_uri=redirect_uri, scope=SCOPE)
        wishes = {"reauthenticate": wish.again, "rerequest": wish.rerequest_email}
        asked = ",".join(word for word, is_wished in wishes.items() if is_wished)
        pages = secure(self.settings.dialog_url)
        url, _ = session.authorization_url(
            f"{pages}/{self.settings.graph_version}/dialog/oauth",
            state=state,
            **({"auth_type": asked} if asked else {}),
        )
        return Departure(self.settings.dialog_url + url.removeprefix(pages))

    def identify(
        self, redirect_uri: str, received: Mapping[str, str], secrets: Mapping[str, str], now: int
    ) -> Identity:
        """Who came back; three requests within `timeout` seconds. Raises NotIdentified."""
        if refused := refused_in_dialog(received):
            raise refused
        code = received["code"]
        if len(code) > LONGEST_CODE:
            raise NotIdentified(Failure.BROKEN, "dialog: a code that is too long")
        with Graph(self.settings, redirect_uri) as graph:
            token = graph.spends(code)
            subject = _whose(graph.inspects(token), self.settings.client_id, now)
            profile = graph.profile(FIELDS, self._proof(token, now))
        if profile.get("id") != subject:
            raise NotIdentified(Failure.BROKEN, "me: another person than the token's")
        email = _text(profile.get("email"), LONGEST_EMAIL)
        claims = {claim: text for claim, name in CLAIMS.items() if (text := _text(profile.get(name), LONGEST_CLAIM))}
        return Identity(
            provider=PROVIDER,
            app_id=self.settings.client_id,
            subject=subject,
            email=email,
            email_verified=bool(email) and self.settings.trust_email,
            claims=claims,
        )

    def revoke(self, subject: str) -> bool:
        """Our app's permissions end at Facebook too; True when it said so. Raises NotIdentified when it did not."""
        if not SUBJECT.fullmatch(subject):
            return False
        with Graph(self.settings) as graph:
            return graph.withdraws(subject)

    def _proof(self, token: str, now: int) -> dict[str, str]:
        secret = self.settings.client_secret.get_secret_value()
        return proof_of_secret(secret, token, now, timed=self.settings.timed_proof)


def _whose(token: Mapping[str, object], client_id: str, now: int) -> str:
    """The person a token is for, if it is one of our app's and still good.

    Facebook Login › Manually build a login flow › Inspecting access tokens: a token of another app, which anybody may
    have been given there, signs nobody in here.
    """
    if token.get("is_valid") is not True:
        raise _dead(token.get("error"))
    if str(token.get("app_id")) != client_id or token.get("type") != "USER":
        raise NotIdentified(Failure.WRONG_APP, "debug_token: a token of another app, or of no person")
    expires_at = token.get("expires_at", 0)
    if not isinstance(expires_at, int) or 0 < expires_at <= now:  # 0: never
        raise NotIdentified(Failure.EXPIRED, "debug_token: expired")
    subject = str(token.get("user_id"))
    if not SUBJECT.fullmatch(subject):
        raise NotIdentified(Failure.BROKEN, "debug_token: no user_id")
    return subject


def _dead(error: object) -> NotIdentified:
    """Why a token is not valid any more, as far as Facebook says; mostly it is too old."""
    told = refusal("debug_token", error)
    return NotIdentified(Failure.EXPIRED, told.detail) if told.failure is Failure.BROKEN else told


def _text(value: object, longest: int) -> str:
    """A short text that can be shown and stored; "" for anything else: nobody is refused for their name."""
    if not isinstance(value, str) or len(value) > longest:
        return ""
    return "" if any(unicodedata.category(sign) in ("Cc", "Cs", "Cn") for sign in value) else value.strip()
