"""What is written so that one app alone can read it, or we alone (RFC 7516): who may ask for it, and how."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from idp.protocol import member_kinds as kinds
from idp.protocol.errors import InvalidClientMetadata

REQUEST_ALGS: Final = ("ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW")
"""How the key of one message is sealed for our own key, with which apps may encrypt requests (RFC 7518 §4)."""
KEY_ALGS: Final = ("RSA-OAEP", "RSA-OAEP-256", *REQUEST_ALGS)
"""The same for an app's own key. No shared secrets, no RSA1_5."""
ENCS: Final = ("A128CBC-HS256", "A256CBC-HS512", "A128GCM", "A256GCM")
DEFAULT_ENC: Final = "A128CBC-HS256"
ANSWERS: Final = ("id_token", "userinfo", "authorization", "introspection")
"""OpenID Connect Registration §2, JARM §3, RFC 9701 §6."""

KINDS: Final[Mapping[str, Callable[[object], Any]]] = {
    **{f"{answer}_encrypted_response_alg": kinds.one_of(*KEY_ALGS) for answer in ANSWERS},
    **{f"{answer}_encrypted_response_enc": kinds.one_of(*ENCS) for answer in ANSWERS},
    "request_object_encryption_alg": kinds.one_of(*REQUEST_ALGS),
    "request_object_encryption_enc": kinds.one_of(*ENCS),
}


def check(members: Mapping[str, Any], metadata: Mapping[str, object]) -> None:
    """Registration §2: nothing is encrypted halfway, nor without a key. Raises InvalidClientMetadata."""
    if "request_object_encryption_enc" in members and "request_object_encryption_alg" not in members:
        raise InvalidClientMetadata("request_object_encryption_enc needs request_object_encryption_alg beside it")
    for answer in ANSWERS:
        alg, enc = f"{answer}_encrypted_response_alg", f"{answer}_encrypted_response_enc"
        if enc in members and alg not in members:
            raise InvalidClientMetadata(f"{enc} needs {alg} beside it")
        if alg in members and "jwks" not in members and "jwks_uri" not in members:
            raise InvalidClientMetadata(f"{alg} needs jwks or jwks_uri with a key to encrypt for")
