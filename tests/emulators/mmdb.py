"""A GeoIP database as small as can be: MaxMind DB File Format 2.0, written for a few networks."""

from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Any

MARKER = b"\xab\xcd\xefMaxMind.com"
LYON = {"city": {"names": {"en": "Lyon", "fr": "Lyon"}}, "country": {"names": {"en": "France", "de": "Frankreich"}}}
BERLIN = {"city": {"names": {"en": "Berlin"}}, "country": {"names": {"en": "Germany", "de": "Deutschland"}}}
NETWORKS = {"192.0.2.0/24": LYON, "198.51.100.0/24": BERLIN, "2001:db8::/32": BERLIN}


def write(file: Path, networks: Mapping[str, Mapping[str, Any]] = NETWORKS, kind: str = "GeoLite2-City") -> Path:
    """Records of 32 bits: more room than is needed, and the easiest to read. IPv4 stands below ::/96."""
    nodes: list[list[int | bytes | None]] = [[None, None]]
    for network, record in networks.items():
        _insert(nodes, _bits(network), _encoded(record))
    data, offsets = b"", {}
    for leaf in (leaf for node in nodes for leaf in node if isinstance(leaf, bytes)):
        if leaf not in offsets:
            offsets[leaf], data = len(data), data + leaf
    tree = b"".join(_pointer(leaf, len(nodes), offsets).to_bytes(4) for node in nodes for leaf in node)
    metadata = {
        "binary_format_major_version": _number(5, 2, 2),
        "binary_format_minor_version": _number(5, 2, 0),
        "build_epoch": bytes([8, 9 - 7]) + (1_800_000_000).to_bytes(8),
        "database_type": kind,
        "description": {"en": "a test"},
        "ip_version": _number(5, 2, 6),
        "languages": bytes([0, 11 - 7]),
        "node_count": _number(6, 4, len(nodes)),
        "record_size": _number(5, 2, 32),
    }
    file.write_bytes(tree + bytes(16) + data + MARKER + _encoded(metadata))
    return file


def _bits(network: str) -> str:
    found = ip_network(network)
    whole = f"{int(found.network_address):0{found.max_prefixlen}b}"[: found.prefixlen]
    return whole if found.version == 6 else "0" * 96 + whole


def _insert(nodes: list[list[int | bytes | None]], bits: str, leaf: bytes) -> None:
    at = 0
    for bit in bits[:-1]:
        onward = nodes[at][int(bit)]
        if not isinstance(onward, int):
            nodes.append([None, None])
            onward = nodes[at][int(bit)] = len(nodes) - 1
        at = onward
    nodes[at][int(bits[-1])] = leaf


def _pointer(leaf: int | bytes | None, count: int, offsets: Mapping[bytes, int]) -> int:
    if leaf is None:
        return count
    return leaf if isinstance(leaf, int) else count + 16 + offsets[leaf]


def _encoded(value: Any) -> bytes:
    """What is encoded already stays as it is; a plain number is a uint32."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return _control(2, len(value.encode())) + value.encode()
    if isinstance(value, Mapping):
        return _control(7, len(value)) + b"".join(_encoded(part) for pair in value.items() for part in pair)
    return _number(6, 4, value)


def _number(kind: int, size: int, value: int) -> bytes:
    return _control(kind, size) + value.to_bytes(size)


def _control(kind: int, size: int) -> bytes:
    if size < 29:
        return bytes([kind << 5 | size])
    if size < 285:
        return bytes([kind << 5 | 29, size - 29])
    raise ValueError("longer than a test needs")
