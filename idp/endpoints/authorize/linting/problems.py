"""All that is wrong with a request, by the checks of /authorize themselves: each is asked, and nothing happens."""

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from idp.endpoints.authorize import request_objects
from idp.endpoints.authorize.checks import AUTHORIZE, CHECKS, Asked, Unanswerable, who_asks
from idp.issuance.mint import Mint
from idp.protocol import request_uri
from idp.protocol.errors import InvalidRequest, OAuthError
from idp.protocol.good_practice import Hint, hints
from idp.protocol.parameters import Parameters
from idp.store.clients import Client, KnownClients


@dataclass(frozen=True, slots=True)
class Linted:
    """What was pasted, as far as it could be read, and what is to be said of it. `parameters` None: not at all.

    `stands_elsewhere`: the request itself is pushed or lies at an address, and was not looked at.
    """

    parameters: Parameters | None
    errors: tuple[OAuthError, ...]
    hints: tuple[Hint, ...] = ()
    stands_elsewhere: bool = False


@dataclass(frozen=True, slots=True)
class Desk:
    """Where it is held against what is registered: the app, and what the checks need to know of this house."""

    client: Client
    clients: KnownClients
    mint: Mint
    prompts: tuple[str, ...]
    now: int


def lint(pasted: str, desk: Desk) -> Linted:
    """`pasted` is an address, or its query alone; line breaks of a log or a mail do not count."""
    try:
        address, parameters = _read(pasted)
    except InvalidRequest as error:
        return Linted(None, (error,))
    signed, whole, errors = parameters.as_sent().get("request"), parameters, [*_of_address(address, desk)]
    if _stands_elsewhere(parameters):
        errors += _of_app(parameters, desk)
        return Linted(parameters, tuple(errors), stands_elsewhere=True)
    if signed:
        try:
            whole = request_objects.unpacked(signed, desk.client, desk.mint.issuer, desk.now)
        except OAuthError as error:
            errors.append(error)
    errors += [*_of_app(whole, desk), *_of_checks(whole, desk, is_signed=whole is not parameters)]
    once = {error.description: error for error in reversed(errors)}
    return Linted(whole, tuple(reversed(once.values())), tuple(hints(whole, desk.client.metadata)))


def _read(pasted: str) -> tuple[str, Parameters]:
    text = "".join(pasted.split())
    try:
        parts = urlsplit(text)
    except ValueError:
        raise InvalidRequest("this is no address: its host cannot be read") from None
    if not parts.scheme and "=" in text and "?" not in text:
        return "", Parameters.parse(text.encode())
    if not parts.query:
        raise InvalidRequest("this address has no query: paste all of it, from https to its end")
    return f"{parts.scheme}://{parts.netloc}{parts.path}" if parts.netloc else "", Parameters.parse(
        parts.query.encode()
    )


def _of_address(address: str, desk: Desk) -> Iterator[OAuthError]:
    """OpenID Connect Discovery §3: the one address where requests begin."""
    expected = f"{desk.mint.issuer}/authorize"
    if address not in ("", expected):
        yield InvalidRequest(f"the request goes to another address than {expected}")


def _of_app(parameters: Parameters, desk: Desk) -> Iterator[OAuthError]:
    """The app is this one whatever the request says, so that nothing is told about others."""
    named, own, elsewhere = parameters.as_sent().get("client_id"), desk.client.client_id, _stands_elsewhere(parameters)
    if named != own:
        yield InvalidRequest("client_id is not the one of this app" if named else "client_id is missing")
        looked_at = ("redirect_uri", "response_mode", "state")
        sent = {name: value for name, value in parameters.as_sent().items() if name in looked_at}
        parameters = Parameters.of({**sent, "client_id": own})
    if elsewhere:
        return
    try:
        who_asks(parameters, desk.clients, desk.now)
    except Unanswerable as problem:
        yield problem.error.with_traceback(problem.error.__traceback__ or problem.__traceback__)


def _of_checks(parameters: Parameters, desk: Desk, *, is_signed: bool) -> Iterator[OAuthError]:
    try:
        parameters.refuse_duplicates()
    except OAuthError as error:
        yield error
    mint = desk.mint
    asked = Asked(
        parameters, desk.client, mint.ring, mint.issuer, desk.prompts, desk.now, is_signed=is_signed, apis=mint.apis
    )
    for check, endpoints in CHECKS:
        if AUTHORIZE in endpoints.split():
            try:
                check(asked)
            except OAuthError as error:
                yield error


def _stands_elsewhere(parameters: Parameters) -> bool:
    """RFC 9126 §4, RFC 9101 §5.2: to look at it would be to take it, or to fetch it."""
    address = parameters.as_sent().get("request_uri", "")
    return request_uri.secret_of(address) is not None or address.startswith("https://")
