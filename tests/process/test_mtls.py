"""Apps that come to the listener of [mtls] with a certificate: real handshakes with real processes (RFC 8705)."""

import signal
import socket
import ssl
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
import requests
from cryptography import x509
from flask import Flask

from idp.settings.load import load_settings
from tests import certificates, provider
from tests.certificates import Shown
from tests.people import JANE, Person
from tests.process.node import Install, Node, free_port, serving, wait_for
from tests.relying_app import RelyingApp
from tests.services import SERVICE

pytestmark = [pytest.mark.process, pytest.mark.section("RFC 8705 §2")]
HEADER = "X-SSL-Client-Cert"
LOCAL = [x509.IPAddress(ip_address("127.0.0.1"))]
NAMED = [x509.DNSName("bank.example")]
PATIENCE = 30


@dataclass
class Scene:
    """A server with the listener, which believes a proxy's header on its main port."""

    node: Node
    app: Flask
    address: str
    folder: Path
    own: Shown
    authority: Shown

    def calls(self, path: str, shown: Shown | None = None, method: str = "POST", **options: Any) -> requests.Response:
        """A request to the listener, by whoever holds this certificate and its key."""
        certificate = shown.files(self.folder, "client") if shown else None
        self.own.files(self.folder, "trusted")
        with requests.Session() as session:
            session.trust_env = False
            trusted = str(self.folder / "trusted.pem")
            url = self.address + path
            return session.request(method, url, cert=certificate, verify=trusted, timeout=PATIENCE, **options)

    def asks(self, client_id: str, shown: Shown | None = None, **headers: str) -> int:
        """What a request for a token of its own is answered."""
        fields = {"grant_type": "client_credentials", "client_id": client_id}
        return self.calls("/token", shown, data=fields, headers=headers).status_code


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    folder = tmp_path_factory.mktemp("mtls")
    authority, own = certificates.made("Authority"), certificates.made("Portico", LOCAL)
    certificate, key = own.files(folder, "own")
    address = f"127.0.0.1:{free_port()}"
    install = Install(folder, f"sqlite:///{folder / 'portico.db'}")
    install.change("server", issuer=f"http://127.0.0.1:{free_port()}", workers=1, drain_for=10)
    install.change("server", trusted_proxies=["127.0.0.0/8"], client_certificate_header=HEADER)
    install.change("mtls", bind=address, address=f"https://{address}", certificate=certificate, key=key)
    install.change("mtls", client_ca=authority.files(folder, "authority")[0])
    assert install.idp("init").returncode == 0
    with ExitStack() as running:
        node = running.enter_context(serving(install))
        app = running.enter_context(provider.opened(load_settings(install.config)))
        node.wait_until_ready()
        wait_for(lambda: answers(address))
        yield Scene(node, app, f"https://{address}", folder, own, authority)


def answers(address: str) -> bool:
    """The socket is there from the first moment; its process takes a while to shake hands."""
    return served(address) is not None


def served(address: str) -> str | None:
    """The listener's own certificate."""
    host, _, port = address.rpartition(":")
    try:
        return ssl.get_server_certificate((host, int(port)), timeout=5)
    except OSError:
        return None


def service(scene: Scene, client_id: str, method: str, **metadata: Any) -> None:
    RelyingApp.registered(scene.app, client_id, **SERVICE | {"token_endpoint_auth_method": method} | metadata)


@pytest.mark.section("RFC 8705 §2.1")
def test_a_name_proves_an_app_if_the_authority_vouches_for_it(scene: Scene) -> None:
    service(scene, "bank", "tls_client_auth", tls_client_auth_san_dns="bank.example")
    assert scene.asks("bank", certificates.made("Bank", NAMED, by=scene.authority)) == 200
    other = certificates.made("Authority")
    for shown in (
        None,
        certificates.made("Bank", NAMED),
        certificates.made("Bank", NAMED, by=other),
        certificates.made("Bank", [x509.DNSName("other.example")], by=scene.authority),
        certificates.made("Bank", NAMED, by=scene.authority, until=-1),
    ):
        assert scene.asks("bank", shown) == 401


@pytest.mark.section("RFC 8705 §2.2")
def test_a_registered_key_proves_an_app_whoever_signed_its_certificate(scene: Scene) -> None:
    shown = certificates.made("Shop")
    service(scene, "shop", "self_signed_tls_client_auth", jwks={"keys": [shown.jwk]})
    assert scene.asks("shop", shown) == 200
    for other in (None, certificates.made("Shop"), certificates.made("Shop", by=scene.authority)):
        assert scene.asks("shop", other) == 401


def test_nobody_comes_with_a_certificate_whose_key_another_holds(scene: Scene) -> None:
    """What a self-signed certificate is worth; TLS proves it, and libraries do not even try."""
    shown = certificates.made("Mill")
    service(scene, "mill", "self_signed_tls_client_auth", jwks={"keys": [shown.jwk]})
    thief = Shown(shown.certificate, certificates.made("Mill").key)
    with pytest.raises(OSError, match=r"(?i)key"):
        scene.asks("mill", thief)


def test_a_header_says_nothing_there_and_everything_on_the_main_port(scene: Scene) -> None:
    service(scene, "coop", "tls_client_auth", tls_client_auth_san_dns="bank.example")
    shown = certificates.made("Bank", NAMED, by=scene.authority)
    assert scene.asks("coop", None, **{HEADER: shown.pem}) == 401
    assert scene.asks("coop", certificates.made("Bank"), **{HEADER: shown.pem, "portico.own_tls": shown.pem}) == 401
    fields = b"grant_type=client_credentials&client_id=coop"
    form = {"Content-Type": "application/x-www-form-urlencoded", HEADER: shown.pem}
    assert scene.node.request("POST", "/token", fields, form)[0].status == 200


@pytest.mark.section("RFC 8705 §3")
def test_a_bound_token_is_good_over_a_connection_with_its_certificate(scene: Scene) -> None:
    jane = Person.of(JANE, scene.app).with_account()
    shown = certificates.made("Phone")
    phone = RelyingApp.registered(scene.app, "phone", tls_client_certificate_bound_access_tokens=True, first_party=True)
    visit = phone.asks("openid").seen_by(jane).signs_in()
    fields = {
        "grant_type": "authorization_code",
        "code": visit.code,
        "redirect_uri": phone.redirect_uri,
        "code_verifier": visit.verifier,
    }
    token = scene.calls("/token", shown, data=fields, headers={"Authorization": phone.basic()}).json()["access_token"]
    bearer = {"Authorization": f"Bearer {token}"}
    assert scene.calls("/userinfo", shown, "GET", headers=bearer).status_code == 200
    for other in (None, certificates.made("Phone")):
        assert scene.calls("/userinfo", other, "GET", headers=bearer).status_code == 401
    assert scene.node.request("GET", "/userinfo", headers=bearer)[0].status == 401


@pytest.mark.section("RFC 8705 §5")
def test_only_what_discovery_names_answers_there(scene: Scene) -> None:
    aliases = requests.get(f"{scene.node.url}/.well-known/openid-configuration", timeout=PATIENCE).json()
    for address in aliases["mtls_endpoint_aliases"].values():
        assert scene.calls(address.removeprefix(scene.address), data={"x": "1"}).status_code in (400, 401)
    for path in ("/signin", "/authorize", "/.well-known/openid-configuration", "//token", "/token/", "/"):
        assert scene.calls(path, method="GET").status_code == 404
    assert scene.calls("/token", headers={"Host": "id.example.com"}).status_code == 404
    assert "Server" not in scene.calls("/token").headers


def test_bodies_have_a_limit_and_the_silent_hold_up_nobody(scene: Scene) -> None:
    assert scene.calls("/token", data=b"x" * 70_000).status_code == 413
    assert scene.calls("/token", data=iter([b"x" * 40_000] * 3)).status_code == 413
    service(scene, "quick", "self_signed_tls_client_auth", jwks={"keys": [(shown := certificates.made("Quick")).jwk]})
    host, _, port = scene.address.removeprefix("https://").rpartition(":")
    with ExitStack() as open_for_now:
        for _ in range(50):
            open_for_now.enter_context(socket.create_connection((host, int(port))))
        assert scene.asks("quick", shown) == 200


def test_old_tls_is_refused(scene: Scene) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("AES128-SHA256:AES256-GCM-SHA384")  # without forward secrecy
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    host, _, port = scene.address.removeprefix("https://").rpartition(":")
    with socket.create_connection((host, int(port))) as connection, pytest.raises(ssl.SSLError):
        context.wrap_socket(connection)


def test_requests_are_in_the_log_and_a_reload_takes_a_new_certificate(scene: Scene) -> None:
    scene.calls("/token", data={"x": "1"})
    wait_for(lambda: any(line["logger"] == "idp.access" and line.get("status") == 401 for line in scene.node.lines()))
    address = scene.address.removeprefix("https://")
    before = served(address)
    scene.own = certificates.made("Portico", LOCAL)
    (scene.folder / "own.key").write_text("no key")
    scene.node.send(signal.SIGHUP)
    wait_for(lambda: "not reloaded" in scene.node.log and "mtls.key" in scene.node.log)
    assert served(address) == before
    scene.own.files(scene.folder, "own")
    scene.node.send(signal.SIGHUP)
    wait_for(lambda: served(address) not in (None, before))
    assert scene.calls("/token", data={"x": "1"}).status_code == 401


def test_it_ends_with_the_server_and_loses_no_request(scene: Scene) -> None:
    host, _, port = scene.address.removeprefix("https://").rpartition(":")
    context = ssl.create_default_context(cadata=scene.own.plain_pem.decode())
    with ExitStack() as open_for_now:
        secured, _idle = (
            open_for_now.enter_context(
                context.wrap_socket(socket.create_connection((host, int(port)), PATIENCE), server_hostname=host)
            )
            for _ in range(2)
        )
        secured.sendall(f"POST /token HTTP/1.1\r\nHost: {host}:{port}\r\nContent-Length: 5\r\n\r\n".encode())
        scene.node.send(signal.SIGTERM)
        wait_for(lambda: served(f"{host}:{port}") is None)
        secured.sendall(b"x=yes")
        assert secured.recv(4096).startswith(b"HTTP/1.1 400")
    assert scene.node.process.wait(PATIENCE) == 0
    wait_for(scene.node.children_gone)
    assert "unexpectedly" not in scene.node.log
    assert served(scene.address.removeprefix("https://")) is None
