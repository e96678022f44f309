"""The logout token: word to an app, signed, that a sign-in of a person is over (Back-Channel Logout 1.0 §2.4)."""

from idp.issuance import enclosed
from idp.issuance.mint import Mint
from idp.issuance.subject import sid_of, subject_of
from idp.protocol.client_metadata import ClientMetadata
from idp.store.base import new_id
from idp.store.logout_notices import LeasedNotice

JWT_TYPE = "logout+jwt"
EVENT = "http://schemas.openid.net/event/backchannel-logout"
GOOD_FOR = 120
"""Seconds (§4: at most two minutes is recommended); every try sends a token of its own."""


def sign(notice: LeasedNotice, metadata: ClientMetadata, mint: Mint, now: int) -> str:
    """`sub` and, of one session, `sid`; never a `nonce`, so that no ID token is taken for it. Encrypted where the ID
    tokens of the app are (§2.4). Raises NoSigner, and ServerError where it cannot be encrypted.
    """
    claims: dict[str, object] = {
        "iss": mint.issuer,
        "sub": subject_of(notice.user_id, metadata),
        "aud": notice.client_id,
        "iat": now,
        "exp": now + GOOD_FOR,
        "jti": new_id(),
        "events": {EVENT: {}},
    }
    if notice.session_id:
        claims["sid"] = sid_of(notice.session_id, metadata)
    signed = mint.ring.sign(claims, metadata.id_token_signed_response_alg, now, typ=JWT_TYPE)
    return enclosed.for_app(signed, "id_token", metadata, mint, now)
