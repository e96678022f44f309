"""The terms of a token answer: what was granted, narrowed to what this request asks for."""

from idp.endpoints.token.asking import Asking
from idp.issuance.issue import Mint
from idp.issuance.terms import Terms
from idp.protocol import authorization_details, resource
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

    RFC 9396 §6.1: of the details likewise. Raises InvalidTarget and InvalidAuthorizationDetails.
    """
    asked = resource.narrowed(resource.wanted(asking.parameters), granted)
    check_allowed(asked, asking.client, mint)
    part = authorization_details.narrowed(asking.parameters.get("authorization_details"), details)
    return _terms(asking, scope, mint, asked, nonce, part)


def for_client(asking: Asking, scope: Scope, mint: Mint) -> Terms:
    """The same where no person takes part: what is asked for is checked here first."""
    kinds, parameters = resource.kinds_of(mint.apis), asking.parameters
    types = asking.client.metadata.authorization_details_types
    details = authorization_details.parse(parameters.get("authorization_details"), kinds, types)
    asked = tuple(dict.fromkeys((*resource.wanted(parameters), *authorization_details.apis_of(details, kinds))))
    check_allowed(asked, asking.client, mint)
    return _terms(asking, scope, mint, asked, None, details)


def check_allowed(asked: tuple[str, ...], client: Client, mint: Mint) -> None:
    """What this client may ask for, as its registration is now. Raises InvalidTarget."""
    resource.check_allowed(asked, client.metadata, mint.apis, mint.issuer)


def _terms(
    asking: Asking, scope: Scope, mint: Mint, resources: tuple[str, ...], nonce: str | None, details: str
) -> Terms:
    apis = mint.apis
    return Terms(
        scope,
        nonce,
        asking.holder,
        resources,
        authorization_details.for_apis(details, resources, resource.kinds_of(apis)) if details else "",
        token_scope=resource.scope_for(resources, scope, apis),
        as_jwt=resource.as_jwt(resources, apis),
    )
