"""grant_type=refresh_token (RFC 6749 §6, RFC 9700 §4.14, OpenID Connect Core §12)."""

from idp.endpoints.token import terms
from idp.endpoints.token.asking import Asking
from idp.issuance import refresh_token
from idp.issuance.issue import Mint, issue
from idp.protocol import resource
from idp.protocol.errors import InvalidGrant
from idp.protocol.scope import Scope
from idp.settings.load import Settings
from idp.store import grants

NAME = "refresh_token"


def redeem(asking: Asking, mint: Mint, settings: Settings, now: int) -> dict[str, object]:
    """The next generation of the family, for all of its scope or a part; the ID token has no nonce (Core §12.2).

    What the registration does not allow any more is not given any more (RFC 6749 §3.3). Apps of FAPI 2.0 keep the one
    they have (Security Profile §5.3.2.1): it is good for whoever proves to be the app, with a key of its own.
    """
    parameters, client, holder = asking
    presented = parameters.require("refresh_token")
    narrower = Scope.parse(parameters.get("scope"))
    token = refresh_token.read(presented, mint.sealer)
    asked, keeps = resource.wanted(parameters), bool(client.metadata.profile)
    terms.check_allowed(asked, client, mint)
    grant, person = grants.rotate(
        token.grant_id,
        client.client_id,
        token.generation,
        now,
        wanted=narrower,
        resources=asked,
        idle_since=now - settings.session.idle_for,
        tokens=settings.tokens,
        holder=holder,
        keeps=keeps,
    )
    allowed = (narrower or grant.scope) & client.metadata.scope
    if not allowed:
        raise InvalidGrant("the registration of this client allows nothing of what was granted any more")
    given = terms.for_person(asking, allowed, mint, granted=grant.resources, details=grant.details)
    answer = issue(mint, grant, person, client.metadata, given, now)
    return {name: value for name, value in answer.items() if name != "refresh_token" or not keeps}
