"""grant_type=ciba (OpenID CIBA Core 1.0 §10.1): an app asks whether the person it named has confirmed."""

from idp.endpoints.token import polling
from idp.endpoints.token.asking import Asking
from idp.issuance.issue import Mint
from idp.protocol import backchannel
from idp.settings.load import Settings

NAME = backchannel.GRANT_TYPE


def redeem(asking: Asking, mint: Mint, settings: Settings, now: int) -> dict[str, object]:
    """§10.1.1, §11: poll and ping alike."""
    return polling.redeem("auth_req_id", asking, mint, settings, now, of_device=False)
