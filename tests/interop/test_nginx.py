"""nginx with the site of deploy/ in front of `idp serve`, over TLS: a whole sign-in, and what a proxy may spoil."""

import ssl
import time
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse, HTTPSConnection
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from scripts import system_parts
from tests.interop import visits
from tests.interop.certificates import self_signed
from tests.interop.portico import Portico, Registered, started
from tests.interop.programs import running
from tests.interop.test_python import demo
from tests.parts import needs
from tests.process.node import ROOT, free_port

pytestmark = [pytest.mark.interop, pytest.mark.browser, needs("Chromium"), needs("nginx")]

MAIN = """
user root;
daemon off;
pid {folder}/nginx.pid;
events {{ }}
http {{
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/answers;
    fastcgi_temp_path {folder}/unused;
    uwsgi_temp_path {folder}/unused;
    scgi_temp_path {folder}/unused;
    include {folder}/site.conf;
}}
"""
STATE, PADDING = "s" * 2048, "p" * 5500  # together nearly the 8 KB of parameters that Portico takes


@dataclass(frozen=True)
class Front:
    """The proxy as the world sees it."""

    folder: Path
    http: int
    https: int

    @property
    def issuer(self) -> str:
        return f"https://localhost:{self.https}"

    @property
    def certificate(self) -> Path:
        return self.folder / "localhost.pem"

    def site(self, behind: int) -> str:
        """The site as it is deployed, with this test's names, ports and files in it."""
        text = (ROOT / "deploy" / "nginx.conf").read_text()
        for written, here in (
            ("    listen [::]:80;\n", ""),  # not every machine that tests has IPv6
            ("    listen [::]:443 ssl;\n", ""),
            ("listen 80;", f"listen 127.0.0.1:{self.http};"),
            ("listen 443 ssl;", f"listen 127.0.0.1:{self.https} ssl;"),
            ("server 127.0.0.1:8000;", f"server 127.0.0.1:{behind};"),
            ("server_name id.example.com;", "server_name localhost;"),
            ("/etc/ssl/id.example.com.key", str(self.folder / "localhost.key")),
            ("/etc/ssl/id.example.com.pem", str(self.certificate)),
            ("/var/log/nginx/", f"{self.folder}/"),
        ):
            assert written in text
            text = text.replace(written, here)
        return text

    def request(
        self, method: str, path: str, body: str = "", client: str = "127.0.0.1", **headers: str
    ) -> HTTPResponse:
        """From another address of this machine, when told so."""
        trust = ssl.create_default_context(cafile=str(self.certificate))
        connection = HTTPSConnection("localhost", self.https, context=trust, source_address=(client, 0), timeout=30)
        try:
            connection.request(method, path, body, {name.replace("_", "-"): value for name, value in headers.items()})
            answer = connection.getresponse()
            answer.read()
            return answer
        finally:
            connection.close()

    def logged(self, path: str) -> str:
        """The line about this path; nginx writes it when the answer is on its way already."""
        for _ in range(100):
            if found := [line for line in self.log.splitlines() if path in line]:
                return found[0]
            time.sleep(0.05)
        raise AssertionError(f"{path} was never logged")

    @property
    def log(self) -> str:
        return (self.folder / "portico.log").read_text()


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Front:
    folder = tmp_path_factory.mktemp("nginx")
    self_signed("localhost", folder)
    return Front(folder, free_port(), free_port())


@pytest.fixture(scope="module")
def portico(front: Front, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portico]:
    """`idp serve` behind the proxy; its issuer is the proxy's address."""
    server = {"issuer": front.issuer, "trusted_proxies": ["127.0.0.1/32"]}
    with started(tmp_path_factory.mktemp("portico"), server=server) as portico:
        (front.folder / "site.conf").write_text(front.site(portico.node.port))
        (front.folder / "nginx.conf").write_text(MAIN.format(folder=front.folder))
        words = (system_parts.nginx() or "", "-p", str(front.folder), "-c", "nginx.conf", "-e", "stderr")
        with running(words, {}, front.folder / "output.log", front.https):
            yield portico


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    with chromium.new_context(ignore_https_errors=True) as profile:
        profile.set_default_timeout(20_000)
        yield profile.new_page()


def test_a_whole_sign_in(portico: Portico, front: Front, page: Page, shell: dict[str, str], tmp_path: Path) -> None:
    person = portico.welcomes()
    trusting = shell | {"REQUESTS_CA_BUNDLE": str(front.certificate)}
    with demo(portico, trusting, tmp_path / "demo.log") as app:
        page.goto(f"{app.home}/sign-in")
        visits.signs_in(page, portico, person)
        visits.allows(page)
        expect(page.get_by_role("heading", level=1)).to_have_text(f"Hello, {person.email}")
        ours = [cookie for cookie in page.context.cookies(front.issuer) if "portico" in cookie["name"]]
        assert ours
        assert all(cookie["name"].startswith("__Host-") and cookie["secure"] for cookie in ours)
        page.get_by_role("button", name="Refresh").click()
        expect(page.locator("#state")).to_contain_text("with refreshed tokens")
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("You are signed out")
    assert '"GET /end_session" 303' in front.log
    assert "?" not in front.log
    assert "id_token_hint" not in front.log


@pytest.fixture(scope="module")
def app(portico: Portico) -> Registered:
    return portico.knows("long-winded", redirect_uris=["/callback"])


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_longest_request_of_an_app_passes(method: str, front: Front, app: Registered) -> None:
    asked = {
        "response_type": "code",
        "client_id": app.client_id,
        "redirect_uri": f"{app.home}/callback",
        "scope": "openid",
        "state": STATE,
        "not_ours": PADDING,
        "prompt": "none",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
    }
    query = urlencode(asked)
    if method == "POST":
        first = front.request("POST", "/authorize", query, Content_Type="application/x-www-form-urlencoded")
        assert first.status == 303
        query = urlsplit(first.headers["Location"]).query
    answer = front.request("GET", f"/authorize?{query}")
    assert answer.status == 303, answer.headers
    back = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert (back["error"], back["state"], back["iss"]) == (["login_required"], [STATE], [front.issuer])


def test_portico_learns_the_address_that_the_proxy_saw_and_its_id_of_the_request(
    portico: Portico, front: Front
) -> None:
    front.request("GET", "/help", client="127.0.0.2", X_Forwarded_For="6.6.6.6", X_Request_ID="chosen")
    seen = next(line for line in portico.node.lines() if line.get("path") == "/help")
    assert seen["address"] == "127.0.0.2"
    written = front.logged("/help")
    assert seen["proxy_reference"] == written.split()[-1]


def test_plain_http_leads_to_https(portico: Portico, front: Front) -> None:
    connection = HTTPConnection("127.0.0.1", front.http, timeout=30)
    connection.request("GET", "/signin?for=x", headers={"Host": "localhost"})
    answer = connection.getresponse()
    connection.close()
    assert (answer.status, answer.headers["Location"]) == (301, "https://localhost/signin?for=x")
