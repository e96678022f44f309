"""A process of its own that promises or delivers, for tests that kill it: python -m tests.mail.deliverer …

promise URL KEYS commit|open   write a mail to the outbox, say its id, die of SIGKILL after the commit or before
deliver URL KEYS PORT          say "ready", wait for a line, deliver all that is due, say how many that were
"""

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask

from idp import clock
from idp.mail import delivery, outbox
from idp.settings.sections import Database
from idp.signing.sealing import Sealer
from idp.signing.wrapping import KeyFolder
from idp.store import base
from tests.mail.letters import confirm, settings


def promise(sealer: Sealer, when: str) -> None:
    with base.unit_of_work():
        say(outbox.post(confirm(), sealer, clock.now()))
        if when == "open":
            os.kill(os.getpid(), signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


def deliver(sealer: Sealer, port: str) -> None:
    say("ready")
    sys.stdin.readline()
    config = settings(transport="smtp", host="127.0.0.1", port=int(port), security="none")
    say(delivery.deliver(config, sealer, clock.now))


def say(word: object) -> None:
    sys.stdout.write(f"{word}\n")
    sys.stdout.flush()


@contextmanager
def store(url: str) -> Iterator[None]:
    """As tests.databases.store_app, without all that makes databases: these processes start quickly."""
    app = Flask("deliverer")
    database = Database.model_validate({"url": url})
    app.config.update(base.configuration(database))
    base.db.init_app(app)
    with app.app_context():
        base.tune_engines(database)
        yield


if __name__ == "__main__":
    act, url, keys, detail = sys.argv[1:]
    with store(url):
        {"promise": promise, "deliver": deliver}[act](Sealer(KeyFolder.open(Path(keys))), detail)
