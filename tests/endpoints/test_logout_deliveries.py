"""How notices of sign-outs come about one by one, and what the app's owners read of them (Back-Channel Logout 1.0)."""

from collections.abc import Iterable
from typing import Self

import pytest
from flask import Flask

from idp.issuance import logout_delivery
from idp.issuance.logout_delivery import Outcome
from idp.issuance.subject import sid_of
from idp.store import base, logout_notices
from tests.clocks import Clock
from tests.emulators.logout_receiver import LogoutReceiver
from tests.endpoints.test_backchannel_logout import delivers
from tests.endpoints.test_backchannel_logout import receiver as receiver
from tests.endpoints.test_backchannel_logout import tokens as tokens
from tests.endpoints.test_backchannel_logout import told as told
from tests.people import Person
from tests.relying_app import RelyingApp, Tokens

pytestmark = pytest.mark.section("OpenID Connect Back-Channel Logout 1.0 §2.5")


@pytest.mark.parametrize("status", [200, 503])
def test_an_app_that_takes_its_time_holds_up_no_other(
    app: Flask, told: RelyingApp, alice: Person, receiver: LogoutReceiver, clock: Clock, status: int
) -> None:
    """Whoever signs in to it and out again without end would have everybody else's notices wait."""
    receiver.tokens, receiver.answers = SlowlyRead(clock), [status] * 3
    told.changed(first_party=True)
    for _ in range(3):
        told.asks().seen_by(alice).signs_in().redeems()
        alice.signs_out()
    assert len(delivers(app)) == 1
    clock.moves(SlowlyRead.SECONDS)
    assert delivers(app) == []
    clock.moves(logout_delivery.RESTS * SlowlyRead.SECONDS)
    assert len(delivers(app)) == 1


class SlowlyRead(list[str]):
    """Logout tokens that an app takes some seconds for."""

    SECONDS = 9

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._clock = clock

    def __iadd__(self, tokens: Iterable[str]) -> Self:
        self._clock.moves(self.SECONDS)
        return super().__iadd__(tokens)


def test_the_delivery_log_is_kept_for_a_week(app: Flask, tokens: Tokens, alice: Person, clock: Clock) -> None:
    alice.signs_out()
    delivers(app)
    with app.app_context(), base.unit_of_work():
        assert logout_delivery.forget(clock.now() + 7 * 86400) == 0
        assert logout_delivery.forget(clock.now() + 7 * 86400 + 1) == 1


@pytest.mark.section("OpenID Connect Back-Channel Logout 1.0 §2.8")
def test_what_the_app_says_is_wrong_stands_in_its_log(
    app: Flask, tokens: Tokens, alice: Person, receiver: LogoutReceiver, clock: Clock
) -> None:
    """Newest first, with the last try, its status, and when it is tried again; as plain text, whatever was sent."""
    receiver.answers, receiver.body = [400], b'{"error": "invalid_request", "error_description": "unknown\\u0007 sid"}'
    alice.signs_out()
    began = clock.now()
    assert delivers(app) == [Outcome.PUT_OFF]
    with app.app_context():
        (entry,) = logout_notices.deliveries("told", 10)
    assert (entry.last_status, entry.last_error) == (400, "it answered 400: invalid_request")
    assert (entry.tries, entry.tried_at, sid_of(entry.session_id, None)) == (1, began, tokens.claims["sid"])
    assert entry.is_open
    assert began < entry.next_try_at <= began + 4
    clock.moves(5)
    assert delivers(app) == [Outcome.DELIVERED]
    with app.app_context():
        (entry,) = logout_notices.deliveries("told", 10)
        assert logout_notices.deliveries("shop", 10) == ()
    assert (entry.last_status, entry.last_error, entry.delivered_at) == (200, "", began + 5)
    assert not entry.is_open
