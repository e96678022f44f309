"""Real `idp tick` processes tell an app of a sign-out: killed in the middle, two at once."""

import signal
import time
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from idp import clock
from idp.cli.opened import opened
from idp.protocol.client_metadata import ClientMetadata
from idp.settings.load import load_settings
from idp.store import clients
from idp.store.base import db, unit_of_work
from tests.emulators.logout_receiver import LogoutReceiver
from tests.process.node import Install

pytestmark = pytest.mark.process
MANY = 12


@pytest.fixture
def receiver() -> Iterator[LogoutReceiver]:
    with LogoutReceiver.listening() as listening:
        yield listening


@pytest.fixture
def told(install: Install, receiver: LogoutReceiver) -> Install:
    """An app that hears of sign-outs."""
    metadata = {"redirect_uris": ["http://127.0.0.1/callback"], "backchannel_logout_uri": receiver.uri}
    with opened(load_settings(install.config)), unit_of_work():
        assert clients.added(clients.Client("told", ClientMetadata.register(metadata)), clock.now())
    return install


def promised(install: Install, count: int) -> None:
    row = text(
        """
        INSERT INTO logout_notices (client_id, user_id, session_id, tries, created_at, next_try_at, leased_until,
                                    last_error)
        VALUES ('told', 'somebody', :session, 0, :at, :due, 0, '')
        """
    )
    now = clock.now()
    with opened(load_settings(install.config)), unit_of_work():
        for number in range(count):
            db.session.execute(row, {"session": f"session{number}", "at": now, "due": now})


def the_lease_runs_out(install: Install) -> None:
    with opened(load_settings(install.config)), unit_of_work():
        db.session.execute(text("UPDATE logout_notices SET leased_until = 0"))


def left(install: Install) -> int:
    with opened(load_settings(install.config)), unit_of_work():
        return int(db.session.scalar(text("SELECT count(*) FROM logout_notices WHERE delivered_at IS NULL")) or 0)


def test_killed_in_the_middle_of_telling(told: Install, receiver: LogoutReceiver) -> None:
    """The notice waits for the end of the dead one's lease; then the app hears."""
    promised(told, 1)
    receiver.open.clear()
    with told.popen("tick") as dying:
        assert receiver.reached.wait(30)
        dying.kill()
        assert dying.wait(10) == -signal.SIGKILL
    receiver.open.set()
    assert told.idp("tick").returncode == 0
    assert left(told) == 1, "somebody else's still"
    the_lease_runs_out(told)
    assert told.idp("tick").returncode == 0
    assert left(told) == 0


def test_two_at_once_tell_each_thing_once(told: Install, receiver: LogoutReceiver) -> None:
    promised(told, MANY)
    with told.popen("tick") as first, told.popen("tick") as second:
        assert (first.wait(60), second.wait(60)) == (0, 0)
    until = time.monotonic() + 60
    while left(told) and time.monotonic() < until:  # an app that was slow for a moment is left in peace for longer
        assert told.idp("tick").returncode == 0
    assert left(told) == 0
    assert len(receiver.tokens) == MANY


def test_the_server_tells_by_itself(told: Install, receiver: LogoutReceiver) -> None:
    """What `idp serve` keeps beside its workers."""
    with told.popen("tick", "--every", "5") as running:
        promised(told, 1)
        assert receiver.reached.wait(30)
        running.terminate()
        assert running.wait(30) == 0
    assert left(told) == 0
