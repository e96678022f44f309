"""People with an authenticator app: the phone that shows its codes, and the recovery codes they wrote down."""

from dataclasses import dataclass, field

from idp import clock
from idp.accounts import recovery_codes, second_factor, totp
from idp.store import authenticators, base
from idp.store import recovery_codes as stored_codes
from tests.people import Person
from tests.signing_up import shown
from tests.web_browser import Arrival, Browser, Page


@dataclass
class Phone:
    """`paper` are the recovery codes that were written down with it."""

    key: bytes = field(repr=False)
    paper: list[str] = field(default_factory=list, repr=False)

    @classmethod
    def of(cls, person: Person) -> "Phone":
        """They set up an app some time ago, and the code of this moment was not used yet."""
        house = person.server.extensions["portico"]
        key, user_id = totp.new_key(), str(person.user_id)
        codes = recovery_codes.new_codes()
        with person.server.app_context(), base.unit_of_work():
            wrapped = house.folder.wrap(key, second_factor.bound(user_id))
            assert authenticators.begin(user_id, wrapped, clock.now())
            assert authenticators.confirm(user_id, wrapped, wrapped, totp.step_of(clock.now()) - 9, clock.now())
            stored_codes.replace(user_id, [recovery_codes.hashed(key, code) for code in codes], clock.now())
        return cls(key, list(codes))

    def shows(self, steps: int = 0) -> str:
        """The code of this moment, or of one that many steps of 30 seconds away."""
        return totp.code_of(self.key, totp.step_of(clock.now()) + steps)

    def wrong(self) -> str:
        """Six digits that no step around now shows."""
        near = {self.shows(steps) for steps in range(-2, 3)}
        return next(code for code in (f"{number:06}" for number in range(10)) if code not in near)


def types(browser: Browser, page: Page | Arrival | None, code: str, *, trust: bool = False) -> Page | Arrival:
    """The code goes into the form that waits for it."""
    at = shown(page)
    ticked = {"trust": at.form("code").boxes["trust"][0]} if trust else {}
    return browser.submit(at, form=at.form("code"), code=code, **ticked)


def types_recovery(browser: Browser, page: Page | Arrival | None, code: str) -> Page | Arrival:
    """By way of the link in the foot of the page that asks for the code."""
    at = shown(browser.open(shown(page).read.links["a recovery code"]))
    return browser.submit(at, form=at.form("recovery_code"), recovery_code=code)
