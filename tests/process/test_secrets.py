"""A whole life of an account over real sockets; then every secret it used is looked for, in the log and at rest."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import text

from idp.settings.load import load_settings
from idp.store import base
from idp.store.schema import METADATA
from tests import provider, secrets_in_logs
from tests.live import Live
from tests.mailbox import Mailbox
from tests.people import JANE, Person
from tests.process.node import Install, Node, serving
from tests.relying_app import RelyingApp
from tests.signing_up import fill_in_sign_up
from tests.web_browser import Page

pytestmark = pytest.mark.process


@contextmanager
def story_of(install: Install) -> Iterator[tuple[Live, Node]]:
    """A node that serves the issuer's own address, and the same provider here for looking into the store."""
    install.change("log", level="DEBUG")
    issuer = str(install.settings["server"]["issuer"])
    with (
        serving(install, port=int(issuer.rpartition(":")[2])) as node,
        provider.opened(load_settings(install.config)) as app,
    ):
        node.wait_until_ready()
        yield Live(app), node


def lives_through_everything(live: Live) -> None:
    """Sign-up, consent, tokens, refresh, a wrong password, a replay, a new password, sign-out."""
    shop = RelyingApp.registered(live, "shop")  # type: ignore[arg-type]
    jane, mailbox = Person.of(JANE, live), Mailbox(live)  # type: ignore[arg-type]
    visit = shop.asks("openid email offline_access", prompt="create").seen_by(jane)
    fill_in_sign_up(jane.browser, visit.page, jane.email, jane.password)
    confirm = jane.browser.open(mailbox.newest(jane.email).link)
    assert isinstance(confirm, Page)
    visit.at = jane.browser.submit(confirm)
    tokens = visit.allows().redeems()
    assert tokens.userinfo()["email"] == jane.email
    assert tokens.refreshes().refreshes().userinfo()
    assert visit.tries_to_redeem().status_code == 400
    jane.signs_out()
    again = shop.asks().seen_by(jane)
    again.signs_in("Wrong-password-for-Jane-1")
    again.signs_in()
    assert again.redeems(code_verifier=again.verifier).claims["aud"] == "shop"
    assert shop.posts_token({"grant_type": "x"}, {"Authorization": shop.basic("a-wrong-secret")}).status_code == 401
    forgets(jane.elsewhere(), mailbox)


def forgets(jane: Person, mailbox: Mailbox) -> None:
    page = jane.browser.open("/forgot")
    assert isinstance(page, Page)
    jane.browser.submit(page, form=page.form("email"), email=jane.email)
    reset = jane.browser.open(mailbox.newest(jane.email, "choose_password").link)
    assert isinstance(reset, Page)
    chosen = "A-quite-new-Passw0rd"
    jane.browser.submit(reset, form=reset.form("new_password"), new_password=chosen, confirm_password=chosen)


def everything_at_rest() -> Iterator[Any]:
    for table in METADATA.sorted_tables:
        for row in base.db.session.execute(text(f"SELECT * FROM {table.name}")):  # noqa: S608 (our own names)
            yield tuple(row)
    base.db.session.remove()


def test_no_secret_of_a_whole_life_is_in_the_log_or_at_rest(install: Install) -> None:
    with story_of(install) as (live, node):
        lives_through_everything(live)
        secrets = secrets_in_logs.used_in(live.traffic)
        bearer_values = secrets_in_logs.used_in(live.traffic, secrets_in_logs.EVERY - secrets_in_logs.OF_THE_APP)
        with live.app_context():
            stored = repr(list(everything_at_rest()))
        log = node.log
    assert len(secrets) > 40, "the story used many, or nothing would be shown by this"
    assert JANE[2] in secrets
    assert '"path":"/token"' in log
    assert secrets_in_logs.leaked(secrets, log) == set()
    assert secrets_in_logs.leaked(bearer_values, stored) == set()


def test_a_secret_in_a_log_would_be_found() -> None:
    secrets = {"a b+c/d", "abcdef"}
    assert secrets_in_logs.leaked(secrets, '{"path": "/x?code=a%20b%2Bc/d"}') == {"a b+c/d"}
    assert secrets_in_logs.leaked(secrets, "x=abcdef;") == {"abcdef"}
    assert secrets_in_logs.leaked(secrets, "xabcdefx") == set()
