"""The terms of a token answer: what was granted, narrowed to what this request asks for."""

from idp.endpoints.token.asking import Asking
from idp.issuance.issue import Mint
from idp.issuance.terms import Terms
from idp.protocol import resource
from idp.protocol.scope import Scope
from idp.store.clients import Client


def for_person(
    asking: Asking,
    scope: Scope,
    mint: Mint,
    *,
    granted: tuple[str, ...] = (),
    nonce: str | None = None,
    details: str = "",
) -> Terms:
    """RFC 8707 §2.2: a part of the resources that were granted; where none were, those the client may ask for.

    Raises InvalidTarget.
    """
    asked = resource.narrowed(resource.wanted(asking.parameters), granted)
    check_allowed(asked, asking.client, mint)
    return _terms(asking, scope, mint, asked, nonce, details)


def for_client(asking: Asking, scope: Scope, mint: Mint) -> Terms:
    """The same where no person takes part."""
    asked = resource.wanted(asking.parameters)
    check_allowed(asked, asking.client, mint)
    return _terms(asking, scope, mint, asked, None, "")


def check_allowed(asked: tuple[str, ...], client: Client, mint: Mint) -> None:
    """What this client may ask for, as its registration is now. Raises InvalidTarget."""
    resource.check_allowed(asked, client.metadata.resources, mint.apis, mint.issuer)


def _terms(
    asking: Asking, scope: Scope, mint: Mint, resources: tuple[str, ...], nonce: str | None, details: str
) -> Terms:
    apis = mint.apis
    return Terms(
        scope,
        nonce,
        asking.holder,
        resources,
        details,
        token_scope=resource.scope_for(resources, scope, apis),
        as_jwt=resource.as_jwt(resources, apis),
    )
