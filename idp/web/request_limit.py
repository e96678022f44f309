"""Requests that each leave a row behind: what comes in the name of a public client, or of one that nobody here
registered, is counted by its network.
"""

from flask import Response

from idp.accounts import throttle
from idp.accounts.throttle import TooMany
from idp.store import clients
from idp.store.clients import Client
from idp.web import arrival, client_authentication
from idp.web.answers import private_json
from idp.web.house import house, now


def wait_of(client: Client) -> int:
    """0, or seconds until it may ask again. Whoever proves to be an app that somebody here registered answers for what
    they send; anybody may bring an app with a secret of its own.
    """
    if not client.metadata.public and client.source not in clients.BY_THEMSELVES:
        return 0
    try:
        throttle.request(arrival.network(), house().settings.throttle, now())
    except TooMany as refused:
        return refused.retry_after
    return 0


def slow_down(wait: int, why: str = "too many requests from this network") -> Response:
    """429 (RFC 6585 §4), with a registered code."""
    error = {"error": "temporarily_unavailable", "error_description": why}
    answer = client_authentication.open_to_its_origins(private_json(error, 429))
    answer.headers["Retry-After"] = str(wait)
    return answer
