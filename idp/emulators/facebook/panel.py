"""The emulator's own page: which way each switch stands, and buttons for what people do at Facebook itself."""

from flask import Blueprint, Response, abort, current_app, jsonify, render_template, request

from idp.emulators.facebook import callbacks
from idp.emulators.facebook.callbacks import KINDS, VARIANTS, Answer
from idp.emulators.facebook.state import PEOPLE, SWITCHES, State, person

routes = Blueprint("panel", __name__)
MEANINGS = {
    "dialog": "what the dialogue does",
    "code": "whether a new code can still be used",
    "token reply": "how a token is written",
    "expires_in": "whether a token says how long it lasts",
    "debug_token": "what the check of a token finds",
    "fails at": "which address of the Graph API fails",
    "fails with": "and how: a status, a broken body, silence, or an error code and subcode",
    "require app secret": "“Require App Secret”: calls without appsecret_proof are refused",
    "version": "whether the pinned Graph version still answers (the wording of that refusal is ours)",
}


@routes.get("/")
def panel() -> Response:
    return _page()


@routes.post("/switches")
def turn() -> Response:
    """By the form, or by JSON: {"fails at": "me", "fails with": "17"}."""
    state = _state()
    wanted = request.get_json() if request.is_json else request.form.to_dict()
    try:
        state.turn({str(name): str(position) for name, position in wanted.items()})
    except ValueError as error:
        abort(422, str(error))
    return jsonify(state.switches) if request.is_json else _home()


@routes.post("/reset")
def reset() -> Response:
    _state().reset()
    return _home()


@routes.post("/callbacks")
def fire() -> Response:
    """A person removes the app, or asks for deletion: {"kind", "person", "variant"}."""
    asked = request.get_json() if request.is_json else request.form
    kind, who, variant = (str(asked.get(name, "")) for name in ("kind", "person", "variant"))
    if kind not in KINDS or variant not in VARIANTS or person(who) is None:
        abort(422, "no such callback, variant or person")
    answer = callbacks.fire(_state(), kind, who, variant)
    return jsonify(answer._asdict()) if request.is_json else _page(answer)


def _page(answer: Answer | None = None) -> Response:
    state = _state()
    page = render_template(
        "panel.html",
        answer=answer,
        kinds=KINDS,
        lines=list(state.lines),
        meanings=MEANINGS,
        people=PEOPLE,
        state=state,
        switches=SWITCHES,
        variants=VARIANTS,
    )
    return Response(page)


def _home() -> Response:
    return Response(status=303, headers={"Location": "/"})


def _state() -> State:
    state: State = current_app.extensions["facebook"]
    return state
