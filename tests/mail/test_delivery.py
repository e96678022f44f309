"""From the commit to the mail server: nothing is lost, nothing is sent twice, nothing lies open."""

import logging
from collections.abc import Callable
from threading import Event

import pytest
from flask import Flask

from idp.mail import delivery, outbox
from idp.mail.delivery import Outcome
from idp.mail.letter import Letter
from idp.store import outbox as table
from idp.store.base import db, unit_of_work
from tests.mail.conftest import PostOffice
from tests.mail.letters import CODE, NOW, TOKEN, changed, confirm, exists, reset, settings
from tests.statements import watched

HOUR, DAY = 3600, 86400
DOWN = "450 4.2.0 later"


def test_a_promised_mail_leaves_once(office: PostOffice) -> None:
    mail_id = office.promises()
    assert office.delivers() == 1
    assert office.delivers() == 0
    assert [mail.message_id for mail in office.server.accepted] == [f"<{mail_id}@id.example.com>"]
    assert f"/verify?token={TOKEN}" in office.server.accepted[0].text


def test_a_request_that_failed_promised_nothing(office: PostOffice) -> None:
    def fail() -> None:
        with unit_of_work():
            outbox.post(confirm(), office.sealer, office.now)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert office.delivers() == 0
    assert office.server.accepted == []


def test_a_mail_does_not_leave_before_the_commit(office: PostOffice) -> None:
    with unit_of_work():
        outbox.post(confirm(), office.sealer, office.now)
        assert not table.any_due(office.now)
    assert table.any_due(office.now)


def test_mails_leave_in_the_order_of_their_promises(office: PostOffice) -> None:
    for letter in (confirm(), exists(), reset(), changed()):
        office.promises(letter)
        office.now += 1
    assert office.delivers() == 4
    subjects = [mail.subject for mail in office.server.accepted]
    assert subjects == [letter.subject for letter in (confirm(), exists(), reset(), changed())]
    assert office.server.connections == 1


@pytest.mark.incident("CVE-2022-46145")
def test_a_waiting_mail_is_sealed_and_a_sent_one_erased(office: PostOffice) -> None:
    """Whoever reads the database finds no link, no code and no address; afterwards nothing at all."""
    mail_id = office.promises()
    everything = str(office.lying(mail_id))
    for secret in (TOKEN, CODE, "482 913", "jane", "Photo Box"):
        assert secret not in everything
    office.delivers()
    lying = office.lying(mail_id)
    assert lying["sealed"] is None
    assert lying["delivered_at"] == NOW


def test_a_server_that_is_down_loses_nothing(office: PostOffice) -> None:
    office.server.stop()
    mail_id = office.promises()
    for _ in range(6):
        assert office.tries() == [Outcome.SERVER_DOWN]
        assert not table.any_due(office.now)
        office.wait_for_next_try(mail_id)
    office.server.start()
    assert office.delivers() == 1
    assert len(office.server.accepted) == 1


def test_a_server_that_is_down_is_asked_once_a_round(office: PostOffice) -> None:
    office.server.stop()
    for _ in range(3):
        office.promises()
    assert office.tries() == [Outcome.SERVER_DOWN]
    assert office.tries() == [Outcome.SERVER_DOWN]


def test_one_greylisted_receiver_holds_nobody_up(office: PostOffice) -> None:
    office.server.at("RCPT", answer=DOWN, times=1)
    office.promises()
    office.promises()
    assert sorted(office.tries()) == [Outcome.DELIVERED, Outcome.PUT_OFF]


@pytest.mark.parametrize("step", ["MAIL", "RCPT", "DATA", "END"])
def test_a_connection_that_breaks_means_another_try(office: PostOffice, step: str) -> None:
    office.server.at(step, hang_up=True, times=1)
    mail_id = office.promises()
    assert office.tries() == [Outcome.SERVER_DOWN]
    office.wait_for_next_try(mail_id)
    assert office.delivers() == 1
    assert len(office.server.accepted) == 1


def test_waits_grow_and_differ() -> None:
    assert [delivery.wait_after(tries, 0.0) for tries in range(1, 6)] == [4, 8, 16, 32, 64]
    assert delivery.wait_after(1, 0.999) == 2
    assert delivery.wait_after(9, 0.0) == delivery.wait_after(10_000, 0.0) == 900
    assert delivery.wait_after(10_000, 0.999) >= 450


def test_a_mail_waits_longer_after_each_try(office: PostOffice) -> None:
    office.server.at("RCPT", answer=DOWN)
    mail_id = office.promises()
    waits = []
    for _ in range(8):
        office.tries()
        waits.append(office.wait_for_next_try(mail_id))
    for tries, wait in enumerate(waits, 1):
        assert delivery.wait_after(tries, 0.999) <= wait <= delivery.wait_after(tries, 0.0)


def test_a_receiver_that_does_not_exist_is_given_up_at_once(
    office: PostOffice, caplog: pytest.LogCaptureFixture
) -> None:
    office.server.at("RCPT", answer="550 5.1.1 jane@example.org unknown")
    mail_id = office.promises()
    assert office.tries() == [Outcome.GIVEN_UP]
    lying = office.lying(mail_id)
    assert (lying["sealed"], lying["given_up_at"], lying["last_error"]) == (None, NOW, "RCPT: 550 5.1.1")
    assert f"mail {mail_id} (confirm_address) given up, try 1: RCPT: 550 5.1.1" in caplog.messages
    office.now += DAY
    assert office.tries() == []


@pytest.mark.parametrize(
    ("write", "give_up_after", "useful_for"),
    [(reset, 2 * DAY, HOUR), (confirm, 2 * DAY, DAY), (changed, 2 * HOUR, 2 * HOUR), (exists, 2 * HOUR, 2 * HOUR)],
)
def test_a_mail_is_tried_as_long_as_it_is_of_use(
    office: PostOffice,
    caplog: pytest.LogCaptureFixture,
    write: Callable[[], Letter],
    give_up_after: int,
    useful_for: int,
) -> None:
    office.settings = settings(office.server, timeout=5, give_up_after=give_up_after)
    office.server.at("RCPT", answer=DOWN)
    mail_id = office.promises(write())
    while (outcome := office.tries()) == [Outcome.PUT_OFF]:
        office.wait_for_next_try(mail_id)
    assert outcome == [Outcome.GIVEN_UP]
    assert useful_for - delivery.LONGEST_WAIT <= office.now - NOW < useful_for
    assert office.lying(mail_id)["sealed"] is None
    assert any("given up" in line and mail_id in line for line in caplog.messages)


def test_a_link_that_died_while_nobody_was_sending_is_not_sent(office: PostOffice) -> None:
    mail_id = office.promises(reset())
    office.now += HOUR
    assert office.tries() == [Outcome.GIVEN_UP]
    assert office.lying(mail_id)["last_error"] == "it is of no use any more"
    assert office.server.accepted == []


def test_what_no_key_opens_is_given_up_and_holds_nobody_up(office: PostOffice) -> None:
    with unit_of_work():
        table.promise("forged", "confirm_address", "A" * 60, NOW - 1)
        table.promise("other-purpose", "confirm_address", office.sealer.seal("code", b"{}", NOW), NOW - 1)
    office.promises()
    assert office.tries() == [Outcome.GIVEN_UP, Outcome.GIVEN_UP, Outcome.DELIVERED]


def test_a_sender_that_is_no_address_waits_for_whoever_mends_it(office: PostOffice) -> None:
    good = office.settings
    office.settings = good.model_copy(update={"mail": good.mail.model_copy(update={"sender": "a b@c"})})
    mail_id = office.promises()
    assert office.tries() == [Outcome.PUT_OFF]
    office.wait_for_next_try(mail_id)
    office.settings = good
    assert office.delivers() == 1


def test_pretending_writes_alike_and_sends_nothing(office: PostOffice) -> None:
    with unit_of_work():
        pretended = outbox.pretend(reset(), office.sealer, office.now)
    promised = office.promises(reset())
    first, second = office.lying(pretended), office.lying(promised)
    assert len(str(first["sealed"])) == len(str(second["sealed"]))
    assert office.delivers() == 1
    assert office.lying(pretended)["sealed"] is None
    assert len(office.server.accepted) == 1


def test_a_leased_mail_is_nobody_elses_until_the_lease_ends(office: PostOffice) -> None:
    """The holder dies: its mail is due again afterwards, and only then."""
    mail_id = office.promises()
    lease = delivery.lease_for(office.settings)
    assert table.lease(office.now, office.now + lease) is not None
    office.now += lease - 1
    assert office.delivers() == 0
    office.now += 1
    assert office.delivers() == 1
    assert office.lying(mail_id)["tries"] == 2


def test_a_holder_that_woke_up_too_late_changes_nothing(office: PostOffice) -> None:
    mail_id = office.promises()
    late = table.lease(office.now, office.now + 1)
    assert late is not None
    office.now += 1
    assert office.delivers() == 1
    noted = office.lying(mail_id)
    assert not table.deliver(late, office.now + 9)
    assert not table.keep(late, office.now + 9)
    assert not table.put_off(late, office.now + 9, "late")
    assert not table.give_up(late, office.now + 9, "late")
    assert office.lying(mail_id) == noted


def test_no_mail_is_on_its_way_for_longer_than_its_lease(office: PostOffice) -> None:
    assert delivery.lease_for(office.settings) > delivery.longest_way(office.settings.mail)


def test_looking_is_one_read(office: PostOffice, store: Flask) -> None:
    with watched(store) as log:
        office.delivers()
    assert len(log.trips) == len(log.reads) == 1, log.trips


def test_what_is_done_is_forgotten_after_a_week(office: PostOffice) -> None:
    sent = office.promises()
    office.delivers()
    office.now += 7 * DAY
    office.server.at("RCPT", answer="550 5.1.1 no")
    refused = office.promises()
    office.tries()
    waiting = office.promises()
    with unit_of_work():
        assert delivery.forget(office.now) == 0
        assert delivery.forget(office.now + 1) == 1
    assert {mail_id for (mail_id,) in db.session.execute(db.text("SELECT id FROM outbox"))} == {refused, waiting}
    assert sent not in (refused, waiting)


@pytest.mark.parametrize("trouble", ["none", "refused", "greylisted", "down"])
def test_the_log_tells_what_happened_and_no_secret(
    office: PostOffice, caplog: pytest.LogCaptureFixture, trouble: str
) -> None:
    with caplog.at_level(logging.DEBUG):
        if trouble == "down":
            office.server.stop()
        elif trouble != "none":
            office.server.at("RCPT", answer=f"{'5' if trouble == 'refused' else '4'}50 jane@example.org: {CODE}")
        mail_id = office.promises()
        office.delivers()
    told = [record.getMessage() for record in caplog.records if record.name.startswith("idp")]
    assert any(mail_id in line for line in told)
    for secret in (TOKEN, CODE, "482 913", "jane", "example.org"):
        assert secret not in " ".join(told)


def test_looking_goes_on_after_a_fault_and_ends_when_told(office: PostOffice, caplog: pytest.LogCaptureFixture) -> None:
    """The first look fails, the second one sends, the third one is told to stop."""
    stop, looks = Event(), iter((OSError("the database is away"),))

    def now() -> int:
        if fault := next(looks, None):
            raise fault
        if office.server.accepted:
            stop.set()
        return office.now

    office.promises()
    delivery.deliver_until(stop, office.settings, office.sealer, now)
    assert len(office.server.accepted) == 1
    assert "looking for mails to send failed" in caplog.messages
