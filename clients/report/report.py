"""A program for the command line that signs its user in with Portico and prints the profile it was given.

It is a native app (RFC 8252): the browser does the talking, a listener on a free loopback port takes the
answer, and PKCE stands in for a secret. It uses requests-oauthlib the way its documentation does.

    python clients/report/report.py --issuer http://127.0.0.1:8000
"""

import argparse
import os
import sys
import webbrowser
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import requests
from requests_oauthlib import OAuth2Session

SCOPE = ["openid", "profile", "email", "offline_access"]
PAGE = "<!doctype html><title>{0}</title><h1>{0}</h1><p>Close this tab and go back to the program.</p>"


class Answer(HTTPServer):
    """Waits on a free port of this machine, which nobody else can reach, for the browser to come back."""

    address: str | None = None

    def __init__(self, patience: float) -> None:
        super().__init__(("127.0.0.1", 0), BrowserReturns)
        self.timeout = patience
        self.redirect_uri = f"http://127.0.0.1:{self.server_port}/signed-in"

    def wait(self) -> str:
        while self.address is None:
            self.handle_request()
        return self.address

    def handle_timeout(self) -> None:
        raise SystemExit("nobody signed in, so there is no report")


class BrowserReturns(BaseHTTPRequestHandler):
    server: Answer

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path != "/signed-in":  # browsers also ask for /favicon.ico
            self.send_error(404)
            return
        title = "Not signed in" if "error" in parse_qs(url.query) else "Signed in"
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.end_headers()
        self.wfile.write(PAGE.format(title).encode())
        self.server.address = f"{self.server.redirect_uri}?{url.query}"

    def log_message(self, *_arguments: Any) -> None:
        """The address holds the code: it is not for the screen."""


def discover(issuer: str) -> dict[str, Any]:
    """OpenID Connect Discovery §4.3: the document must be about the issuer that was asked."""
    metadata: dict[str, Any] = requests.get(f"{issuer}/.well-known/openid-configuration", timeout=20).json()
    if metadata["issuer"] != issuer:
        raise SystemExit(f"{issuer} says that it is {metadata['issuer']}")
    return metadata


def sign_in(session: OAuth2Session, metadata: dict[str, Any], answer: Answer, show: Any) -> dict[str, Any]:
    """The authorization code flow; oauthlib checks `state`, this checks `iss` (RFC 9207)."""
    url, _state = session.authorization_url(metadata["authorization_endpoint"])
    show(url)
    came_back = answer.wait()
    answers = parse_qs(urlsplit(came_back).query)
    if answers.get("iss") != [metadata["issuer"]]:
        raise SystemExit("the answer came from somebody else")
    if "error" in answers:
        raise SystemExit(f"not signed in: {answers['error'][0]}")
    token: dict[str, Any] = session.fetch_token(
        metadata["token_endpoint"], authorization_response=came_back, include_client_id=True
    )
    return token


def userinfo(session: OAuth2Session, metadata: dict[str, Any]) -> dict[str, Any]:
    response = session.get(metadata["userinfo_endpoint"], timeout=20)
    response.raise_for_status()
    claims: dict[str, Any] = response.json()
    return claims


def sign_out_address(metadata: dict[str, Any], token: dict[str, Any]) -> str:
    """RP-Initiated Logout §2: the ID token proves who asks, so nobody has to confirm."""
    return f"{metadata['end_session_endpoint']}?{urlencode({'id_token_hint': token['id_token']})}"


def show_in_browser(url: str) -> None:
    print(f"Open this address in your browser:\n{url}", flush=True)
    webbrowser.open(url)


def show_in_terminal(url: str) -> None:
    print(f"Open this address in your browser:\n{url}", flush=True)


def report(claims: dict[str, Any]) -> str:
    width = max(map(len, claims))
    return "\n".join(f"{name:{width}}  {value}" for name, value in claims.items())


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Sign in with Portico and print your profile.")
    parser.add_argument("--issuer", default="http://127.0.0.1:8000")
    parser.add_argument("--client-id", default="report")
    parser.add_argument("--no-browser", action="store_true", help="only print the addresses to open")
    parser.add_argument("--refresh", action="store_true", help="refresh the tokens before asking")
    parser.add_argument("--sign-out", action="store_true", help="end the session in the browser afterwards")
    parser.add_argument("--patience", type=float, default=600, help="seconds to wait for the browser (600)")
    return parser.parse_args()


def main() -> int:
    chosen = arguments()
    issuer = chosen.issuer.rstrip("/")
    if urlsplit(issuer).hostname in ("127.0.0.1", "::1", "localhost"):
        os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"  # http never leaves this machine
    os.environ.setdefault("OAUTHLIB_RELAX_TOKEN_SCOPE", "1")  # people may share less than was asked for
    show = show_in_terminal if chosen.no_browser else show_in_browser
    metadata = discover(issuer)
    answer = Answer(chosen.patience)
    here = answer.redirect_uri
    with OAuth2Session(chosen.client_id, redirect_uri=here, scope=SCOPE, pkce="S256") as session:
        token = sign_in(session, metadata, answer, show)
        if chosen.refresh:
            token = {**token, **session.refresh_token(metadata["token_endpoint"], client_id=chosen.client_id)}
        print(report(userinfo(session, metadata)), flush=True)
    if chosen.sign_out:
        show(sign_out_address(metadata, token))
    return 0


if __name__ == "__main__":
    sys.exit(main())
