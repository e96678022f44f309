"""Who is really asking: a proxy's word counts only when it comes from a listed network.

Portico needs one thing from a proxy, the person's address, and believes `X-Forwarded-For` for that and nothing else.
Scheme and host are the issuer's, always (idp.web.hardening), so no other forwarding header has anything to say here.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NamedTuple
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

PEER = "portico.peer"
CERTIFICATE = "portico.client_certificate"
OWN_TLS = "portico.own_tls"
PROXY_REQUEST_ID = "portico.proxy_request_id"
FORWARDING = tuple(
    "HTTP_" + name.upper().replace("-", "_")
    for name in (
        *("Forwarded", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "X-Forwarded-Port"),
        *("X-Forwarded-Prefix", "X-Forwarded-Server", "X-Forwarded-By", "X-Forwarded-Scheme", "X-Forwarded-Ssl"),
        *("X-Real-IP", "X-Client-IP", "X-Cluster-Client-IP", "True-Client-IP", "CF-Connecting-IP", "Front-End-Https"),
        *("X-Original-URL", "X-Rewrite-URL", "X-HTTP-Method-Override", "X-Request-ID"),
    )
)


class Shown(NamedTuple):
    """A client's certificate, as RFC 9440 or nginx write it, "" for none; and whether its chain was verified."""

    passed_on: str
    is_verified: bool


NOTHING = Shown("", is_verified=False)


class Proxies:
    """WSGI: REMOTE_ADDR becomes the person's address; every forwarding header is taken away from the rooms inside.

    OWN_TLS is what the listener for certificates puts into the environment: a Shown. No header has such a name.
    """

    def __init__(self, app: WSGIApplication, networks: Iterable[str], certificate_header: str = "") -> None:
        """`certificate_header` holds the client's certificate; "" where no proxy passes one on (RFC 8705)."""
        self.app = app
        self.certificate = "HTTP_" + certificate_header.upper().replace("-", "_") if certificate_header else ""
        self.networks = tuple(ip_network(network) for network in networks)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        peer = environ.get("REMOTE_ADDR", "")
        environ[PEER] = peer
        if OWN_TLS in environ:  # nobody stands between: the connection itself says it (idp.cli.mtls)
            environ[CERTIFICATE] = environ[OWN_TLS]
        elif self.networks and is_trusted(peer, self.networks):
            environ["REMOTE_ADDR"] = client_address(peer, environ.get("HTTP_X_FORWARDED_FOR", ""), self.networks)
            environ[PROXY_REQUEST_ID] = environ.get("HTTP_X_REQUEST_ID", "")
            environ[CERTIFICATE] = Shown(environ.get(self.certificate, ""), is_verified=True)
        for name in (*FORWARDING, self.certificate):
            environ.pop(name, None)
        return self.app(environ, start_response)


def client_address(peer: str, forwarded_for: str, networks: Sequence[Network]) -> str:
    """Walk from our own peer outwards, over trusted hops, to the first address that no trusted proxy vouches beyond.

    What stands further left was written by that address itself and may say anything.
    """
    nearest = peer
    for hop in reversed(forwarded_for.split(",")):
        if not is_trusted(nearest, networks) or (address := _address(hop)) is None:
            break
        nearest = str(address)
    return nearest


@lru_cache(maxsize=4096)
def is_trusted(text: str, networks: Sequence[Network]) -> bool:
    """Is this the address of a proxy of ours?"""
    address = _address(text)
    return address is not None and any(address in network for network in networks)


@lru_cache(maxsize=4096)
def _address(text: str) -> Address | None:
    """An address as proxies write it: with or without a port, IPv6 in brackets or bare, IPv4 perhaps inside IPv6."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ip_address(text.partition("%")[0])  # RFC 4007 §11: a zone is of one machine, and may be endless
    except ValueError:
        return None
    return (address.ipv4_mapped or address) if isinstance(address, IPv6Address) else address
