"""Did this request come from one of our own pages?"""

from urllib.parse import urlsplit

from flask import Request

from idp.web.house import house


def own_origin() -> str:
    """Scheme, host and port of the issuer: what browsers send as `Origin` from our pages."""
    parts = urlsplit(house().settings.server.issuer)
    return f"{parts.scheme}://{parts.netloc}"


def is_foreign(request: Request) -> bool:
    """Another site made the browser send this, as far as the browser tells (Fetch Metadata, RFC 6454 §7).

    The issuer decides, never the Host header. A request that says nothing is not foreign: the token of the form
    has the last word.
    """
    site = request.headers.get("Sec-Fetch-Site", "")
    if site:
        return site in {"cross-site", "same-site"}
    sender = request.headers.get("Origin")
    return sender is not None and sender != own_origin()


def leads_on(request: Request) -> bool:
    """Whether a GET follows from a page of ours, as far as the browser tells: no link elsewhere, no mail, no bookmark.

    Where people came by another provider, the way is another site's too. An old browser that says nothing is believed.
    """
    return request.method == "GET" and request.headers.get("Sec-Fetch-Site", "same-origin") == "same-origin"
