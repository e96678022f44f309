"""The Graph API during one sign-in: bounded in time and size, nothing followed, nothing tried twice."""

import hmac
import re
from collections.abc import Mapping
from hashlib import sha256
from time import monotonic
from types import TracebackType
from typing import Any, Self

from oauthlib.oauth2 import OAuth2Error, TokenExpiredError
from requests import PreparedRequest, RequestException, Response, TooManyRedirects
from requests.adapters import HTTPAdapter
from requests.exceptions import ContentDecodingError, ReadTimeout
from requests_oauthlib import OAuth2Session
from requests_oauthlib.compliance_fixes import facebook_compliance_fix
from urllib3.exceptions import HTTPError

from idp.protocol.strict_json import BadJson, read_object
from idp.settings.upstreams import Facebook as Settings
from idp.upstream.facebook_errors import of_status, refusal
from idp.upstream.provider import Failure, NotIdentified

MOST_BYTES = 64 * 1024
AT_ONCE = 8 * 1024
TOKEN = re.compile(r"[!-~]{1,2048}", re.ASCII)


class Bounded(HTTPAdapter):
    """Gives up after `within` seconds for all requests together, and on answers over MOST_BYTES.

    requests-oauthlib insists on https in every address. For the emulator alone, `plain`, the request travels by http
    underneath: the adapter is mounted on that one address, where OAUTHLIB_INSECURE_TRANSPORT would free the process.
    """

    def __init__(self, within: float, *, plain: bool) -> None:
        super().__init__()
        self.ends_at = monotonic() + within
        self.plain = plain

    def send(self, request: PreparedRequest, *_: object, **options: Any) -> Response:
        left = self.ends_at - monotonic()
        if left <= 0:
            raise ReadTimeout
        if self.plain:
            request.url = "http" + str(request.url).removeprefix("https")
        answer = super().send(request, **{**options, "stream": True, "timeout": left})
        try:
            answer._content = self._read(answer)
        except RequestException:
            raise
        except (HTTPError, OSError):
            raise ReadTimeout from None
        finally:
            answer.close()
        answer._content_consumed = True  # type: ignore[attr-defined]
        return answer

    def _read(self, answer: Response) -> bytes:
        body = b""
        while piece := answer.raw.read1(AT_ONCE, decode_content=True):
            body += piece
            if len(body) > MOST_BYTES:
                raise ContentDecodingError
            if monotonic() > self.ends_at:
                raise ReadTimeout
        return body


class Graph:
    """A conversation of one sign-in; what it learns of a token ends with it."""

    def __init__(self, settings: Settings, redirect_uri: str = "") -> None:
        self._settings = settings
        self._secret = settings.client_secret.get_secret_value()
        self._session = facebook_compliance_fix(OAuth2Session(settings.client_id, redirect_uri=redirect_uri))
        self._session.register_compliance_hook("access_token_response", _is_no_refusal)
        self._session.headers["Accept-Encoding"] = "identity"
        self._session.max_redirects = 0
        self._session.trust_env = not settings.emulated  # a proxy of the operator leads outside, not to this machine
        address = secure(settings.graph_url)
        self._session.mount(address, Bounded(settings.timeout, plain=address != settings.graph_url))
        self._base = f"{address}/{settings.graph_version}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()

    def spends(self, code: str) -> str:
        """The token a code gives. A code presented is a code spent: never a second time (RFC 6749 §4.1.2)."""
        fetch = self._session.fetch_token
        with _Told("token"):
            fetched = fetch(
                f"{self._base}/oauth/access_token", code=code, client_secret=self._secret, include_client_id=True
            )
        token = fetched.get("access_token")
        if not isinstance(token, str) or not TOKEN.fullmatch(token):
            raise NotIdentified(Failure.BROKEN, "token: none that could be one")
        return token

    def inspects(self, token: str) -> Mapping[str, object]:
        """What Facebook says about a token (debug_token), asked as the app."""
        asked = {"input_token": token, "access_token": self._app_token}
        answer = self._asks("GET", "debug_token", asked, as_app=True)
        found = _object("debug_token", answer).get("data")
        if not isinstance(found, dict):
            raise NotIdentified(Failure.BROKEN, "debug_token: no data")
        return found

    def profile(self, fields: str, proof: Mapping[str, str]) -> Mapping[str, object]:
        """The person whose token was just fetched; `proof` shows that we hold the app's secret."""
        return _object("me", self._asks("GET", "me", {"fields": fields, **proof}))

    def withdraws(self, user_id: str) -> bool:
        """The person gave our app these permissions; now it has none. True when Facebook says so."""
        asked = {"access_token": self._app_token}
        answer = self._asks("DELETE", f"{user_id}/permissions", asked, as_app=True)
        if answer.status_code == 200 and answer.text.strip() == "true":
            return True
        return _object("permissions", answer).get("success") is True

    @property
    def _app_token(self) -> str:
        """Facebook Login › Access tokens: what an app is known by, server to server, without another request."""
        return f"{self._settings.client_id}|{self._secret}"

    def _asks(self, method: str, path: str, parameters: Mapping[str, str], *, as_app: bool = False) -> Response:
        """`as_app`: the app's token is among the parameters; else the person's travels in the Authorization header."""
        with _Told(path.rpartition("/")[2]):
            return self._session.request(method, f"{self._base}/{path}", params=parameters, withhold_token=as_app)


class _Told:
    """Whatever the libraries raise becomes a failure of ours; their messages quote addresses, and those hold tokens."""

    def __init__(self, where: str) -> None:
        self._where = where

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        match error:
            case None | NotIdentified():
                return
            case TokenExpiredError():
                failure = Failure.EXPIRED
            case TooManyRedirects() | ContentDecodingError() | OAuth2Error():
                failure = Failure.BROKEN
            case RequestException():
                failure = Failure.DOWN
            case ValueError() | TypeError() | OverflowError():
                failure = Failure.BROKEN  # an answer of a shape that the libraries did not think of
            case _:
                return
        raise NotIdentified(failure, f"{self._where}: {type(error).__name__}") from None


def secure(address: str) -> str:
    """The address as libraries that insist on https want to read it."""
    return f"https://{address.partition('://')[2]}"


def proof_of_secret(secret: str, token: str, now: int, *, timed: bool) -> dict[str, str]:
    """Facebook Login › Security › appsecret_proof: the timestamped form, good for five minutes, or the classic one."""
    message = f"{token}|{now}" if timed else token
    proof = {"appsecret_proof": hmac.new(secret.encode(), message.encode(), sha256).hexdigest()}
    return {**proof, "appsecret_time": str(now)} if timed else proof


def _is_no_refusal(answer: Response) -> Response:
    """Before oauthlib reads a token answer: it knows errors as words, Facebook sends objects.

    An old text/plain answer is left to Facebook's compliance fix, in whichever order the two are called.
    """
    if not (answer.status_code == 200 and "text/plain" in answer.headers.get("Content-Type", "")):
        _object("token", answer)
    return answer


def _object(where: str, answer: Response) -> dict[str, object]:
    """The JSON object of an answer; raises what Facebook said instead."""
    try:
        members = read_object(answer.content.decode(), MOST_BYTES)
    except (BadJson, UnicodeDecodeError):  # `false`, a page of HTML
        failure = of_status(answer.status_code, otherwise=Failure.BROKEN)
        raise NotIdentified(failure, f"{where}: HTTP {answer.status_code}, no JSON object") from None
    if "error" in members or answer.status_code != 200:
        raise refusal(where, members.get("error"), answer.status_code)
    return members
