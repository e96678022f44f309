"""What owners hear unasked: of a secret that ends, at thirty, twelve and three days, and of an app that stopped."""

from functools import partial

from flask import Flask

from idp import clock as clocks
from idp.accounts import own_apps
from idp.store import base, client_secrets
from tests.clocks import Clock
from tests.developers.console import Developer
from tests.developers.rounds import tick
from tests.mailbox import Mailbox
from tests.people import Person

DAY = 86400


def days_told(mailbox: Mailbox, address: str) -> int:
    return mailbox.kinds(address).count("secret_expires")


def test_each_stage_is_told_once_to_each_owner(app: Flask, dev: Developer, clock: Clock, mailbox: Mailbox) -> None:
    told = []
    for day in (334, 335, 336, 352, 353, 361, 362, 363, 364, 366):
        clock.moves(day * DAY - (told[-1][0] * DAY if told else 0))
        for _ in range(2):
            tick(app)
        told.append((day, days_told(mailbox, dev.person.email)))
    assert told == [
        *((334, 0), (335, 1), (336, 1), (352, 1), (353, 2), (361, 2), (362, 3), (363, 3), (364, 3), (366, 3)),
    ]
    mail = mailbox.newest(dev.person.email, "secret_expires")
    assert mail.link.endswith(f"/developers/{dev.client_id}/credentials")


def test_whoever_rotated_is_left_alone(app: Flask, dev: Developer, clock: Clock, mailbox: Mailbox) -> None:
    dev.presses("/credentials", "Rotate secret")
    tick(app)
    clock.moves(5 * DAY)
    tick(app)
    assert days_told(mailbox, dev.person.email) == 0


def test_a_node_that_slept_tells_the_last_stage_alone(
    app: Flask, dev: Developer, clock: Clock, mailbox: Mailbox
) -> None:
    clock.moves(363 * DAY)
    tick(app)
    tick(app)
    assert days_told(mailbox, dev.person.email) == 1


def test_a_secret_made_to_live_shortly_is_told_of_at_its_own_stages(
    app: Flask, dev: Developer, mailbox: Mailbox
) -> None:
    """`idp clients secret add --days 5`: nobody needs to hear at once what they have just decided."""
    with app.app_context(), base.unit_of_work():
        client_secrets.revoked_all(dev.client_id, clocks.now())
        short = client_secrets.StoredSecret(
            base.new_id(), dev.client_id, "0" * 64, clocks.now(), clocks.now() + 5 * DAY
        )
        assert client_secrets.added(short)
    tick(app)
    assert days_told(mailbox, dev.person.email) == 0


def test_a_suspended_app_warns_of_no_secret_and_its_owners_know_why(
    app: Flask, dev: Developer, bob: Person, clock: Clock, mailbox: Mailbox
) -> None:
    home, why = app.extensions["portico"], "It asked for passwords"
    with app.app_context(), base.unit_of_work():
        suspend = partial(own_apps.suspend, dev.client_id, why, home.settings, home.sealer, clocks.now(), by="operator")
        suspended = [suspend(), suspend()]
    assert suspended == [True, False]
    assert mailbox.kinds(dev.person.email).count("app_suspended") == 1
    assert mailbox.newest(dev.person.email).letter.subject == "Photo Box was suspended"
    assert mailbox.kinds(bob.email) == []
    clock.moves(340 * DAY)
    tick(app)
    assert days_told(mailbox, dev.person.email) == 0
