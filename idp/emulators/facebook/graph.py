"""The Graph API: a token for a code, whose token it is, who that is, and the end of the permission."""

import json
import re
import secrets
from collections.abc import Iterator, Mapping
from time import sleep
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, request

from idp.emulators.facebook.state import State, Token, person

routes = Blueprint("graph", __name__, url_prefix="/<version>")
VERSION = re.compile(r"v[0-9]+\.[0-9]+", re.ASCII)
SILENT_FOR = 30  # seconds, longer than anybody should wait
DRIPS, PAUSE = 300, 0.1
HUGE = 300_000
FIELDS_ALWAYS = ("id", "name")
FAILURES = {
    "503": (503, "text/html", "<!doctype html><title>Error</title>Sorry, something went wrong."),
    "html": (200, "text/html", "<!doctype html><title>Facebook</title>Hello"),
    "false": (200, "application/json", "false"),
    "list": (200, "application/json", "[]"),
    "cut short": (200, "application/json", '{"access_token": "EAAE'),
    "huge": (200, "application/json", json.dumps({"id": "1" * HUGE})),
}


@routes.before_request
def version_is_supported() -> Response | None:
    """The refusal of a version past its sunset is of our own making: what Facebook really says was not seen."""
    version = (request.view_args or {}).pop("version", "")
    if not VERSION.fullmatch(version):
        return _refusal(2500, "Unknown path components")
    if _state().switches["version"] != "supported":
        return _refusal(12, f"{version} is past its sunset (the emulator's own wording)")
    return None


@routes.route("/oauth/access_token", methods=["GET", "POST"])
def token() -> Response:
    state, asked = _state(), request.values
    if failing := _fails("token"):
        return failing
    if asked.get("client_id") != state.app.app_id or asked.get("client_secret") != state.app.secret:
        return _refusal(1, "Error validating client secret.")
    if asked.get("grant_type") == "client_credentials":
        return _json({"access_token": state.gives_app_token(), "token_type": "bearer"})
    if asked.get("grant_type") == "fb_exchange_token":
        found = state.alive(asked.get("fb_exchange_token", ""))
        return _given(state, found.user_id, found.scopes) if found else _refusal(190, "Error validating access token")
    presented = asked.get("code", "")
    was_spent, code = presented in state.spent, state.spends(presented)
    if code is None:
        subcode = 36009 if was_spent else 0
        return _refusal(100, "This authorization code has been used.", subcode)
    if asked.get("redirect_uri") != code.redirect_uri:
        return _refusal(100, "Error validating verification code. Make sure your redirect_uri is identical.", 36008)
    if code.expires_at <= state.clock():
        return _refusal(100, "This authorization code has expired.", 36007)
    return _given(state, code.user_id, code.scopes)


@routes.get("/debug_token")
def debug_token() -> Response:
    state = _state()
    if failing := _fails("debug_token"):
        return failing
    if request.args.get("access_token") not in state.app_tokens:
        return _refusal(190, "Invalid OAuth access token.")
    found, how = state.tokens.get(request.args.get("input_token", "")), state.switches["debug_token"]
    if how == "no data":
        return _json({})
    if how == "error 190 without data" or found is None:
        return _refusal(190, "The access token could not be decrypted", 0)
    if how == "not valid":
        told = {"code": 190, "message": "The session has been invalidated", "subcode": 460}
        return _json({"data": {"error": told, "is_valid": False, "scopes": []}})
    return _json({"data": _about(state, found, how)})


def _about(state: State, found: Token, how: str) -> dict[str, object]:
    return {
        "app_id": "990000000000099" if how == "foreign app" else state.app.app_id,
        "type": "PAGE" if how == "page token" else "USER",
        "application": "Portico",
        "expires_at": state.clock() - 60 if how == "expired" else found.expires_at,
        "data_access_expires_at": found.expires_at,
        "issued_at": found.issued_at,
        "is_valid": True,
        "scopes": sorted(found.scopes),
        "granular_scopes": [],
        "user_id": "10159999999999999" if how == "another person" else found.user_id,
    }


@routes.get("/me")
def me() -> Response:
    if failing := _fails("me"):
        return failing
    found = _bearer()
    if isinstance(found, Response):
        return found
    who = person(found.user_id)
    assert who is not None  # noqa: S101 (tokens are given to people we know)
    told: dict[str, object] = {"id": who.user_id, "name": who.name}
    told |= {"first_name": who.first_name, "last_name": who.last_name}
    if "email" in found.scopes and who.email:
        told["email"] = who.email
    silhouette = f"https://platform-lookaside.fbsbx.com/platform/profilepic/?asid={who.user_id}"
    told |= _state().told
    told["picture"] = {"data": {"height": 50, "width": 50, "is_silhouette": False, "url": silhouette}}
    fields = {*request.args.get("fields", "").split(","), "id"} if request.args.get("fields") else {*FIELDS_ALWAYS}
    return _json({name: value for name, value in told.items() if name in fields})


@routes.get("/me/permissions")
def permissions() -> Response:
    found = _bearer()
    if isinstance(found, Response):
        return found
    said = _state().granted.get(found.user_id)
    listed = [(scope, "granted") for scope in sorted(said.scopes)] if said else []
    listed += [(scope, "declined") for scope in sorted(said.declined)] if said else []
    return _json({"data": [{"permission": scope, "status": status} for scope, status in listed]})


@routes.delete("/<user_id>/permissions")
def withdraw(user_id: str) -> Response:
    state = _state()
    if failing := _fails("permissions"):
        return failing
    if request.args.get("access_token") not in state.app_tokens:
        return _refusal(190, "Invalid OAuth access token.")
    state.withdraws(user_id)
    return _json(True)


def _bearer() -> Token | Response:
    """Whose token came with the request, or why there is none."""
    state = _state()
    scheme, _, header = request.headers.get("Authorization", "").partition(" ")
    presented = header if scheme in ("Bearer", "OAuth") else request.args.get("access_token", "")
    found, proof = state.alive(presented), request.args.get("appsecret_proof", "")
    if found is None:
        return _refusal(190, "Error validating access token", 463)
    if not proof and state.switches["require app secret"] == "yes":
        return _refusal(100, "API calls from the server require an appsecret_proof argument")
    if proof and not state.proves(presented, proof, request.args.get("appsecret_time", "")):
        return _refusal(100, "Invalid appsecret_proof provided in the API argument")
    return found


def _given(state: State, user_id: str, scopes: frozenset[str]) -> Response:
    """The token as JSON, or as Facebook wrote it before version 2.3."""
    given, lasts = state.gives_token(user_id, scopes), state.switches["expires_in"] == "present"
    if state.switches["token reply"] == "legacy text":
        legacy = {"access_token": given} | ({"expires": "5183944"} if lasts else {})
        return Response(urlencode(legacy), mimetype="text/plain")
    members: dict[str, object] = {"access_token": given, "token_type": "bearer"}
    return _json(members | ({"expires_in": 5183944} if lasts else {}))


def _fails(where: str) -> Response | None:
    """What the switches put in the place of this endpoint's answer."""
    state = _state()
    how = state.switches["fails with"]
    if state.switches["fails at"] != where:
        return None
    if how == "slow":
        sleep(SILENT_FOR)
    if how == "drips":
        return Response(_drips(), mimetype="application/json")
    if how == "redirect":
        return Response(status=302, headers={"Location": request.url})
    if how in FAILURES:
        status, kind, body = FAILURES[how]
        return Response(body, status, mimetype=kind)
    if how == "429":
        return _refusal(0, "Too many calls", status=429)
    code, _, subcode = how.partition("/")
    return _refusal(int(code), f"The emulator was told to say {how}", int(subcode or 0)) if code.isdecimal() else None


def _drips() -> Iterator[bytes]:
    """A byte now and then: always an answer, never its end."""
    for _ in range(DRIPS):
        yield b" "
        sleep(PAUSE)


def _refusal(code: int, message: str, subcode: int = 0, status: int = 400) -> Response:
    error: dict[str, object] = {"message": message, "type": "OAuthException", "code": code}
    error |= {"error_subcode": subcode} if subcode else {}
    return _json({"error": {**error, "fbtrace_id": f"A{secrets.token_hex(10)}"}}, status)


def _json(value: Mapping[str, object] | bool, status: int = 200) -> Response:
    return Response(json.dumps(value), status, mimetype="application/json")


def _state() -> State:
    state: State = current_app.extensions["facebook"]
    return state
