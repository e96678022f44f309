"""Which apps a person lets know what: claim by claim, for the pages where it is typed."""

from idp.protocol.claims import PERSONAL_CLAIMS, covering
from idp.store import connected_apps
from idp.store.connected_apps import ConnectedApp
from idp.web.page import AppIdentity

SHARED = PERSONAL_CLAIMS | {"locale", "email"}


def names_by_claim(user_id: str, now: int) -> dict[str, list[str]]:
    """The names of the apps that may read each of these claims now; a suspended app reads nothing."""
    apps = [app for app in connected_apps.of_user(user_id, now) if not app.is_suspended]
    named = [(AppIdentity.of(app.client.metadata).name, app) for app in apps]
    return {claim: [name for name, app in named if _may_read(app, claim)] for claim in SHARED}


def _may_read(app: ConnectedApp, claim: str) -> bool:
    """As the token and UserInfo endpoints decide: by what was agreed, within what the app may still ask for."""
    return covering((claim,)) <= app.scope & app.client.metadata.scope
