"""All it takes to make tokens."""

from dataclasses import dataclass, replace

from idp.outside.key_sets import KeySets
from idp.protocol.client_metadata import ClientMetadata
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

    def for_app(self, metadata: ClientMetadata) -> "Mint":
        """The same, whose tokens live no longer than the registration of this app has it."""
        asked = {"access_token_for": metadata.access_token_lifetime, "id_token_for": metadata.id_token_lifetime}
        shorter = {name: seconds for name, seconds in asked.items() if seconds and seconds < getattr(self.tokens, name)}
        return replace(self, tokens=self.tokens.model_copy(update=shorter)) if shorter else self
