"""The work that is measured, as an app and its person's browser do it."""

import json
from base64 import b64encode, urlsafe_b64encode
from hashlib import sha256
from urllib.parse import parse_qs, urlencode, urlsplit

from bench.browser import Browser
from bench.provider import EMAIL, PASSWORD, REDIRECT_URI, Provider
from tests.dpop import Holder

VERIFIER = "v" * 64
CHALLENGE = urlsafe_b64encode(sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


class App:
    """A confidential client with one browser in which the person is signed in."""

    def __init__(self, provider: Provider, browser: Browser) -> None:
        self.provider = provider
        self.browser = browser
        query = {
            "client_id": "bench",
            "redirect_uri": REDIRECT_URI,
            "response_type": "code",
            "scope": "openid profile email",
            "state": "s" * 22,
            "nonce": "n" * 22,
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        self.query = query
        self.authorize = f"{provider.authorize}?{urlencode(query)}"
        self.holder = Holder()
        basic = b64encode(f"bench:{provider.client_secret}".encode()).decode()
        self.as_client = {"Authorization": f"Basic {basic}"}
        self.refresh_token = self.access_token = ""

    def flow(self) -> None:
        """Silent authorize → token → userinfo."""
        location = self.browser.walk(self.authorize, REDIRECT_URI)
        tokens = self.redeem(parse_qs(urlsplit(location).query)["code"][0])
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        answer = self.browser.ask("GET", self.provider.userinfo, headers=bearer)
        assert answer.status == 200, answer

    def pushed(self) -> None:
        """The same, pushed first (RFC 9126), with tokens bound to a key (RFC 9449)."""
        answer = self.browser.ask("POST", self.provider.push, self.query, self.as_client | self.proof("POST", "push"))
        assert answer.status == 201, answer
        named = urlencode({"client_id": "bench", "request_uri": json.loads(answer.body)["request_uri"]})
        location = self.browser.walk(f"{self.provider.authorize}?{named}", REDIRECT_URI)
        tokens = self.redeem(parse_qs(urlsplit(location).query)["code"][0], self.proof("POST", "token"))
        token = tokens["access_token"]
        bound = {"Authorization": f"DPoP {token}"} | self.proof("GET", "userinfo", token)
        answer = self.browser.ask("GET", self.provider.userinfo, headers=bound)
        assert answer.status == 200, answer

    def proof(self, method: str, door: str, token: str | None = None) -> dict[str, str]:
        """Made by the app, so it is not charged to the provider."""
        address = self.provider.origin + str(getattr(self.provider, door))
        return {"DPoP": self.holder.proof(method, address, token=token)}

    def for_itself(self) -> None:
        """client_credentials (RFC 6749 §4.4)."""
        form = {"grant_type": "client_credentials", "scope": "reports.read"}
        answer = self.browser.ask("POST", self.provider.token, form, self.as_client)
        assert answer.status == 200, answer

    def introspect(self) -> None:
        """What the token of the last flow is worth (RFC 7662)."""
        answer = self.browser.ask("POST", self.provider.introspect, {"token": self.access_token}, self.as_client)
        assert json.loads(answer.body)["active"] is True, answer

    def redeem(self, code: str, proof: dict[str, str] | None = None) -> dict[str, str]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT_URI,
            "code_verifier": VERIFIER,
        }
        answer = self.browser.ask("POST", self.provider.token, form, self.as_client | (proof or {}))
        assert answer.status == 200, answer
        tokens: dict[str, str] = json.loads(answer.body)
        assert "id_token" in tokens
        self.refresh_token, self.access_token = tokens.get("refresh_token", ""), tokens["access_token"]
        return tokens

    def refresh(self) -> None:
        form = {"grant_type": "refresh_token", "refresh_token": self.refresh_token}
        answer = self.browser.ask("POST", self.provider.token, form, self.as_client)
        assert answer.status == 200, answer
        self.refresh_token = json.loads(answer.body)["refresh_token"]

    def password(self) -> None:
        """A sign-in with a password, by a browser that was never here."""
        stranger = Browser(self.provider.origin)
        page = stranger.ask("GET", "/signin")
        answer = stranger.submit(page, "/signin", email=EMAIL, password=PASSWORD)
        assert answer.status == 303, answer
