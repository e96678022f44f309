"""What the answers of a mail server mean, and that no server keeps us waiting."""

import time

import pytest

from idp.mail import messages, smtp
from idp.mail.envelope import Parcel, pack
from tests.emulators.mail_server import MailServer
from tests.mail.letters import NOW, confirm, settings

BUSY = 5  # seconds that a busy machine may add
UNKNOWN = "550 5.1.1 no such user"


def parcel(to: str = "jane@example.org") -> Parcel:
    return pack(confirm(messages.Reader(to, "en")), settings(), "mail-id", NOW)


def refused(server: MailServer, **mail: object) -> smtp.Undelivered:
    carrier = smtp.carrier(settings(server, **{"timeout": 5, **mail}))
    with pytest.raises(smtp.Undelivered) as caught:
        carrier.carry(parcel())
    carrier.close()
    return caught.value


def test_a_mail_arrives_octet_for_octet(server: MailServer) -> None:
    carrier = smtp.carrier(settings(server))
    sent = parcel()
    carrier.carry(sent)
    carrier.close()
    assert server.accepted[0].sender == "no-reply@id.example.com"
    assert server.accepted[0].to == "jane@example.org"
    assert server.accepted[0].octets == sent.message


def test_one_connection_carries_many_mails(server: MailServer) -> None:
    carrier = smtp.carrier(settings(server))
    for name in ("ada", "bob", "eve"):
        carrier.carry(parcel(f"{name}@example.org"))
    carrier.close()
    assert [mail.to for mail in server.accepted] == ["ada@example.org", "bob@example.org", "eve@example.org"]
    assert server.connections == 1


def test_a_connection_that_went_away_is_made_anew(server: MailServer) -> None:
    carrier = smtp.carrier(settings(server))
    carrier.carry(parcel())
    server.stop()
    server.start()
    carrier.carry(parcel())
    carrier.close()
    assert len(server.accepted) == 2


@pytest.mark.parametrize(
    ("step", "answer", "permanent", "server_is_well"),
    [
        ("RCPT", UNKNOWN, True, True),
        ("RCPT", "553 bad mailbox", True, True),
        ("END", "554 5.6.0 no such content", True, True),
        ("END", "552 5.3.4 too big", True, True),
        ("RCPT", "450 4.2.0 greylisted", False, True),
        ("END", "451 4.3.0 later", False, True),
        ("END", "452 4.2.2 full", False, True),
        ("RCPT", "421 4.3.2 closing", False, False),
        ("END", "421 closing", False, False),
        ("MAIL", "421 closing", False, False),
        ("MAIL", "451 4.3.0 busy", False, False),
        ("BANNER", "421 too many connections", False, False),
        ("BANNER", "554 no service", False, False),
    ],
)
def test_later_or_never(server: MailServer, step: str, answer: str, permanent: bool, server_is_well: bool) -> None:
    server.at(step, answer=answer)
    refusal = refused(server)
    assert (refusal.permanent, refusal.server_is_well) == (permanent, server_is_well)
    assert answer[:3] in refusal.reason


@pytest.mark.parametrize(
    ("step", "answer"),
    [
        ("MAIL", "550 5.1.8 sender unknown"),
        ("MAIL", "530 5.7.0 authentication required"),
        ("RCPT", "530 authentication required"),
        ("RCPT", "554 5.7.1 relay access denied"),
        ("END", "550 5.7.26 not aligned"),
        ("RCPT", "503 bad sequence"),
    ],
)
def test_what_the_operator_can_mend_is_not_held_against_the_mail(server: MailServer, step: str, answer: str) -> None:
    server.at(step, answer=answer)
    assert not refused(server).permanent


@pytest.mark.parametrize("step", ["BANNER", "EHLO", "MAIL", "RCPT", "DATA", "END"])
def test_a_server_that_hangs_up_is_tried_later(server: MailServer, step: str) -> None:
    server.at(step, hang_up=True)
    refusal = refused(server)
    assert (refusal.permanent, refusal.server_is_well) == (False, False)
    assert server.accepted == []


def test_a_server_that_is_not_there_is_tried_later(server: MailServer) -> None:
    server.stop()
    assert refused(server).reason == "connection: ConnectionRefusedError"


@pytest.mark.parametrize("step", ["BANNER", "EHLO", "MAIL", "RCPT"])
def test_an_answer_may_take_its_time_and_no_longer(server: MailServer, step: str) -> None:
    server.at(step, hold=True)
    began = time.monotonic()
    assert not refused(server, timeout=1).permanent
    assert time.monotonic() - began < 1 + BUSY


@pytest.mark.parametrize("step", ["EHLO", "RCPT", "END"])
def test_a_server_that_drips_octets_is_left_in_the_end(server: MailServer, step: str) -> None:
    server.at(step, drip=True)
    began = time.monotonic()
    assert not refused(server, timeout=1).permanent
    assert time.monotonic() - began < smtp.longest_way(settings(timeout=1).mail) + BUSY


def test_the_answer_to_the_message_may_take_longer(server: MailServer) -> None:
    """RFC 5321 §4.5.3.2.6: a server that files the mail slowly must not be told twice."""
    server.at("END", slow=1.5, times=1)
    carrier = smtp.carrier(settings(server, timeout=1))
    carrier.carry(parcel())
    carrier.close()
    assert len(server.accepted) == 1


def test_reasons_hold_no_address_and_none_of_the_servers_words(server: MailServer) -> None:
    server.at("RCPT", answer="550 5.1.1 jane@example.org is unknown here")
    assert refused(server).reason == "RCPT: 550 5.1.1"


def test_a_mailbox_with_a_name_beyond_ascii(server: MailServer) -> None:
    """RFC 6531: only such a mailbox needs a server that can do it; others never ask."""
    carrier = smtp.carrier(settings(server))
    carrier.carry(parcel("jürgen@example.org"))
    carrier.close()
    assert server.accepted[0].to == "jürgen@example.org"
    assert server.accepted[0].message["To"] == "jürgen@example.org"
    with MailServer(utf8=False) as old:
        carrier = smtp.carrier(settings(old))
        with pytest.raises(smtp.Undelivered, match="SMTPUTF8") as caught:
            carrier.carry(parcel("jürgen@example.org"))
        assert caught.value.permanent
        carrier.carry(parcel("jane@straße.example"))
        carrier.close()
        assert [mail.to for mail in old.accepted] == ["jane@xn--strae-oqa.example"]


@pytest.mark.parametrize(
    ("issuer", "name"),
    [
        ("https://id.example.com", "id.example.com"),
        ("https://id.example.com:8443/idp", "id.example.com"),
        ("http://127.0.0.1:8000", "[127.0.0.1]"),
        ("http://[::1]:8000", "[IPv6:::1]"),
    ],
)
def test_we_greet_with_the_name_of_the_issuer(issuer: str, name: str) -> None:
    assert smtp.greeting_name(issuer) == name


def test_greeting_goes_as_far_as_a_mail_would_and_sends_none(server: MailServer) -> None:
    carrier = smtp.carrier(settings(server))
    carrier.greet()
    carrier.close()
    assert server.heard == ["EHLO"]
    server.stop()
    with pytest.raises(smtp.Undelivered, match="ConnectionRefusedError"):
        smtp.carrier(settings(server)).greet()
