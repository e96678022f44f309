"""What coming by another provider costs: pinned, as everything else people do at every sign-in."""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import partial
from urllib.parse import urlencode

import pytest
from flask import Flask

from idp.upstream.provider import Identity
from tests.coming import button, leaves, linked
from tests.emulators.other_provider import OtherProvider, furnished
from tests.people import Person
from tests.relying_app import RelyingApp
from tests.signing_up import shown
from tests.statements import Log, watched
from tests.web_browser import Arrival, Browser

Count = Callable[[], AbstractContextManager[Log]]


@pytest.fixture
def counting(app: Flask) -> Count:
    return partial(watched, app)


@pytest.fixture
def other(app: Flask) -> OtherProvider:
    return furnished(app)


def statements(log: Log) -> list[str]:
    """The writes without the ends of their transactions."""
    return [write for write in log.writes if write != "COMMIT"]


def test_leaving_costs_a_count_and_a_row(
    other: OtherProvider, shop: RelyingApp, alice: Person, counting: Count
) -> None:
    """One read more: the app's request, which waits meanwhile."""
    visit = shop.asks("openid").seen_by(alice)
    form = button(visit.page, other)
    with counting() as log:
        departed = alice.browser.submit(visit.page, form=form)
    assert isinstance(departed, Arrival)
    assert len(log.reads) <= 1, log.trips
    assert len(statements(log)) <= 2, log.trips


def test_coming_back_and_what_it_leads_to(
    other: OtherProvider, shop: RelyingApp, alice: Person, counting: Count
) -> None:
    """The callback, /authorize/ID and the page of consent: three requests. Beside what a password costs: the way back,
    taken, and the link, found and noted.
    """
    linked(alice, other, other.knows("1"))
    visit = shop.asks("openid email").seen_by(alice)
    departed = leaves(alice.browser, other, visit.at)
    with counting() as log:
        visit.at = other.sends_back(alice.browser, departed, other.knows("1"))
    assert "/consent?" in visit.page.url
    assert len(log.reads) <= 11, log.trips
    assert len(statements(log)) <= 10, log.trips


@dataclass
class Watching(OtherProvider):
    """Looks at what we sent to our database while it is asked."""

    log: Log = field(default_factory=Log)
    seen: list[str] = field(default_factory=list)

    def identify(
        self, redirect_uri: str, received: Mapping[str, str], secrets: Mapping[str, str], now: int
    ) -> Identity:
        self.seen += self.log.trips
        return super().identify(redirect_uri, received, secrets, now)


def test_no_transaction_is_open_while_the_provider_is_asked(app: Flask, alice: Person, counting: Count) -> None:
    """A provider may take its time: meanwhile nobody waits for a lock of ours, and no connection is held."""
    watching = Watching()
    furnished(app, watching)
    linked(alice, watching, watching.knows("1"))
    departed = leaves(alice.browser, watching)
    with counting() as watching.log:
        watching.sends_back(alice.browser, departed, watching.knows("1"))
    assert len(watching.seen) == 1, "the way back was taken, by a statement that stands alone"
    assert watching.seen[0].lstrip().startswith("UPDATE upstream_logins")


@pytest.mark.parametrize("answer", [{}, {"state": "x"}, {"code": "x", "state": "x" * 43}, {"error": "access_denied"}])
def test_an_answer_that_nobody_waits_for_writes_nothing(
    other: OtherProvider, alice: Person, counting: Count, answer: dict[str, str]
) -> None:
    """It looks for the way back by a write that finds none."""
    stranger = Browser(alice.server)
    with counting() as log:
        stranger.open(f"/login/other/callback?{urlencode(answer)}")
    assert len(log.trips) <= 1, log.trips
    assert shown(stranger.open("/signin")).heading == "Sign in"
