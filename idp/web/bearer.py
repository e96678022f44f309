"""The access token of a request, and the refusals of RFC 6750 and RFC 9449 §7."""

from typing import NamedTuple

from flask import Request, Response, request

from idp.protocol import dpop
from idp.protocol.errors import InvalidDpopProof, InvalidRequest, InvalidToken, OAuthError, UseDpopNonce
from idp.web import explanations, possession
from idp.web.received import FORM, from_form

WELL_KNOWN = "/.well-known/oauth-protected-resource"
REALM = 'Bearer realm="Portico"'
DPOP_REALM = f'DPoP realm="Portico", algs="{" ".join(dpop.ALGORITHMS)}"'
SCHEMES = ("bearer", "dpop")


class NoToken(Exception):
    """Nothing was presented: the answer names no error (RFC 6750 §3.1)."""


class Presented(NamedTuple):
    """The token as it came; `is_bound` when its sender says that it is bound to a key (the DPoP scheme)."""

    token: str
    is_bound: bool

    def __repr__(self) -> str:
        return f"Presented({'DPoP' if self.is_bound else 'Bearer'})"


def presented(request: Request) -> Presented:
    """The token from the header or the form body (RFC 6750 §2.1, §2.2), never from the query (§5.3).

    InvalidRequest when it came both ways, NoToken when it did not come at all.
    """
    named, _, in_header = request.headers.get("Authorization", "").partition(" ")
    scheme = named.lower()
    in_form = from_form(request).get("access_token") if request.method == "POST" and request.mimetype == FORM else None
    if scheme in SCHEMES and in_form:
        raise InvalidRequest("send the access token once: in the Authorization header or in the form body")
    token = in_header.strip() if scheme in SCHEMES else in_form
    if scheme in SCHEMES and not token:
        raise InvalidRequest("the Authorization header names a scheme and holds no token")
    if not token:
        raise NoToken
    return Presented(token, scheme == "dpop")


def prove(came: Presented, jkt: str, profile: str) -> None:
    """RFC 9449 §7.1, §7.2: a bound token needs its key, and is refused as a bearer token; any other needs none.

    `jkt` is what the token is bound to, "" for nothing; `profile` is of the app that it was given to. Raises
    InvalidToken, InvalidDpopProof and UseDpopNonce.
    """
    if came.is_bound != bool(jkt):
        raise InvalidToken(
            "the token is bound to a key: use DPoP" if jkt else "the token is bound to no key: use Bearer"
        )
    if not jkt:
        return
    proved = possession.of_request(profile, came.token)
    if not proved:
        raise InvalidDpopProof("the DPoP header is missing")
    if proved != jkt:
        raise InvalidToken("the token is bound to another key")


def refusal(error: OAuthError | NoToken) -> Response:
    """The answer with its WWW-Authenticate header (RFC 6750 §3, RFC 9449 §7.1), which says where the rules of this API
    stand (RFC 9728 §5.1).
    """
    about = f'resource_metadata="{_metadata_address()}"'
    if isinstance(error, NoToken):
        response = Response(status=401, headers={"WWW-Authenticate": f"{REALM}, {about}"})
        response.headers.add("WWW-Authenticate", f"{DPOP_REALM}, {about}")
        return response
    is_about_proof = isinstance(error, InvalidDpopProof | UseDpopNonce)
    realm, status = (DPOP_REALM, 401) if is_about_proof else (REALM, error.status)
    explanations.refused(error)
    more = "".join(f', {name}="{address}"' for name, address in explanations.error_uri().items())
    challenge = f'{realm}, error="{error.code}", error_description="{error.description}"{more}, {about}'
    return possession.with_nonce(Response(status=status, headers={"WWW-Authenticate": challenge}))


def _metadata_address() -> str:
    """RFC 9728 §3.1: the well-known name stands between the host and the path of the API that was called."""
    return f"{request.host_url.rstrip('/')}{WELL_KNOWN}{request.script_root}{request.path}"
