"""All it takes to make tokens."""

from dataclasses import dataclass

from idp.outside.key_sets import KeySets
from idp.protocol.resource import Apis
from idp.settings.sections import Tokens
from idp.signing.ring import KeyRing
from idp.signing.sealing import Sealer


@dataclass(frozen=True)
class Mint:
    """`apis` are those that tokens can be for (RFC 8707); `key_sets` knows the keys that apps keep at an address."""

    issuer: str
    tokens: Tokens
    sealer: Sealer
    ring: KeyRing
    apis: Apis
    key_sets: KeySets
