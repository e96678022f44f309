"""A client as the suite's FAPI 2.0 plans have it: private_key_jwt and DPoP, with OpenID Connect or not, or signing."""

import json
from dataclasses import dataclass, field
from typing import Any

from flask import Flask
from joserfc import jwt
from werkzeug.test import TestResponse

from idp import clock as clocks
from tests.conformance.suite import CALLBACK
from tests.dpop import Holder, signed
from tests.endpoints.token.test_private_key_jwt import TYPE, Signer
from tests.id_tokens import published_keys
from tests.people import Person
from tests.relying_app import RelyingApp, Visit
from tests.web_browser import Arrival, Page

DUMMIES = {"dummy1": "lorem", "dummy2": "ipsum"}
WITH_QUERY = f"{CALLBACK}?dummy1=lorem&dummy2=ipsum"
"""Where the suite's second client is answered."""
LONGEST_ANSWER = 600
"""Seconds that a signed answer may be good for before the suite warns (JARM §2.1)."""
USUAL: dict[str, Any] = {
    "redirect_uris": [CALLBACK, WITH_QUERY],
    "post_logout_redirect_uris": [],
    "grant_types": ["authorization_code", "refresh_token"],
    "id_token_claims": [],
    "first_party": True,
}


@dataclass
class Suite:
    """One of the suite's clients. `openid` is false in the variant plain_oauth; `signs` in the plan Message Signing."""

    signer: Signer
    openid: bool
    signs: bool
    holder: Holder = field(default_factory=Holder)

    @classmethod
    def known_as(
        cls, name: str, server: Flask, *, openid: bool = True, signs: bool = False, alg: str = "ES256"
    ) -> "Suite":
        profile = "fapi2-message-signing" if signs else "fapi2"
        scope = "openid email offline_access" if openid else "reports.read reports.write"
        return cls(Signer(server, name, alg, profile=profile, scope=scope, **USUAL), openid, signs)

    @property
    def app(self) -> RelyingApp:
        return self.signer.app

    def asks(self, scope: str = "", **changes: str | None) -> Visit:
        usual = {"response_mode": "jwt"} if self.signs else {}
        without = {} if self.openid else {"nonce": None}
        return self.app.asks(
            scope or ("openid email" if self.openid else "reports.read"), **{**usual, **without, **changes}
        )

    def request_object(
        self, visit: Visit, *, key: Any = None, header: dict[str, Any] | None = None, **changes: Any
    ) -> str:
        """A claim given as None is left out."""
        now = clocks.now()
        times = {"nbf": now, "exp": now + 300}
        said = {"iss": self.app.client_id, "aud": self.app.issuer, **times, **visit.parameters, **changes}
        head = {"alg": self.signer.alg, "kid": self.signer.key.kid, **(header or {})}
        return signed(head, {n: value for n, value in said.items() if value is not None}, key or self.signer.key)

    def posts(
        self, path: str, fields: dict[str, str], *, assertion: str | None = None, proof: str = ""
    ) -> TestResponse:
        """`assertion` "" sends none."""
        said = self.signer.assertion() if assertion is None else assertion
        proved = {"client_assertion_type": TYPE, "client_assertion": said} if said else {}
        return self.app.posts(path, {**fields, **proved}, headers={"DPoP": proof} if proof else {"X-None": "1"})

    def pushes(self, visit: Visit, *, request: str = "", **how: Any) -> TestResponse:
        fields = {"request": request or self.request_object(visit)} if self.signs else visit.parameters
        return self.posts("/par", fields, **how)

    def is_refused(self, visit: Visit, *errors: str, **how: Any) -> None:
        response = self.pushes(visit, **how)
        assert response.status_code in (400, 401), response.data
        assert json.loads(response.data)["error"] in errors

    def sends(self, visit: Visit, person: Person, pushed: TestResponse | None = None) -> Visit:
        """To the provider, with what was pushed; the person signs in where they are asked to."""
        pushed = pushed or self.pushes(visit)
        assert pushed.status_code == 201, pushed.data
        visit.request_uri = json.loads(pushed.data)["request_uri"]
        visit.seen_by(person)
        return visit.signs_in() if isinstance(visit.at, Page) and visit.page.heading == "Sign in" else visit

    def answer(self, visit: Visit) -> dict[str, str]:
        """What came back, all of it as one signed value where the client signs too (JARM §2.4)."""
        if not self.signs:
            return visit.answer
        assert isinstance(visit.at, Arrival)
        assert visit.at.answer.keys() - DUMMIES.keys() == {"response"}
        keys = published_keys(self.app.server)
        said = dict(jwt.decode(visit.at.answer["response"], keys, algorithms=["ES256"]).claims)
        assert (said["iss"], said["aud"]) == (self.app.issuer, self.app.client_id)
        assert clocks.now() + 10 < said["exp"] <= clocks.now() + LONGEST_ANSWER
        assert said.get("state") == visit.parameters.get("state")
        return said

    def proof(self, path: str = "/token", method: str = "POST", **claims: Any) -> str:
        return self.holder.proof(method, f"{self.app.issuer}{path}", **claims)

    def redeems(self, visit: Visit, *, code: str = "", proof: str | None = None, **how: Any) -> TestResponse:
        fields = {
            "grant_type": "authorization_code",
            "code": code or self.answer(visit)["code"],
            "redirect_uri": visit.parameters["redirect_uri"],
            "code_verifier": visit.verifier,
            **how.pop("fields", {}),
        }
        given = {name: value for name, value in fields.items() if value}
        return self.posts("/token", given, proof=self.proof() if proof is None else proof, **how)

    def refreshes(self, refresh_token: str, *, scope: str = "", proof: str | None = None, **how: Any) -> TestResponse:
        fields = {"grant_type": "refresh_token", "refresh_token": refresh_token, **({"scope": scope} if scope else {})}
        return self.posts("/token", fields, proof=self.proof() if proof is None else proof, **how)

    def fetches(self, visit: Visit, person: Person) -> dict[str, Any]:
        """The whole way to the tokens, which are what this client asked for."""
        response = self.redeems(self.sends(visit, person))
        assert response.status_code == 200, response.data
        tokens: dict[str, Any] = json.loads(response.data)
        assert tokens["token_type"] == "DPoP"
        assert ("id_token" in tokens) == self.openid
        return tokens

    def reads(self, token: str, *, scheme: str = "DPoP", proof: str | None = None, query: str = "") -> TestResponse:
        """A protected resource. `proof` "" sends none."""
        proof = self.proof("/userinfo", "GET", token=token) if proof is None else proof
        said = {"Authorization": f"{scheme} {token}"} if scheme else {}
        browser = self.app.server.test_client(use_cookies=False)
        return browser.get(f"{self.app.issuer}/userinfo{query}", headers={**said, **({"DPoP": proof} if proof else {})})


def error_of(response: TestResponse) -> str:
    assert response.status_code in (400, 401), response.data
    assert response.content_type == "application/json"
    return str(json.loads(response.data)["error"])
