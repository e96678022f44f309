"""The dialogue: who are you, and may this app have what it asks for?"""

from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, render_template, request

from idp.emulators.facebook.state import PEOPLE, State, person

routes = Blueprint("dialog", __name__)
EVERYBODY = "public_profile"
DENIED = {
    "error": "access_denied",
    "error_reason": "user_denied",
    "error_description": "Permissions error",
    "error_code": "200",
}
FAULTS = {
    "app fault": {"error_code": "1349048", "error_message": "Can't load URL"},
    "server error": {"error": "server_error", "error_code": "2", "error_description": "An unexpected error"},
    "no code": {},
}


@routes.get("/<version>/dialog/oauth")
def ask(version: str) -> Response:
    """The page, or at once what a switch says instead of it."""
    state = _state()
    if wrong := _wrong(state):
        return _stopped(*wrong)
    if fault := FAULTS.get(state.switches["dialog"]):
        return _back(fault)
    if state.switches["dialog"] == "no code":
        return _back({})
    asked, kinds = _scopes(), request.args.get("auth_type", "").split(",")
    declined = {who: granted.declined for who, granted in state.granted.items()}
    page = render_template(
        "dialog.html",
        people=PEOPLE,
        asks_email="email" in asked,
        again="rerequest" in kinds,
        anew="reauthenticate" in kinds,
        declined={who for who, scopes in declined.items() if "email" in scopes},
        action=request.full_path,
    )
    return Response(page)


@routes.post("/<version>/dialog/oauth")
def decide(version: str) -> Response:
    """What the person pressed."""
    state = _state()
    if wrong := _wrong(state):
        return _stopped(*wrong)
    who = person(request.form.get("person", ""))
    if request.form.get("decision") != "continue" or who is None:
        return _back(DENIED)
    if who.is_at_checkpoint:
        return _stopped(
            "Facebook wants to make sure it is really them",
            f"{who.name} has to settle something with Facebook first. The app hears nothing of it.",
            200,
        )
    may_ask = "rerequest" in request.args.get("auth_type", "") or "email" not in _declined(state, who.user_id)
    given = {EVERYBODY} | ({"email"} if may_ask and request.form.get("email") else set())
    asked = _scopes()
    scopes, declined = frozenset(given & asked | {EVERYBODY}), frozenset(asked - given)
    code = state.gives_code(who.user_id, request.args["redirect_uri"], scopes, declined)
    answer = {"code": code}
    if request.args.get("return_scopes") == "true":
        answer |= {"granted_scopes": ",".join(sorted(scopes)), "denied_scopes": ",".join(sorted(declined))}
    return _back(answer)


def _state() -> State:
    state: State = current_app.extensions["facebook"]
    return state


def _scopes() -> frozenset[str]:
    """Facebook separates them by commas."""
    return frozenset(filter(None, request.args.get("scope", EVERYBODY).split(",")))


def _declined(state: State, user_id: str) -> frozenset[str]:
    found = state.granted.get(user_id)
    return found.declined if found else frozenset()


def _wrong(state: State) -> tuple[str, str, int] | None:
    """What Facebook would refuse without sending anybody back: strict mode, exact redirect addresses."""
    if request.args.get("client_id") != state.app.app_id:
        return ("Invalid App ID", "The provided app ID does not look like a valid app ID.", 400)
    if request.args.get("redirect_uri") not in state.app.redirect_uris:
        sentence = "The redirect URI is not white-listed in the app’s Client OAuth Settings."
        return ("URL blocked", sentence, 400)
    if not request.args.get("state") or request.args.get("response_type", "code") != "code":
        return ("Invalid request", "The app sent no state, or asks for something else than a code.", 400)
    return None


def _back(answer: dict[str, str]) -> Response:
    """To the app, with the fragment that Facebook adds to every address."""
    query = urlencode({**answer, "state": request.args["state"]})
    return Response(status=302, headers={"Location": f"{request.args['redirect_uri']}?{query}#_=_"})


def _stopped(heading: str, sentence: str, status: int) -> Response:
    return Response(render_template("stopped.html", heading=heading, sentence=sentence), status)
