"""Talking to a provider: every way in which that fails is one of our Failures, and none of them tells a secret."""

import base64
import re
import time
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote_plus

from authlib.integrations.base_client.errors import OAuthError
from authlib.integrations.requests_client import OAuth2Session
from requests import Response

from idp.outside.carrier import carry
from idp.outside.fetch import JSON, Bounds, Fetched, Fetcher, NotFetched
from idp.protocol.strict_json import BadJson, read_object
from idp.upstream.provider import Failure, NotIdentified

MOST_OCTETS: Final = 256 * 1024
CODE: Final = re.compile(r"[a-z0-9_]{1,64}", re.ASCII)
REFUSALS: Final[Mapping[str, Failure]] = {
    **dict.fromkeys(("access_denied", "login_required", "interaction_required"), Failure.DENIED),
    **dict.fromkeys(("consent_required", "account_selection_required", "user_cancelled_authorize"), Failure.DENIED),
    **dict.fromkeys(("temporarily_unavailable", "server_error"), Failure.DOWN),
    "slow_down": Failure.THROTTLED,
}
"""RFC 6749 §4.1.2.1, OpenID Connect Core §3.1.2.6, and what Apple says when somebody changes their mind."""


class Conversation:
    """All that is asked of a provider for one person, within `seconds` together. Raises NotIdentified."""

    def __init__(self, fetcher: Fetcher, seconds: float) -> None:
        self._fetcher = fetcher
        self._until = time.monotonic() + seconds

    def document(self, what: str, url: str, headers: Mapping[str, str] | None = None) -> Mapping[str, object]:
        """A JSON object that stands there; `what` is its name in the log."""
        answer = self.answer(what, url, headers)
        try:
            return read_object(answer.body.decode(), MOST_OCTETS)
        except (BadJson, UnicodeDecodeError) as error:
            raise NotIdentified(Failure.BROKEN, f"{what}: it {error}") from None

    def answer(self, what: str, url: str, headers: Mapping[str, str] | None = None) -> Fetched:
        """An answer that says 200, of JSON."""
        try:
            answer = self._fetcher.get(url, self._bounds(), {"Accept": "application/json", **(headers or {})})
        except NotFetched as problem:
            raise _unfetched(what, problem) from None
        if answer.status != 200:
            raise _refused(what, answer.status)
        return answer

    def token(self, url: str, client: "Client", fields: Mapping[str, str]) -> Mapping[str, Any]:
        """OpenID Connect Core §3.1.3.1: what a code is worth, by Authlib's client over our way out."""
        session = client.session()
        session.register_compliance_hook("access_token_response", _may_be_read)
        carry(session, self._fetcher, self._bounds())
        try:
            spent = session.fetch_token(url, grant_type="authorization_code", **fields)
        except NotFetched as problem:
            raise _unfetched("token", problem) from None
        except OAuthError as error:
            raise _spent(str(error.error)) from None
        except (OSError, ValueError, TypeError, AttributeError):  # Authlib's words for what is no JSON object
            raise NotIdentified(Failure.BROKEN, "token: no JSON object") from None
        return dict(spent)

    def _bounds(self) -> Bounds:
        return Bounds(self._until - time.monotonic(), MOST_OCTETS, JSON | {"application/jwk-set+json"})


class Client:
    """Who we are there, and how we show it."""

    def __init__(self, client_id: str, secret: str, method: str) -> None:
        self._client_id = client_id
        self._secret = secret
        self._method = method

    def session(self) -> OAuth2Session:
        session = OAuth2Session(
            self._client_id,
            self._secret,
            token_endpoint_auth_method=self._method,
            code_challenge_method="S256",
        )
        session.register_client_auth_method(("client_secret_basic", _basic))
        return session

    def __repr__(self) -> str:
        return f"Client({self._client_id})"


def refused_there(error: str) -> NotIdentified:
    """The authorization endpoint's word for why nobody comes back."""
    return NotIdentified(REFUSALS.get(error, Failure.BROKEN), f"authorization: {_shown(error)}")


def _spent(error: str) -> NotIdentified:
    """RFC 6749 §5.2: a code that is not good any more took too long; everything else is between the provider and us."""
    failure = Failure.EXPIRED if error in ("invalid_grant", "bad_verification_code") else REFUSALS.get(error)
    return NotIdentified(failure or Failure.BROKEN, f"token: {_shown(error)}")


def _unfetched(what: str, problem: NotFetched) -> NotIdentified:
    return NotIdentified(Failure.BROKEN if problem.refused else Failure.DOWN, f"{what}: {problem}")


def _refused(what: str, status: int) -> NotIdentified:
    if status == 429:
        return NotIdentified(Failure.THROTTLED, f"{what}: 429")
    return NotIdentified(Failure.DOWN if status >= 500 else Failure.BROKEN, f"{what}: {status}")


def _shown(error: str) -> str:
    """An error's name for the log; what is none may hold anything."""
    return error if CODE.fullmatch(error) else "an error without a name"


def _may_be_read(response: Response) -> Response:
    """RFC 6749 §5.1, §5.2: tokens come with 200, the reason why there are none with 400 or 401."""
    if response.status_code not in (200, 400, 401):
        raise _refused("token", response.status_code)
    return response


def _basic(client: Any, _method: str, uri: str, headers: Any, body: Any) -> tuple[str, Any, Any]:
    """RFC 6749 §2.3.1: both halves form-urlencoded first, which Authlib leaves out."""
    both = f"{quote_plus(client.client_id)}:{quote_plus(client.client_secret)}"
    headers["Authorization"] = f"Basic {base64.b64encode(both.encode()).decode()}"
    return uri, headers, body
