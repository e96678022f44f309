"""Where a request may go that somebody else chose: the name, and every address it stands for."""

import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Final

from idp.protocol.uri import BadUri, Uri

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Resolver = Callable[[str, int], Sequence[str]]
"""The addresses of a host, as text. Raises OSError when there are none."""

DEFAULT_PORTS: Final = {"https": 443, "http": 80}
NOT_PUBLIC_4: Final = tuple(
    ip_network(network)
    for network in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15"),
        *("198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"),
        "168.63.129.16/32",  # a cloud's own services, though the address looks public
    )
)
"""IANA's special-purpose registry of IPv4 (RFC 6890), written out: what a library calls global differs by version."""
PUBLIC_6: Final = ip_network("2000::/3")
NOT_PUBLIC_6: Final = tuple(ip_network(network) for network in ("2001::/23", "2001:db8::/32", "3fff::/20"))
LOOPBACK: Final = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
PRIVATE: Final = tuple(
    ip_network(network)
    for network in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7", "127.0.0.0/8", "::1")
)
SIX_TO_FOUR: Final = ip_network("2002::/16")
TRANSLATED: Final = ip_network("64:ff9b::/96")
LOOPBACK_NAMES: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})


class BadAddress(Exception):
    """Nothing is sent there; the sentence says why, for the log."""


class NotFound(BadAddress):
    """The name stands for no address, or nobody could say in time."""


@dataclass(frozen=True, slots=True)
class Policy:
    """`plain_loopback` lets http reach this very machine; `also` are networks that are reached though not public."""

    plain_loopback: bool = False
    also: tuple[Network, ...] = ()


PUBLIC: Final = Policy()
"""For addresses that anybody may have chosen, in a deployment that people reach."""
THIS_MACHINE: Final = Policy(plain_loopback=True, also=LOOPBACK)
"""The same in a deployment that is itself on loopback."""
OPERATORS: Final = Policy(plain_loopback=True, also=PRIVATE)
"""For addresses that stand in the configuration: the operator's own network is the operator's business."""


@dataclass(frozen=True, slots=True)
class Target:
    """A checked address: which host is asked for, and which addresses answer for it. `path` has the query with it."""

    scheme: str
    host: str
    port: int
    path: str
    addresses: tuple[str, ...]

    @property
    def authority(self) -> str:
        """The Host header (RFC 9110 §7.2)."""
        return self.host if self.port == DEFAULT_PORTS[self.scheme] else f"{self.host}:{self.port}"

    @property
    def name(self) -> str:
        """The host as a certificate names it."""
        return self.host.strip("[]")


def find(url: str, policy: Policy, resolve: Resolver, within: float) -> Target:
    """Look the host up, once, in at most `within` seconds; whoever connects uses these addresses and no others.

    Raises BadAddress for an address that `policy` does not reach, also when only one of several is.
    """
    uri = parsed(url)
    if uri.scheme == "http" and not (policy.plain_loopback and uri.host in LOOPBACK_NAMES):
        raise BadAddress("it is not https")
    host, port = str(uri.host), uri.port or DEFAULT_PORTS[uri.scheme]
    literal = _literal(host)
    addresses = (str(literal),) if literal else _looked_up(host, port, resolve, within)
    for address in addresses:
        _insist_on_reach(address, policy, loopback_only=uri.scheme == "http")
    path = uri.rest if uri.rest.startswith("/") else f"/{uri.rest}"
    return Target(uri.scheme, host, port, path, addresses)


def parsed(url: str) -> Uri:
    """An address on the web, without userinfo and fragment; BadAddress for any other text."""
    try:
        uri = Uri.parse(url)
    except BadUri as problem:
        raise BadAddress(str(problem)) from None
    if uri.scheme not in DEFAULT_PORTS or uri.host is None:
        raise BadAddress("it is no address on the web")
    return uri


def is_public(address: Address) -> bool:
    """Whether everybody on the Internet means the same machine by it; an IPv4 address inside it is looked at."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in NOT_PUBLIC_4)
    inner = _inside(address)
    if inner is not None:
        return is_public(inner)
    return address in PUBLIC_6 and not any(address in network for network in NOT_PUBLIC_6)


def resolved(host: str, port: int) -> Sequence[str]:
    """What this machine's resolver says."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


def _literal(host: str) -> Address | None:
    """The host as an address, None for a name.

    What a browser or a resolver would read as an address (0x7f.1, 2130706433, 0177.0.0.1; URL Standard §3.5 "ends in
    a number") and that is not written plainly is refused, not read.
    """
    if host.startswith("["):
        try:
            return IPv6Address(host.strip("[]"))
        except ValueError:
            raise BadAddress("its host is no IPv6 address") from None
    last = host.rpartition(".")[2]
    if not (last.isdecimal() or last.startswith("0x")):
        return None
    try:
        return IPv4Address(host)
    except ValueError:
        raise BadAddress("its host is a number in disguise") from None


def _looked_up(host: str, port: int, resolve: Resolver, within: float) -> tuple[str, ...]:
    """A resolver may take as long as it likes: it is asked beside, and waited for no longer than told."""
    said: SimpleQueue[tuple[str, ...] | Exception] = SimpleQueue()

    def ask() -> None:
        try:
            said.put(tuple(resolve(host, port)))
        except (OSError, UnicodeError) as error:
            said.put(error)

    Thread(target=ask, daemon=True).start()
    try:
        answer = said.get(timeout=max(within, 0))
    except Empty:
        raise NotFound("its name was not found in time") from None
    if isinstance(answer, Exception) or not answer:
        raise NotFound("its name is not known")
    return answer


def _insist_on_reach(address: str, policy: Policy, *, loopback_only: bool) -> None:
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        raise BadAddress("its name stands for no address") from None
    if loopback_only and not any(found in network for network in LOOPBACK):
        raise BadAddress("it is not https, and leaves this machine")
    if not is_public(found) and not any(found in network for network in policy.also):
        raise BadAddress(f"it leads to {found}, which is not public")


def _inside(address: IPv6Address) -> IPv4Address | None:
    """The IPv4 address that this one is another way to write: mapped (RFC 4291), 6to4 (RFC 3056), NAT64 (RFC 6052)."""
    if address.ipv4_mapped:
        return address.ipv4_mapped
    if address in SIX_TO_FOUR:
        return address.sixtofour
    if address in TRANSLATED:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    return None
