"""What every grant type is given: the request, the client behind it, and the key it proved to hold."""

from typing import NamedTuple

from idp.protocol.parameters import Parameters
from idp.store.clients import Client


class Asking(NamedTuple):
    """`jkt` is the thumbprint of the key that a DPoP proof came from, "" where none came (RFC 9449 §5)."""

    parameters: Parameters
    client: Client
    jkt: str = ""
