"""Whether the sender of this request holds the key that something is bound to (RFC 9449)."""

from flask import Response, g, request

from idp.protocol import dpop, fapi
from idp.protocol.errors import InvalidDpopProof, UseDpopNonce
from idp.signing import possession
from idp.signing.possession import BadProof
from idp.signing.sealing import BadSeal
from idp.store import used_once
from idp.web import own_tls
from idp.web.house import house, now

HEADER = "DPoP"
PURPOSE = "dpop nonce"
NONCE_FOR = 300


def of_request(profile: str, access_token: str | None = None) -> str:
    """The thumbprint of the key that this request proves possession of, "" where it proves none.

    `profile` is the asking app's. With `access_token` the proof must be made for it (§7). Raises InvalidDpopProof and
    UseDpopNonce. A proof is used by being looked at, whatever becomes of the request.
    """
    text = request.headers.get(HEADER)
    if text is None:
        return ""
    try:
        proof = possession.read(text)
    except BadProof as problem:
        raise InvalidDpopProof(str(problem)) from None
    fapi.check_proof(profile, proof.alg)
    address = own_tls.base_address() + request.path
    jti = dpop.check(proof.claims, method=request.method, address=address, now=now(), access_token=access_token)
    _check_nonce(proof.claims.get("nonce"))
    if not used_once.use(now() + dpop.GOOD_FOR + dpop.SKEW, HEADER, proof.thumbprint, jti):
        raise InvalidDpopProof("this proof was used before: make one for each request")
    return proof.thumbprint


def with_nonce(response: Response) -> Response:
    """§8: what the next proof must hold, where this install asks for it."""
    if house().settings.tokens.dpop_nonce and (HEADER in request.headers or g.get("dpop_nonce_wanted")):
        response.headers["DPoP-Nonce"] = house().sealer.seal(PURPOSE, str(now()).encode(), now())
    return response


def _check_nonce(nonce: object) -> None:
    """§8: ours, and not too old; where none is asked for, one that is there must still be ours."""
    if nonce is None and not house().settings.tokens.dpop_nonce:
        return
    try:
        made_at = int(house().sealer.unseal(PURPOSE, nonce if isinstance(nonce, str) else ""))
    except BadSeal:
        made_at = 0
    if now() - made_at > NONCE_FOR:
        g.dpop_nonce_wanted = True
        raise UseDpopNonce("make the proof anew with the nonce of the DPoP-Nonce header")
