"""Mails of a running provider: quick when all is well, and not lost when the mail server or the provider dies."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPResponse
from http.cookies import SimpleCookie
from urllib.parse import urlencode

import pytest

from tests.emulators.mail_server import MailServer
from tests.process.conftest import Serve
from tests.process.node import START_WITHIN, Install, Node

pytestmark = pytest.mark.process
ADA, BOB = "ada@example.com", "bob@example.com"


@pytest.fixture
def server(install: Install) -> Iterator[MailServer]:
    """The install's mail server; Ada and Bob have accounts."""
    with MailServer() as server:
        install.change("mail", transport="smtp", host="127.0.0.1", port=server.port, security="none")
        install.change("server", tick_every=60)
        for person in (ADA, BOB):
            assert install.idp("users", "add", person).returncode == 0
        yield server


@dataclass
class Visitor:
    """A browser as far as this needs one: it keeps cookies and sends the forms it gets."""

    node: Node
    cookies: SimpleCookie

    def forgets_the_password(self, email: str) -> HTTPResponse:
        _, page = self._request("GET", None)
        token = re.search(rb'name="csrf_token" value="([^"]+)"', page)
        assert token is not None, page
        return self._request("POST", urlencode({"csrf_token": token[1].decode(), "email": email}).encode())[0]

    def _request(self, method: str, body: bytes | None) -> tuple[HTTPResponse, bytes]:
        headers = {
            "Cookie": "; ".join(f"{name}={cookie.value}" for name, cookie in self.cookies.items()),
            "Content-Type": "application/x-www-form-urlencoded",
            "Origin": self.node.install.settings["server"]["issuer"],
        }
        answer, page = self.node.request(method, "/forgot", body, headers)
        for line in answer.headers.get_all("Set-Cookie", []):
            self.cookies.load(line)
        return answer, page


def forgets_the_password(email: str, node: Node) -> None:
    answer = Visitor(node, SimpleCookie()).forgets_the_password(email)
    assert answer.status == 303, node.log


def test_a_mail_leaves_within_a_second(install: Install, serve: Serve, server: MailServer) -> None:
    """Background work rests for a minute here: mails do not wait for it."""
    node = serve(install)
    forgets_the_password(ADA, node)
    server.wait_for(ADA, within=START_WITHIN)  # the process that sends is there
    forgets_the_password(BOB, node)
    began = time.monotonic()
    mail = server.wait_for(BOB)
    assert time.monotonic() - began < 3  # one second, and what a busy machine may add
    assert mail.links[0].startswith(f"{node.install.settings['server']['issuer']}/reset?token=")


def test_the_provider_is_killed_and_the_mail_server_away(install: Install, serve: Serve, server: MailServer) -> None:
    """What the person was told has happened: the mail comes, as soon as both are back."""
    server.stop()
    node = serve(install)
    forgets_the_password(ADA, node)
    node.kill()
    server.start()
    serve(install)
    server.wait_for(ADA, within=START_WITHIN)
    time.sleep(1)
    assert len(server.accepted) == 1


def test_a_mail_under_way_is_finished_before_the_provider_stops(
    install: Install, serve: Serve, server: MailServer
) -> None:
    under_way = server.at("END", slow=2.0, times=1)
    node = serve(install)
    forgets_the_password(ADA, node)
    under_way.wait_until_reached(START_WITHIN)
    assert node.stop() == 0
    assert len(server.accepted) == 1
    assert "delivered" in node.log
    assert ADA not in node.log
