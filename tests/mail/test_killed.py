"""Processes die of SIGKILL, several deliver at once: nothing is lost, and nobody gets a mail twice.

At least once is all that SMTP allows in one window, which the last test shows: the server has taken the mail over,
and we are killed (or the line breaks) before we hear it.
"""

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from idp import clock
from idp.mail import delivery
from idp.mail.delivery import Outcome
from tests import databases
from tests.mail.conftest import PostOffice
from tests.mail.letters import confirm, settings
from tests.process.node import ROOT

pytestmark = pytest.mark.process
LEASE = delivery.lease_for(settings())


@contextmanager
def process(act: str, database: str, detail: object) -> Iterator[subprocess.Popen[str]]:
    words = (sys.executable, "-m", "tests.mail.deliverer", act, database, str(databases.key_folder()), str(detail))
    running = subprocess.Popen(words, cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with running:
        yield running
        running.kill()


def said(running: subprocess.Popen[str]) -> str:
    assert running.stdout is not None
    return running.stdout.readline().strip()


def starts(running: subprocess.Popen[str]) -> None:
    assert said(running) == "ready"
    assert running.stdin is not None
    running.stdin.write("go\n")
    running.stdin.flush()


def killed(running: subprocess.Popen[str]) -> None:
    running.kill()
    assert running.wait(10) == -signal.SIGKILL


@pytest.fixture
def today(office: PostOffice) -> PostOffice:
    """These processes look at the real clock."""
    office.now = clock.now()
    return office


def test_killed_between_the_commit_and_the_sending(today: PostOffice, database: str) -> None:
    with process("promise", database, "commit") as promiser:
        mail_id = said(promiser)
        assert promiser.wait(10) == -signal.SIGKILL
    today.now = clock.now()
    assert today.delivers() == 1
    assert today.server.accepted[0].message_id == f"<{mail_id}@id.example.com>"


def test_killed_before_the_commit_promised_nothing(today: PostOffice, database: str) -> None:
    with process("promise", database, "open") as promiser:
        assert said(promiser)
        assert promiser.wait(10) == -signal.SIGKILL
    today.now = clock.now()
    assert today.delivers() == 0


@pytest.mark.parametrize("step", ["MAIL", "DATA", "END"])
def test_killed_in_the_middle_of_sending(today: PostOffice, database: str, step: str) -> None:
    """The mail waits for the end of the dead one's lease, then it leaves, once."""
    today.promises()
    held = today.server.at(step, hold=True, times=1)
    with process("deliver", database, today.server.port) as deliverer:
        starts(deliverer)
        held.wait_until_reached(20)
        killed(deliverer)
    assert today.delivers() == 0
    today.now = clock.now() + LEASE
    assert today.delivers() == 1
    assert len(today.server.accepted) == 1


def test_killed_in_the_middle_of_many(today: PostOffice, database: str) -> None:
    promised = {f"<{today.promises()}@id.example.com>" for _ in range(8)}
    held = today.server.at("END", hold=True, skip=3, times=1)
    with process("deliver", database, today.server.port) as deliverer:
        starts(deliverer)
        held.wait_until_reached(20)
        killed(deliverer)
    assert len(today.server.accepted) == 3
    assert today.delivers() == 4
    today.now = clock.now() + LEASE
    assert today.delivers() == 1
    assert {mail.message_id for mail in today.server.accepted} == promised
    assert len(today.server.accepted) == 8


def test_four_that_deliver_at_once_send_each_mail_once(today: PostOffice, database: str) -> None:
    promised = {f"<{today.promises()}@id.example.com>" for _ in range(40)}
    today.server.at("END", slow=0.02)
    with (
        process("deliver", database, today.server.port) as first,
        process("deliver", database, today.server.port) as second,
        process("deliver", database, today.server.port) as third,
        process("deliver", database, today.server.port) as fourth,
    ):
        everyone = (first, second, third, fourth)
        for one in everyone:
            starts(one)
        counts = [int(said(one)) for one in everyone]
    assert sum(counts) == 40
    assert sorted(mail.message_id for mail in today.server.accepted) == sorted(promised)


def test_a_slow_server_is_left_before_anybody_else_may_try(today: PostOffice, database: str) -> None:
    """The mail is in the hands of one process for as long as its server dawdles; a second one finds nothing."""
    today.promises()
    held = today.server.at("RCPT", hold=True, times=1)
    with process("deliver", database, today.server.port) as slow:
        starts(slow)
        held.wait_until_reached(20)
        for _ in range(20):
            today.now = clock.now()
            assert today.delivers() == 0
            time.sleep(0.02)
        killed(slow)


def test_the_one_window_in_which_a_mail_is_sent_twice(today: PostOffice) -> None:
    """RFC 5321 §6.1: 250 was said and not heard. Both copies carry the same Message-ID and Date."""
    mail_id = today.promises(confirm())
    today.server.at("END", lost=True, times=1)
    assert today.tries() == [Outcome.SERVER_DOWN]
    today.wait_for_next_try(mail_id)
    assert today.tries() == [Outcome.DELIVERED]
    first, second = today.server.accepted
    assert first.message_id == second.message_id == f"<{mail_id}@id.example.com>"
    assert first.message["Date"] == second.message["Date"]
    assert first.text == second.text
