"""Security headers of every answer, and the page's Content-Security-Policy with its per-page form-action."""

from collections.abc import Iterable

from flask import Flask, Response, request

from idp.settings.load import Settings

HSTS = "max-age=63072000"
PAGE_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action {targets}; base-uri 'none'; frame-ancestors 'none'"
)
BARE_POLICY = "default-src 'none'; frame-ancestors 'none'"
OUTSIDE_FLOWS = ("/account", "/developer")


def prepare(app: Flask, settings: Settings) -> None:
    is_https = settings.server.is_https

    @app.after_request
    def harden(response: Response) -> Response:
        headers = response.headers
        headers["X-Content-Type-Options"] = "nosniff"
        if is_https:
            headers["Strict-Transport-Security"] = HSTS
        # Not no-referrer: browsers would then send "Origin: null" with our own forms, and csrf.check refuse them.
        headers.setdefault("Referrer-Policy", "same-origin")
        is_page = response.mimetype == "text/html"
        if "Content-Security-Policy" not in headers:
            headers["Content-Security-Policy"] = page_policy() if is_page else BARE_POLICY
        if is_page:
            headers.setdefault("Cache-Control", "no-store")
            if request.path.startswith(OUTSIDE_FLOWS):
                # Never on a page of a flow: it would cut the tie to the app's window, and popup sign-in would fail.
                headers["Cross-Origin-Opener-Policy"] = "same-origin"
        return response


def page_policy(form_targets: Iterable[str] = (), frames: Iterable[str] = ()) -> str:
    """The policy of one page. `form_targets` are origins, or schemes ending in ":", of checked redirect URIs only;
    `frames` the origins of what it shows in frames, on the page that signs people out of their apps and on no other.

    Chromium applies form-action to the redirects after a POST too: with 'self' alone the last hop to the app is
    blocked, and the person sits on a dead button.
    """
    policy = PAGE_POLICY.format(targets=" ".join(dict.fromkeys(("'self'", *filter(None, form_targets)))))
    framed = " ".join(dict.fromkeys(frames))
    return f"{policy}; frame-src {framed}" if framed else policy
