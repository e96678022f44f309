"""The work that is measured, as an app and its person's browser do it."""

import json
from base64 import b64encode, urlsafe_b64encode
from hashlib import sha256
from urllib.parse import parse_qs, urlencode, urlsplit

from bench.browser import Browser
from bench.provider import EMAIL, PASSWORD, REDIRECT_URI, Provider

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
        self.authorize = f"{provider.authorize}?{urlencode(query)}"
        basic = b64encode(f"bench:{provider.client_secret}".encode()).decode()
        self.as_client = {"Authorization": f"Basic {basic}"}
        self.refresh_token = ""

    def flow(self) -> None:
        """Silent authorize → token → userinfo."""
        location = self.browser.walk(self.authorize, REDIRECT_URI)
        tokens = self.redeem(parse_qs(urlsplit(location).query)["code"][0])
        bearer = {"Authorization": f"Bearer {tokens['access_token']}"}
        answer = self.browser.ask("GET", self.provider.userinfo, headers=bearer)
        assert answer.status == 200, answer

    def redeem(self, code: str) -> dict[str, str]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": REDIRECT_URI,
            "code_verifier": VERIFIER,
        }
        answer = self.browser.ask("POST", self.provider.token, form, self.as_client)
        assert answer.status == 200, answer
        tokens: dict[str, str] = json.loads(answer.body)
        assert "id_token" in tokens
        self.refresh_token = tokens.get("refresh_token", "")
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
