"""The app's part of a test sign-in, done by this server: pushed request, token request, UserInfo, and the end of it."""

import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from idp.issuance import authorization_code
from idp.protocol import pkce
from idp.protocol.errors import InvalidGrant
from idp.protocol.scope import OPENID, Scope
from idp.signing import proofs
from idp.signing.ring import BadToken
from idp.store.base import new_secret
from idp.store.clients import Client
from idp.web import inner_requests, rehearsal
from idp.web.house import house, now
from idp.web.inner_requests import Exchange
from idp.web.rehearsal import Begun


@dataclass(frozen=True, slots=True)
class Decoded:
    """What the app reads in a token or an answer; `is_enclosed`: encrypted to its key, and read by nobody else."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    is_enclosed: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """`error` and `reason` of the exchange that failed, "" where all went well. `is_genuine`: the ID token is signed by
    us, for this app, with the nonce of this test.
    """

    exchanges: tuple[Exchange, ...]
    error: str = ""
    reason: str = ""
    id_token: Decoded | None = None
    is_genuine: bool = False
    userinfo: Decoded | None = None


def begin(client: Client, user_id: str, scope: str, prompt: str) -> tuple[Exchange, str]:
    """RFC 9126: the request, checked as the app's own would be, and where the browser goes with it ("" if refused)."""
    begun = Begun(client.client_id, user_id, new_secret(), new_secret())
    form = {
        "response_type": "code",
        "client_id": client.client_id,
        "redirect_uri": rehearsal.callback_of(client.client_id),
        "scope": scope,
        "state": rehearsal.sealed(begun),
        "nonce": begun.nonce,
        "code_challenge": pkce.challenge_of(begun.verifier),
        "code_challenge_method": "S256",
        **({"prompt": prompt} if prompt else {}),
    }
    pushed = inner_requests.ask("POST", "/par", client, form)
    if pushed.status != 201:
        return pushed, ""
    query = {"client_id": client.client_id, "request_uri": pushed.members["request_uri"]}
    return pushed, f"/authorize?{urlencode(query)}"


def is_of_another(code: str, begun: Begun) -> bool:
    """Whether somebody else than who began took the request up and allowed it: it is not redeemed then."""
    try:
        return authorization_code.read(code, house().sealer, now()).grant.user_id != begun.user_id
    except InvalidGrant:
        return False


def finish(client: Client, begun: Begun, code: str) -> Run:
    """The code is redeemed, UserInfo asked, and the grant revoked, whatever comes in between."""
    form = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": rehearsal.callback_of(client.client_id),
        "code_verifier": begun.verifier,
    }
    key = proofs.new_key() if client.metadata.dpop_bound_access_tokens else None
    redeemed = _asked("POST", "/token", client, form, key)
    if redeemed.status != 200:
        return Run((redeemed,), *_refusal(redeemed))
    token = str(redeemed.members["access_token"])
    exchanges = [redeemed]
    try:
        if OPENID in Scope.parse(str(redeemed.members["scope"])):
            exchanges.append(_asked("GET", "/userinfo", client, {}, key, token))
    finally:
        ending = str(redeemed.members.get("refresh_token", token))
        exchanges.append(inner_requests.ask("POST", "/revoke", client, {"token": ending}))
    return _read(tuple(exchanges), str(redeemed.members.get("id_token", "")), begun)


def _asked(
    method: str, path: str, client: Client, form: Mapping[str, str], key: proofs.Key | None, token: str = ""
) -> Exchange:
    """With a proof of a key for an app whose tokens are bound to one (RFC 9449); once more where a nonce is wanted."""
    headers = {"Authorization": f"{'DPoP' if key else 'Bearer'} {token}"} if token else {}
    if key is None:
        return inner_requests.ask(method, path, client, form, headers)
    address = house().settings.server.issuer + path
    answer = inner_requests.ask(
        method, path, client, form, {**headers, "DPoP": key.proof(method, address, now(), token)}
    )
    if answer.status < 400 or not (nonce := answer.headers.get("DPoP-Nonce")):
        return answer
    return inner_requests.ask(
        method, path, client, form, {**headers, "DPoP": key.proof(method, address, now(), token, nonce)}
    )


def _read(exchanges: tuple[Exchange, ...], id_token: str, begun: Begun) -> Run:
    asked = next((one for one in exchanges if one.path == "/userinfo"), None)
    failed = next((one for one in exchanges if one.status >= 400), None)
    error, reason = _refusal(failed) if failed else ("", "")
    userinfo = _of_answer(asked) if asked and asked.status == 200 else None
    decoded = _decoded(id_token) if id_token else None
    return Run(exchanges, error, reason, decoded, _is_genuine(id_token, begun), userinfo)


def _is_genuine(id_token: str, begun: Begun) -> bool:
    """OpenID Connect Core §3.1.3.7, as the app would."""
    try:
        claims = house().ring.verify(id_token, now(), typ=("JWT",))
    except BadToken:
        return False
    expected = {"iss": house().settings.server.issuer, "aud": begun.client_id, "nonce": begun.nonce}
    return claims | expected == claims


def _of_answer(answer: Exchange) -> Decoded:
    """UserInfo comes as JSON, signed, or encrypted (Core §5.3.2)."""
    return Decoded({}, answer.members) if answer.members else _decoded(answer.body)


def _decoded(token: str) -> Decoded:
    """Only read: whoever shows it has just had it from ourselves."""
    header, claims, *rest = token.split(".")
    is_enclosed = len(rest) > 1
    return Decoded(_part(header), {} if is_enclosed else _part(claims), is_enclosed)


def _part(text: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return found


def _refusal(answer: Exchange) -> tuple[str, str]:
    members = answer.members
    return str(members.get("error", f"HTTP {answer.status}")), str(members.get("error_description", ""))
