"""What every grant type is given: the request, the client behind it, and the keys it proved to hold."""

from typing import NamedTuple

from idp.protocol.holder import ANYBODY, Holder
from idp.protocol.parameters import Parameters
from idp.store.clients import Client


class Asking(NamedTuple):
    """`holder` names the key of a DPoP proof and the certificate of the connection (RFC 9449 §5, RFC 8705 §3)."""

    parameters: Parameters
    client: Client
    holder: Holder = ANYBODY
