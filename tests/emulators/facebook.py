"""Facebook on a free port of this machine, in a thread of the test, with its switches at hand."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, urlsplit

import requests

from idp.emulators.facebook import callbacks
from idp.emulators.facebook.app import create_emulator, state_of
from idp.emulators.facebook.callbacks import Answer
from idp.emulators.facebook.state import PEOPLE, App, Person, State
from tests.browser.server import free_port, serving

APP_ID, SECRET = "100000000000001", "an-app-secret-that-no-log-may-hold"
ROBIN, MIKA, SALMA, TONI, CHARLIE = PEOPLE


@dataclass
class Emulator:
    """`url` is where it answers; `given` is every code and token it gave, for whoever looks for them in a log."""

    url: str
    state: State
    given: list[str] = field(default_factory=list)

    def turns(self, **switches: str) -> "Emulator":
        """Set switches; a blank in a name is written as an underscore."""
        self.state.turn(
            {name if name in self.state.switches else name.replace("_", " "): to for name, to in switches.items()}
        )
        return self

    def fails(self, where: str, how: str) -> "Emulator":
        return self.turns(fails_at=where, fails_with=how)

    def sends_back(
        self, url: str, who: Person = ROBIN, *, email: bool = True, decision: str = "continue"
    ) -> dict[str, str]:
        """Somebody goes to the dialogue and presses a button: what comes back to the redirect address."""
        ticked = {"email": "1"} if email else {}
        return self._received("POST", url, {"person": who.user_id, "decision": decision, **ticked})

    def comes_back(self, url: str) -> dict[str, str]:
        """The dialogue sends somebody back at once."""
        return self._received("GET", url, {})

    def _received(self, method: str, url: str, pressed: dict[str, str]) -> dict[str, str]:
        with requests.Session() as browser:
            browser.trust_env = False
            answer = browser.request(method, url, data=pressed, allow_redirects=False, timeout=10)
        assert answer.status_code == 302, answer.text
        back = urlsplit(answer.headers["Location"])
        assert back.fragment == "_=_"
        received = dict(parse_qsl(back.query))
        self.given += [received["code"]] if "code" in received else []
        return received

    def fires(self, kind: str, who: Person = ROBIN, variant: str = "sound") -> Answer:
        """Facebook posts to the app."""
        return callbacks.fire(self.state, kind, who.user_id, variant)

    def signed(self, payload: Mapping[str, object]) -> str:
        """A signed_request of this app's, whatever is in it."""
        return callbacks.signed_request(self.state.app.secret, payload)

    @property
    def secrets(self) -> list[str]:
        """Everything that no log may hold."""
        return [self.state.app.secret, *self.given, *self.state.tokens, *self.state.app_tokens]


@contextmanager
def facebook(*redirect_uris: str, deauthorize_url: str = "", deletion_url: str = "") -> Iterator[Emulator]:
    """The emulator, answering until the end."""
    server = create_emulator(App(APP_ID, SECRET, redirect_uris, deauthorize_url, deletion_url))
    with serving(server, free_port()) as url:
        yield Emulator(url, state_of(server))
