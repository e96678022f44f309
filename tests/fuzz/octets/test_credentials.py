"""What opens something, changed by a bit, cut, or sealed for another use: it opens nothing, and nothing breaks."""

import json
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import quote, quote_plus

import pytest

from tests.fuzz.octets.judge import judged
from tests.fuzz.octets.stage import Stage
from tests.fuzz.octets.values import JWT_HEADERS, OCTETS
from tests.fuzz.octets.wire import FORM, Answer, Request

SEALED = ("code", "refresh_token", "access_token", "to")
EVERY = 7  # characters of a value that are left alone between two that are changed


def changed(value: str) -> Iterator[str]:
    """The value with one character other, cut at either end, longer, or written in another way."""
    for at in range(0, len(value), EVERY):
        yield value[:at] + ("A" if value[at] != "A" else "Q") + value[at + 1 :]
    yield from (value[:-1], value[1:], value + "A", value + "=", value + "\0", value[:-1] + "\u00e9", value.lower())
    yield from (value.replace("-", "+").replace("_", "/") + "==", value * 2, f" {value}.", value[: len(value) // 2])


def redeems(stage: Stage, **fields: str) -> Answer:
    """POST /token as the shop."""
    usual = {"client_id": stage.shop.client_id, "client_secret": stage.shop.secret, "code_verifier": "v" * 43}
    return judged(stage, form("/token", {**usual, "redirect_uri": stage.shop.redirect_uri, **fields}), signed_in=False)


def form(path: str, fields: dict[str, str]) -> Request:
    body = "&".join(f"{name}={quote_plus(value.encode())}" for name, value in fields.items())
    return Request("POST", path.encode(), headers=(("Content-Type", FORM),), body=body.encode())


def bears(stage: Stage, token: str) -> Answer:
    """GET /userinfo."""
    request = Request("GET", b"/userinfo", headers=(("Authorization", b"Bearer " + token.encode()),))
    return judged(stage, request, signed_in=False)


def test_the_values_are_good_before_they_are_broken(stage: Stage) -> None:
    """Or the refusals below would show nothing."""
    assert bears(stage, stage.good["access_token"]).status == 200
    assert redeems(stage, grant_type="refresh_token", refresh_token=stage.good["refresh_token"]).status == 200
    assert (
        judged(stage, Request("GET", b"/forgot/sent", f"to={stage.good['to']}".encode()), signed_in=False).status == 200
    )
    assert judged(stage, Request("GET", b"/account"), signed_in=True).status == 200


def test_a_changed_code_or_token_is_none(stage: Stage) -> None:
    for other in changed(stage.good["code"]):
        assert b'"invalid_' in redeems(stage, grant_type="authorization_code", code=other).body
    for other in changed(stage.good["refresh_token"]):
        assert b'"invalid_' in redeems(stage, grant_type="refresh_token", refresh_token=other).body
    for other in changed(stage.good["access_token"]):
        assert bears(stage, other).status in (400, 401)


def test_a_value_sealed_for_one_use_is_none_for_another(stage: Stage) -> None:
    for use in (*SEALED, "id_token_hint", "reset_token"):
        value = stage.good[use]
        if use != "access_token":
            assert bears(stage, value).status == 401
        if use != "code":
            assert b'"invalid_' in redeems(stage, grant_type="authorization_code", code=value).body
        if use != "refresh_token":
            assert b'"invalid_' in redeems(stage, grant_type="refresh_token", refresh_token=value).body
        if use != "to":
            sent = judged(stage, Request("GET", b"/forgot/sent", f"to={quote(value)}".encode()), signed_in=False)
            assert sent.status == 303
        if use != "reset_token":
            assert judged(stage, form("/reset", {"token": value}), signed_in=False).status == 410


@pytest.mark.parametrize("name", ["portico_session", "portico_browser", "portico_accounts"])
def test_a_changed_cookie_is_none(stage: Stage, name: str) -> None:
    """The session's signs nobody in; another browser's secret fits no form and no waiting request."""
    jar = dict(pair.split("=", 1) for pair in stage.alice.cookies.decode().split("; "))
    jar.setdefault("portico_accounts", stage.good["to"])
    for other in changed(jar[name]):
        cookies = "; ".join(f"{key}={other if key == name else value}" for key, value in jar.items())
        octets = cookies.encode("utf-8").replace(b"\0", b"\x01")
        account = judged(stage, Request("GET", b"/account").having("Cookie", octets), signed_in=True)
        assert account.status == (303 if name == "portico_session" else 200)
        waiting = f"/authorize/{stage.alice.pending}".encode()
        resumed = judged(stage, Request("GET", waiting).having("Cookie", octets), signed_in=True)
        assert resumed.status == (400 if name == "portico_browser" else 303)


def test_a_changed_form_token_or_request_is_none(stage: Stage) -> None:
    for other in changed(stage.alice.csrf):
        fields = {"csrf_token": other, "for": stage.alice.pending, "password": "x"}
        assert judged(stage, form("/signin/again", fields), signed_in=True).status == 400
    for other in changed(stage.alice.pending):
        assert judged(stage, Request("GET", b"/authorize/" + other.encode()), signed_in=True).status in (400, 404)


def forged(stage: Stage) -> Iterator[str]:
    """Each odd header with the claims and the signature of a good ID token, of none, and of something else."""
    header, claims, signature = stage.good["id_token_hint"].split(".")
    for odd in JWT_HEADERS:
        first = urlsafe_b64encode(odd.encode("utf-8", "surrogatepass")).rstrip(b"=").decode()
        yield from (f"{first}.{claims}.{signature}", f"{first}.{claims}.", f"{first}..{signature}", f"{first}.W10.AA")
    flattened = {"protected": header, "payload": claims, "signature": signature}
    yield from (
        json.dumps(flattened),
        f"{header}.{claims}.AA",
        f"{header}.{claims}",
        f"{header}.{claims}.{signature}.x",
    )
    yield from (f"{header}=.{claims}=.{signature}=", f"{header}.{claims}.{signature[:-2]}", f"..{signature}")


def test_a_forged_id_token_hints_at_nobody(stage: Stage) -> None:
    """Core §3.1.2.1: with prompt=none it is login_required; at /end_session nobody is signed out by it."""
    asked = {"client_id": stage.shop.client_id, "redirect_uri": stage.shop.redirect_uri, "response_type": "code"}
    pkce = {"code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method": "S256"}
    silent = form("/authorize", {**asked, **pkce, "scope": "openid email", "prompt": "none"})
    by_query = Request("GET", b"/authorize", silent.body)
    assert "code=" in judged(stage, by_query, signed_in=True).headers["Location"]
    for hint in forged(stage):
        told = quote(hint.encode(), safe="").encode()
        answer = judged(stage, replace(by_query, query=by_query.query + b"&id_token_hint=" + told), signed_in=True)
        assert "error=" in answer.headers.get("Location", "error="), hint
        assert judged(stage, Request("GET", b"/end_session", b"id_token_hint=" + told), signed_in=True).status in (
            200,
            400,
        )
        assert bears(stage, hint.replace("\0", "")).status in (400, 401)


def test_any_octets_as_client_credentials(stage: Stage) -> None:
    """RFC 6749 §2.3.1: whatever they are, they are wrong, and only that."""
    name, secret = stage.shop.client_id.encode(), stage.shop.secret.encode()
    pairs = [bytes([octet]) * length for octet in range(0, 256, 5) for length in (1, 300)]
    pairs += [octets + b":" + octets for octets in OCTETS]
    pairs += [name + b":" + odd + secret for odd in OCTETS] + [odd + name + b":" + secret for odd in OCTETS]
    pairs += [name + b":", b":" + secret, name + secret, name + b":" + secret + b":"]
    asked = form("/token", {"grant_type": "authorization_code", "code": "x", "redirect_uri": "x"})
    for pair in pairs:
        answer = judged(stage, asked.having("Authorization", b"Basic " + b64encode(pair)), signed_in=False)
        assert answer.status == 401, pair
        assert answer.headers["WWW-Authenticate"].startswith("Basic realm=")
