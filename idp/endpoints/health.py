"""For orchestrators and load balancers: is this process alive, and can it do its work?

Live touches nothing but the process itself, so that a database that is away never makes anyone restart a healthy
server. Ready asks what every sign-in needs, and says what is missing: nothing in the answer is a secret.
"""

from collections.abc import Callable

from flask import Blueprint, Response, jsonify

from idp.store import revision
from idp.web.door import Door
from idp.web.house import house, now

routes = Blueprint("health", __name__)
ALIVE = b'{"status":"alive"}\n'


@routes.get("/healthz/live")
def live() -> Response:
    return _uncached(Response(ALIVE, mimetype="application/json"))


@routes.get("/healthz/ready")
def ready() -> Response:
    """503 with the reasons while a sign-in could not succeed. What does not answer is not asked twice."""
    reasons = {}
    for name, trouble in CHECKS:
        if reason := trouble():
            reasons[name] = reason
            break
    answer = jsonify(status="not ready" if reasons else "ready", **({"reasons": reasons} if reasons else {}))
    answer.status_code = 503 if reasons else 200
    return _uncached(answer)


def _keys() -> str | None:
    """Can we sign with every algorithm that discovery offers?"""
    can = house().ring.algorithms(now())
    lacking = [alg for alg in house().settings.keys.algorithms if alg not in can]
    return f"no key signs {', '.join(lacking)}: 'idp init' makes the first ones" if lacking else None


CHECKS: tuple[tuple[str, Callable[[], str | None]], ...] = (("database", revision.trouble), ("keys", _keys))


def _uncached(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    return answer


door = Door(routes)
