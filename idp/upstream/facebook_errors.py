"""How Facebook says no, and which failure of ours that is.

Sources: Graph API › Error Handling; subcodes 463, 464, 467, 36007 and 36009 are from memory. What leaves here for the
log is codes and a trace id, never what Facebook wrote: its sentences may quote a token or an address.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType

from idp.upstream.provider import Failure, NotIdentified

FAILURES: Mapping[int, Failure] = MappingProxyType(
    {
        1: Failure.DOWN,
        2: Failure.DOWN,
        3: Failure.WRONG_APP,  # our app may not do this
        4: Failure.THROTTLED,
        10: Failure.DENIED,
        17: Failure.THROTTLED,
        101: Failure.WRONG_APP,  # App ID or App Secret are not those of an app
        102: Failure.EXPIRED,
        190: Failure.EXPIRED,
        341: Failure.THROTTLED,
        368: Failure.DENIED,  # Facebook blocks the person for now
    }
)
SUBCODES: Mapping[tuple[int, int], Failure] = MappingProxyType(
    {
        (100, 36007): Failure.EXPIRED,  # the code is too old
        (100, 36009): Failure.EXPIRED,  # the code was used
        (190, 458): Failure.EXPIRED,  # the person removed our app a moment ago
        (190, 459): Failure.DENIED,  # a checkpoint: the person has to settle something with Facebook first
        (190, 460): Failure.EXPIRED,  # the person changed their password
        (190, 463): Failure.EXPIRED,
        (190, 464): Failure.DENIED,  # an account Facebook has not confirmed
        (190, 467): Failure.EXPIRED,
    }
)
PERMISSIONS = range(200, 300)
DIALOG_ERRORS: Mapping[str, Failure] = MappingProxyType(
    {
        "access_denied": Failure.DENIED,
        "server_error": Failure.DOWN,
        "temporarily_unavailable": Failure.DOWN,
    }
)
TOO_MANY_REQUESTS = 429
OUR_FAULT = range(400, 500)
WORD = re.compile(r"[A-Za-z0-9_-]{1,36}", re.ASCII)


def failure_of(code: int, subcode: int = 0) -> Failure:
    """The failure behind an error code; BROKEN for one we never heard of."""
    if code in PERMISSIONS:
        return Failure.DENIED
    return SUBCODES.get((code, subcode)) or FAILURES.get(code, Failure.BROKEN)


def refusal(where: str, error: object, status: int = 200) -> NotIdentified:
    """The `error` member of an answer from `where` (an endpoint's name) becomes ours, whatever shape it has."""
    members = error if isinstance(error, dict) else {}
    code, subcode = _number(members.get("code")), _number(members.get("error_subcode", members.get("subcode")))
    failure = failure_of(code, subcode)
    if failure is Failure.BROKEN:
        failure = of_status(status, otherwise=failure)
    detail = f"{where}: HTTP {status}, code {code}, subcode {subcode}, trace {_word(members.get('fbtrace_id'))}"
    return NotIdentified(failure, detail)


def of_status(status: int, otherwise: Failure) -> Failure:
    """What an HTTP status alone says."""
    if status == TOO_MANY_REQUESTS:
        return Failure.THROTTLED
    return Failure.DOWN if status >= OUR_FAULT.stop else otherwise


def refused_in_dialog(received: Mapping[str, str]) -> NotIdentified | None:
    """What the dialogue sent back instead of a code; None when it did send one.

    Faults of the app come as error_code and error_message without `error`.
    """
    error, code = received.get("error", ""), _number(received.get("error_code"))
    if error:
        failure = DIALOG_ERRORS.get(error) or failure_of(code)
    elif "error_code" in received or "error_message" in received:
        failure = failure_of(code)
    elif not received.get("code"):
        failure = Failure.BROKEN
    else:
        return None
    return NotIdentified(failure, f"dialog: {_word(error)}, {_word(received.get('error_reason'))}, code {code}")


def _number(value: object) -> int:
    """A code as a number, 0 for none: JSON has numbers, the dialogue text."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    return int(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,9}", value, re.ASCII) else 0


def _word(value: object) -> str:
    """Letters and digits a provider sent, short enough for the log; "-" for anything else."""
    return value if isinstance(value, str) and WORD.fullmatch(value) else "-"
