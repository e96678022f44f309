"""GitHub: plain OAuth 2.0 (RFC 6749, RFC 7636). Who it is, GitHub's API says to whoever holds the token."""

import secrets
from collections.abc import Mapping
from typing import Final

from idp.outside import fetch
from idp.outside.fetch import Fetcher
from idp.protocol.strict_json import BadJson, read_object
from idp.settings.upstreams import Github as Settings
from idp.upstream.conversation import MOST_OCTETS, Client, Conversation, refused_there
from idp.upstream.provider import PLAIN, Departure, Failure, Identity, NotIdentified, Wish

SCOPE: Final = "read:user user:email"
VERSION: Final = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
MOST_ID: Final = 2**63


class Github:
    """One section [upstream.NAME] with preset = "github". `provider` of its identities is `web_url`."""

    def __init__(self, name: str, settings: Settings, fetcher: Fetcher | None = None) -> None:
        self.name = name
        self.settings = settings
        self._fetcher = fetcher or fetch.trusting()

    @property
    def label(self) -> str:
        return self.settings.label or "GitHub"

    @property
    def origin(self) -> str:
        return self.settings.web_url

    def start(self, redirect_uri: str, state: str, wish: Wish = PLAIN) -> Departure:
        """GitHub asks nobody to prove themselves anew: who needs that gets a refusal instead of an old proof."""
        if wish.again:
            raise NotIdentified(Failure.NOT_ANEW, "github: nobody can be asked to sign in again there")
        verifier = secrets.token_urlsafe(48)
        hint = {"login": wish.login_hint} if wish.login_hint and "@" not in wish.login_hint else {}
        url, _ = self._client.session().create_authorization_url(
            f"{self.settings.web_url}/login/oauth/authorize",
            state=state,
            code_verifier=verifier,
            redirect_uri=redirect_uri,
            scope=SCOPE,
            **hint,
        )
        return Departure(url, {"verifier": verifier})

    def identify(
        self, redirect_uri: str, received: Mapping[str, str], secrets: Mapping[str, str], now: int
    ) -> Identity:
        """Code → token → whose it is. The number is who; the login is a name that others may have tomorrow."""
        if error := received.get("error"):
            raise refused_there(error)
        talk = Conversation(self._fetcher, self.settings.timeout)
        fields = {"code": received.get("code", ""), "code_verifier": secrets["verifier"], "redirect_uri": redirect_uri}
        spent = talk.token(f"{self.settings.web_url}/login/oauth/access_token", self._client, fields)
        bearer = {**VERSION, "Authorization": f"Bearer {spent.get('access_token')}"}
        person = talk.document("user", f"{self.settings.api_url}/user", bearer)
        email, verified = self._address(talk, bearer)
        name = person.get("name") or person.get("login")
        return Identity(
            provider=self.settings.web_url,
            app_id=self.settings.client_id,
            subject=_number(person.get("id")),
            email=email,
            email_verified=verified and self.settings.trust_email,
            claims={"name": name} if isinstance(name, str) else {},
        )

    def _address(self, talk: Conversation, bearer: Mapping[str, str]) -> tuple[str, bool]:
        """The primary address, and whether GitHub proved it. The one in the profile is only what they typed there."""
        answer = talk.answer("emails", f"{self.settings.api_url}/user/emails", bearer)
        try:
            listed = read_object(f'{{"emails": {answer.body.decode()}}}', MOST_OCTETS)["emails"]
        except (BadJson, UnicodeDecodeError):
            raise NotIdentified(Failure.BROKEN, "emails: no JSON list") from None
        for entry in listed if isinstance(listed, list) else ():
            if isinstance(entry, dict) and entry.get("primary") is True and isinstance(entry.get("email"), str):
                return entry["email"], entry.get("verified") is True
        return "", False

    @property
    def _client(self) -> Client:
        return Client(self.settings.client_id, self.settings.client_secret.get_secret_value(), "client_secret_post")


def _number(named: object) -> str:
    if not isinstance(named, int) or isinstance(named, bool) or not 0 < named < MOST_ID:
        raise NotIdentified(Failure.BROKEN, "user: id is no number")
    return str(named)
