"""grant_type=device_code (RFC 8628 §3.4): a device asks whether its person has let it in."""

from idp.endpoints.token import polling
from idp.endpoints.token.asking import Asking
from idp.issuance.issue import Mint
from idp.protocol import device_flow
from idp.settings.load import Settings

NAME = device_flow.GRANT_TYPE


def redeem(asking: Asking, mint: Mint, settings: Settings, now: int) -> dict[str, object]:
    """§3.5."""
    return polling.redeem("device_code", asking, mint, settings, now, of_device=True)
