"""Everything an OpenID provider can get wrong, by name, each in the token it signs or in how it signs it."""

import hmac
import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from typing import Any, Final

from joserfc import jws
from joserfc.jwk import ECKey, RSAKey

Claims = dict[str, Any]
Key = RSAKey | ECKey
HOUR: Final = 3600


def _without(*names: str) -> Callable[[Claims], None]:
    def lie(claims: Claims) -> None:
        for name in names:
            claims.pop(name, None)

    return lie


def _with(**values: Any) -> Callable[[Claims], None]:
    return lambda claims: claims.update(values)


def _moved(name: str, seconds: int) -> Callable[[Claims], None]:
    return lambda claims: claims.update({name: claims["iat"] + seconds})


def _aud_beside(claims: Claims) -> None:
    claims["aud"] = [claims["aud"], "another-app"]


def _older(claims: Claims) -> None:
    claims["iat"] -= HOUR


IN_CLAIMS: Final[Mapping[str, Callable[[Claims], None]]] = {
    "wrong iss": _with(iss="https://evil.example"),
    "iss with a slash": lambda claims: claims.update(iss=claims["iss"] + "/"),
    "no iss": _without("iss"),
    "wrong aud": _with(aud="another-app"),
    "wrong aud list": _with(aud=["another-app", "a-third"]),
    "no aud": _without("aud"),
    "aud as object": lambda claims: claims.update(aud={claims["aud"]: True}),
    "several aud": _aud_beside,
    "wrong azp": _with(azp="another-app"),
    "no nonce": _without("nonce"),
    "empty nonce": _with(nonce=""),
    "wrong nonce": _with(nonce="of-somebody-elses-sign-in"),
    "nonce as list": lambda claims: claims.update(nonce=[claims["nonce"]]),
    "nonce unsupported": lambda claims: (claims.pop("nonce"), claims.update(nonce_supported=False))[1],
    "expired": _moved("exp", -61),
    "no exp": _without("exp"),
    "exp as text": lambda claims: claims.update(exp=str(claims["exp"])),
    "exp as true": _with(exp=True),
    "iat in future": _moved("iat", 120),
    "iat long ago": _older,
    "no iat": _without("iat"),
    "not yet": _moved("nbf", 120),
    "no sub": _without("sub"),
    "empty sub": _with(sub=""),
    "sub as number": _with(sub=1),
    "long sub": _with(sub="x" * 256),
    "odd sub": _with(sub="1\u202e2"),
    "wrong at_hash": _with(at_hash="AAAAAAAAAAAAAAAAAAAAAA"),
    "old auth_time": _moved("auth_time", -HOUR),
    "no auth_time": _without("auth_time"),
}
"""What each lie does to the claims of an ID token."""

IN_SIGNATURE: Final = (
    *("alg none", "alg None", "blank signature", "hs256 with public key", "hs256 with empty key", "hs256 with secret"),
    *("unknown kid", "no kid", "key in header", "jku", "x5u", "x5c", "unknown crit", "b64", "another key"),
    *("typ at+jwt", "two signatures", "not a token"),
)
"""What goes wrong around them."""


def signed(claims: Claims, key: Key, kid: str, lie: str, *, secret: str, typ: str = "JWT") -> str:
    """A JWT over `claims`, or what stands in its place when a lie of IN_SIGNATURE is told."""
    alg = "ES256" if isinstance(key, ECKey) else "RS256"
    header: dict[str, Any] = {"alg": alg, "kid": kid, "typ": typ} | HEADERS.get(lie, {})
    if lie == "no kid":
        del header["kid"]
    if lie in ("another key", "key in header", "jku", "x5u", "x5c"):
        key = RSAKey.generate_key(2048)
        header |= {"alg": "RS256"} | ({"jwk": key.as_dict(private=False)} if lie == "key in header" else {})
    head, body = segment(json.dumps(header).encode()), segment(json.dumps(claims).encode())
    message = f"{head}.{body}".encode()
    if lie in MACS:
        return f"{head}.{body}.{segment(hmac.digest(MACS[lie](key, secret), message, 'sha256'))}"
    if lie in ("alg none", "alg None", "blank signature"):
        return f"{head}.{body}."
    signature = segment(jws.JWSRegistry.algorithms[header["alg"]].sign(message, key))
    if lie == "two signatures":
        return json.dumps({"payload": body, "signatures": [{"protected": head, "signature": signature}]})
    return "not.a.token" if lie == "not a token" else f"{head}.{body}.{signature}"


HEADERS: Final[Mapping[str, dict[str, Any]]] = {
    "alg none": {"alg": "none"},
    "alg None": {"alg": "None"},
    "hs256 with public key": {"alg": "HS256"},
    "hs256 with empty key": {"alg": "HS256"},
    "hs256 with secret": {"alg": "HS256"},
    "unknown kid": {"kid": "nobody-knows"},
    "jku": {"jku": "https://evil.example/jwks"},
    "x5u": {"x5u": "https://evil.example/cert"},
    "x5c": {"x5c": ["MIIB"]},
    "unknown crit": {"crit": ["exp"], "exp": 1},
    "b64": {"crit": ["b64"], "b64": True},
    "typ at+jwt": {"typ": "at+jwt"},
}
MACS: Final[Mapping[str, Callable[[Key, str], bytes]]] = {
    "hs256 with public key": lambda key, _secret: key.as_pem(private=False),
    "hs256 with empty key": lambda _key, _secret: b"",
    "hs256 with secret": lambda _key, secret: secret.encode(),
}


def segment(octets: bytes) -> str:
    return urlsafe_b64encode(octets).rstrip(b"=").decode()
