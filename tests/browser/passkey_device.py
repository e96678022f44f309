"""Chromium's virtual authenticator: a device that has passkeys, does what the test says, and tells what it holds."""

from dataclasses import dataclass
from typing import Any

from playwright.sync_api import CDPSession, Page, expect

from tests.people import Person


@dataclass
class Device:
    """Somebody touches it whenever it asks, until the test says otherwise (`rests`)."""

    session: CDPSession
    id: str

    @classmethod
    def of(cls, page: Page, **different: Any) -> "Device":
        """A telephone or laptop with a fingerprint reader, at this window."""
        session = page.context.new_cdp_session(page)
        session.send("WebAuthn.enable", {"enableUI": False})
        usual = {
            "protocol": "ctap2",
            "ctap2Version": "ctap2_1",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        made = session.send("WebAuthn.addVirtualAuthenticator", {"options": {**usual, **different}})
        return cls(session, made["authenticatorId"])

    def rests(self) -> None:
        """Nobody touches it: a dialog stays open."""
        self._send("setAutomaticPresenceSimulation", enabled=False)

    def is_touched(self) -> None:
        self._send("setAutomaticPresenceSimulation", enabled=True)

    def refuses_fingers(self) -> None:
        """Whoever touches it is not its owner."""
        self._send("setUserVerified", isUserVerified=False)

    def goes_away(self) -> None:
        """The person closes the dialog: for the page it is the same (NotAllowedError)."""
        self._send("removeVirtualAuthenticator")

    @property
    def passkeys(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self._send("getCredentials")["credentials"]
        return found

    def counts_again_from(self, sign_count: int) -> None:
        """What a copy does that was made when its counter stood there."""
        for passkey in self.passkeys:
            self._send("removeCredential", credentialId=passkey["credentialId"])
            self._send("addCredential", credential={**passkey, "signCount": sign_count})

    def _send(self, what: str, **parameters: Any) -> dict[str, Any]:
        answer: dict[str, Any] = self.session.send(f"WebAuthn.{what}", {"authenticatorId": self.id, **parameters})
        return answer


def types_password(page: Page, person: Person) -> None:
    """On the sign-in page, wherever it came up."""
    page.locator("#email").fill(person.email)
    page.locator("#password").fill(person.password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def creates_passkey(page: Page, person: Person) -> None:
    """They sign in by password, create one, and sign out again."""
    page.goto("/account/passkeys/new")
    types_password(page, person)
    page.get_by_role("button", name="Create a passkey").click()
    expect(page.get_by_text("Your passkey is saved.")).to_be_visible()
    page.goto("/signout")
    page.get_by_role("main").get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("You’re signed out")


def heading_is(page: Page, text: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(text)
