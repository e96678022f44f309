"""A connection to the listener of [mtls] has its time, whatever it sends, by a clock that the test moves."""

from typing import Any

import pytest
from twisted.internet.task import Clock
from twisted.internet.testing import StringTransportWithDisconnection
from twisted.web.resource import Resource
from twisted.web.server import NOT_DONE_YET

from idp.cli import mtls


class Slow(Resource):
    """Answers when told to."""

    isLeaf = True  # noqa: N815 (twisted's word)

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[Any] = []

    def render(self, request: Any) -> Any:
        self.asked.append(request)
        return NOT_DONE_YET


class Connection(StringTransportWithDisconnection):
    """It knows whether it was cut."""

    is_cut = False

    def loseConnection(self) -> None:  # noqa: N802 (twisted's word)
        self.disconnecting = True

    def abortConnection(self) -> None:  # noqa: N802 (twisted's word)
        self.is_cut = True


@pytest.fixture
def moving(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(mtls, "reactor", clock)
    return clock


def connected(requests: mtls.Requests) -> tuple[Any, Connection]:
    channel, connection = requests.buildProtocol(None), Connection()
    channel.makeConnection(connection)
    return channel, connection


def test_a_request_that_drips_in_is_cut_off(moving: Clock) -> None:
    channel, connection = connected(mtls.Requests(Slow()))
    for octet in b"POST /token HTTP":
        channel.dataReceived(bytes([octet]))
        moving.advance(1)
    assert not connection.disconnecting
    moving.advance(mtls.WITHIN)
    assert connection.disconnecting
    assert not connection.is_cut
    moving.advance(mtls.GOODBYE)
    assert connection.is_cut


def test_an_answer_may_take_longer_and_the_next_request_has_its_own_time(moving: Clock) -> None:
    slow = Slow()
    channel, connection = connected(mtls.Requests(slow))
    channel.dataReceived(b"GET /token HTTP/1.1\r\nHost: x\r\n\r\n")
    moving.advance(10 * mtls.WITHIN)
    assert not connection.disconnecting
    slow.asked[0].finish()
    moving.advance(mtls.WITHIN - 1)
    assert not connection.disconnecting
    moving.advance(1)
    assert connection.disconnecting


def test_a_pipelined_request_is_not_cut_off_while_it_is_answered(moving: Clock) -> None:
    slow = Slow()
    channel, connection = connected(mtls.Requests(slow))
    channel.dataReceived(b"GET /token HTTP/1.1\r\nHost: x\r\n\r\n" * 2)
    slow.asked[0].finish()
    moving.advance(10 * mtls.WITHIN)
    assert len(slow.asked) == 2
    assert not connection.disconnecting


def test_the_end_waits_for_answers_and_no_longer_than_it_may(moving: Clock) -> None:
    slow = Slow()
    requests = mtls.Requests(slow)
    _, idle = connected(requests)
    channel, busy = connected(requests)
    channel.dataReceived(b"GET /token HTTP/1.1\r\nHost: x\r\n\r\n")
    ended = requests.finish(30)
    assert idle.disconnecting
    assert not busy.disconnecting
    slow.asked[0].finish()
    assert busy.disconnecting
    assert not ended.called
    moving.advance(30)
    assert ended.called
