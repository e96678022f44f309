"""Where a request may go that somebody else chose. Every other way to write an inside address is one of these."""

import socket
import time
from collections.abc import Sequence
from ipaddress import ip_address, ip_network

import pytest

from idp.outside import addresses
from idp.outside.addresses import BadAddress, NotFound, Policy

PUBLIC = "93.184.215.14"
METADATA = "169.254.169.254"


class Resolver:
    """Says what it is told, one answer after the other, and counts."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append((host, port))
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


def find(url: str, *answers: Sequence[str], policy: Policy = addresses.PUBLIC) -> addresses.Target:
    return addresses.find(url, policy, Resolver(*(answers or ([PUBLIC],))), within=5)


def test_a_public_name_is_looked_up_once() -> None:
    resolve = Resolver([PUBLIC, "2606:4700::1111"], [METADATA])
    target = addresses.find("https://App.example:8443/a/b?c=d", addresses.PUBLIC, resolve, within=5)
    assert target.addresses == (PUBLIC, "2606:4700::1111")
    assert (target.authority, target.name, target.path) == ("app.example:8443", "app.example", "/a/b?c=d")
    assert resolve.asked == [("app.example", 8443)]


@pytest.mark.parametrize(("url", "path"), [("https://a.example", "/"), ("https://a.example?b", "/?b")])
def test_a_path_is_never_empty(url: str, path: str) -> None:
    assert find(url).path == path


@pytest.mark.incident("CVE-2025-67494")
@pytest.mark.incident("CVE-2024-49753")
@pytest.mark.incident("CVE-2026-56739")
@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "127.8.8.8", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
        *("100.64.0.1", "100.100.100.200", METADATA, "192.0.0.192", "198.18.0.1", "192.88.99.1", "203.0.113.9"),
        *("224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255", "168.63.129.16"),
        *("::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "2001:db8::1", "3fff::1"),
        *("::ffff:127.0.0.1", "::ffff:7f00:1", "::ffff:169.254.169.254", "::ffff:10.0.0.1", "::127.0.0.1"),
        *("64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::a00:1", "2002:7f00:1::", "2002:a9fe:a9fe::1"),
        *("2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "fec0::1", "100::1", "5f00::1"),
    ],
)
def test_a_name_that_leads_inside_leads_nowhere(address: str) -> None:
    """Also when it leads to a public address as well: the next look might pick the other one."""
    with pytest.raises(BadAddress):
        find("https://app.example/", [address])
    with pytest.raises(BadAddress):
        find("https://app.example/", [PUBLIC, address])


@pytest.mark.parametrize("address", [PUBLIC, "2606:4700::1111", "::ffff:93.184.215.14", "64:ff9b::5db8:d70e"])
def test_a_public_address_is_public_however_it_is_written(address: str) -> None:
    assert find("https://app.example/", [address]).addresses == (address,)


@pytest.mark.incident("CVE-2025-67494")
@pytest.mark.parametrize(
    "host",
    [
        *("0x7f.1", "0x7f000001", "2130706433", "0177.0.0.1", "127.1", "127.0.1", "0", "017700000001", "0xA9FEA9FE"),
        *("127.0.0.1", "127.0.0.01", "169.254.169.254", "10.0.0.1", "1.2.3.4.5", "999.1.1.1", "app.example.0x7f"),
        *("[::1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::]", "[fe80::1]", "[64:ff9b::7f00:1]", "[1.2.3.4]"),
        *("[2002:7f00:1::]", "[:::]", "[::ffff:0x7f.1]"),
    ],
)
def test_an_inside_address_is_refused_however_it_is_written(host: str) -> None:
    """The resolver would say something harmless: it is not asked."""
    resolve = Resolver([PUBLIC])
    with pytest.raises(BadAddress):
        addresses.find(f"https://{host}/", addresses.PUBLIC, resolve, within=5)
    assert resolve.asked == []


@pytest.mark.parametrize("host", [PUBLIC, "[2606:4700::1111]"])
def test_a_public_address_may_stand_for_itself(host: str) -> None:
    assert find(f"https://{host}/").addresses == (str(ip_address(host.strip("[]"))),)


@pytest.mark.parametrize(
    "url",
    [
        *("http://app.example/", "ftp://app.example/", "file:///etc/passwd", "gopher://app.example/", "//app.example/"),
        *("https://user@app.example/", "https://app.example@127.0.0.1/", "https://a:b@app.example/", "https:app"),
        *(
            "https://app.example./",
            "https://localhost./",
            "https://app.example\\@evil.example/",
            "https://evil%2eexample/",
        ),
        *("https://app.example:0/", "https://app.example:65536/", "https://app.example:+1/", "https:///path"),
        *("https://app.example/\r\nHost: inside", "https://app.example/#f", "https://ⓐpp.example/", "https://a b/", ""),
        *("https://app.example/ HTTP/1.1", "javascript:alert(1)", "https://[::1%25eth0]/", "https://ａpp.example/"),
    ],
)
def test_what_two_programs_could_read_differently_is_refused(url: str) -> None:
    with pytest.raises(BadAddress):
        find(url)


@pytest.mark.parametrize("name", ["localhost", "127.0.0.1", "[::1]"])
def test_a_deployment_on_this_machine_may_ask_this_machine(name: str) -> None:
    asked = find(f"http://{name}:5000/", ["127.0.0.1"], policy=addresses.THIS_MACHINE)
    assert asked.authority == f"{name}:5000"
    with pytest.raises(BadAddress):
        find(f"http://{name}:5000/", ["127.0.0.1"])


@pytest.mark.parametrize("policy", [addresses.THIS_MACHINE, addresses.OPERATORS])
def test_plain_http_never_leaves_this_machine(policy: Policy) -> None:
    for url, leads in (
        ("http://app.example/", PUBLIC),
        ("http://inside.example/", "10.0.0.1"),
        ("http://here.example/", "127.0.0.1"),
        ("http://localhost/", PUBLIC),
        ("http://localhost/", METADATA),
    ):
        with pytest.raises(BadAddress):
            find(url, [leads], policy=policy)


@pytest.mark.parametrize("address", ["10.0.0.1", "192.168.1.1", "fd00::1", "127.0.0.1", "100.64.0.1"])
def test_what_the_operator_wrote_down_may_be_in_the_operators_network(address: str) -> None:
    assert find("https://sso.corp.example/", [address], policy=addresses.OPERATORS).addresses == (address,)


@pytest.mark.parametrize("address", [METADATA, "224.0.0.1", "0.0.0.0", "fe80::1", "::ffff:169.254.169.254"])
def test_nobody_means_these(address: str) -> None:
    with pytest.raises(BadAddress):
        find("https://sso.corp.example/", [address], policy=addresses.OPERATORS)


def test_an_operator_may_open_one_network() -> None:
    policy = Policy(also=(ip_network("10.7.0.0/16"),))
    assert find("https://app.corp.example/", ["10.7.0.1"], policy=policy).addresses == ("10.7.0.1",)
    with pytest.raises(BadAddress):
        find("https://app.corp.example/", ["10.8.0.1"], policy=policy)
    with pytest.raises(BadAddress):
        find("http://app.corp.example/", ["10.7.0.1"], policy=policy)


def test_a_name_that_nobody_knows_is_told_from_one_that_is_refused() -> None:
    def unknown(host: str, port: int) -> Sequence[str]:
        raise socket.gaierror(-2, "Name or service not known")

    for resolve in (unknown, Resolver([])):
        with pytest.raises(NotFound):
            addresses.find("https://nowhere.example/", addresses.PUBLIC, resolve, within=5)


def test_a_resolver_that_takes_its_time_is_not_waited_for() -> None:
    def slow(host: str, port: int) -> Sequence[str]:
        time.sleep(5)
        return [PUBLIC]

    began = time.monotonic()
    with pytest.raises(NotFound):
        addresses.find("https://slow.example/", addresses.PUBLIC, slow, within=0.1)
    assert time.monotonic() - began < 2


def test_this_machines_resolver_speaks_our_language() -> None:
    assert "127.0.0.1" in addresses.resolved("localhost", 80)
