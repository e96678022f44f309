"""Write docs/conformance.md: which module of the OpenID Foundation's conformance suite is driven by which test.

    .venv/bin/python scripts/conformance.py

A test says `@pytest.mark.conformance("oidcc-server")`, or `("oidcc-server", "form_post")` for the plan that wants its
answers posted, `"signed"` for the one of FAPI 2.0 Message Signing; several where it drives the module of each
(`"default"` for the usual one). A module that cannot be driven says here what it waits for.
"""

import ast
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
TESTS = ROOT / "tests"
PAGE = ROOT / "docs" / "conformance.md"
INTRODUCTION = """\
# The OpenID Foundation's conformance suite

The plans of the [suite](https://gitlab.com/openid/conformance-suite), module by module, and the tests that do here
what the module does there, with a client as the suite registers it. These tests are no certificate: that takes a run of
the suite itself against a public address.

This page is written by `scripts/conformance.py` from the markers of the tests.

## Before a run

- `server.issuer` is https, and its address is reachable from the suite.
- Two clients with a secret each, in `clients/NAME/client.toml`; in the suite, static registration and the alias
  `portico`. The first may also be its `client_secret_post` client:

  ```toml
  redirect_uris = ["https://www.certification.openid.net/test/a/portico/callback"]
  post_logout_redirect_uris = ["https://www.certification.openid.net/test/a/portico/post_logout_redirect"]
  grant_types = ["authorization_code", "refresh_token"]
  scope = "openid profile email address phone offline_access"
  require_pkce = false    # all modules but one ask without
  id_token_claims = []    # the suite warns of claims in an ID token that UserInfo gives too (Core §5.4)
  ```

- The person who signs in has every claim of Core §5.1: the modules `oidcc-scope-…` warn of each that is missing.
- Cookies are removed before the modules whose description says so.

For the plans of FAPI 2.0, with `private_key_jwt`, `dpop` and `plain_fapi`, two clients of [that profile](fapi.md):

- The second one is also answered at `…/callback?dummy1=lorem&dummy2=ipsum`; both have `id_token_claims = []`.
- The resource of the variant `openid_connect` is `/userinfo`. For `plain_oauth` name an API of yours, since UserInfo
  asks for `openid`; the tests run each module for both variants, as far as it has both.
- Message Signing takes `profile = "fapi2-message-signing"`, `signed_non_repudiation` and `jarm`.
- The modules look at the TLS of the address itself: what the proxy in front offers is up to [who runs it](fapi.md).

"""
BASIC = """
oidcc-server oidcc-response-type-missing oidcc-idtoken-signature oidcc-idtoken-unsigned oidcc-userinfo-get
oidcc-userinfo-post-header oidcc-userinfo-post-body oidcc-ensure-request-without-nonce-succeeds-for-code-flow
oidcc-scope-profile oidcc-scope-email oidcc-scope-address oidcc-scope-phone oidcc-scope-all oidcc-alternate-happy-flow
oidcc-display-page oidcc-display-popup oidcc-prompt-login oidcc-prompt-none-not-logged-in oidcc-prompt-none-logged-in
oidcc-max-age-1 oidcc-max-age-10000 oidcc-ensure-request-with-unknown-parameter-succeeds oidcc-id-token-hint
oidcc-login-hint oidcc-ui-locales oidcc-claims-locales oidcc-ensure-request-with-acr-values-succeeds oidcc-codereuse
oidcc-codereuse-30seconds oidcc-ensure-registered-redirect-uri oidcc-ensure-post-request-succeeds
oidcc-server-client-secret-post oidcc-request-uri-unsigned-supported-correctly-or-rejected-as-unsupported
oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported oidcc-claims-essential
oidcc-ensure-request-object-with-redirect-uri oidcc-refresh-token oidcc-ensure-request-with-valid-pkce-succeeds
"""
LOGOUT = """
discovery-endpoint-verification bad-post-logout-redirect-uri modified-id-token-hint no-id-token-hint no-params
no-post-logout-redirect-uri no-state only-state query-added-to-post-logout-redirect-uri bad-id-token-hint
"""
DYNAMIC = """
oidcc-idtoken-rs256 oidcc-idtoken-unsigned oidcc-userinfo-rs256 oidcc-ensure-redirect-uri-in-authorization-request
oidcc-redirect-uri-query-OK oidcc-redirect-uri-query-mismatch oidcc-redirect-uri-query-added oidcc-redirect-uri-regfrag
oidcc-server oidcc-registration-logo-uri oidcc-registration-policy-uri oidcc-registration-tos-uri
oidcc-registration-jwks-uri oidcc-registration-sector-uri oidcc-registration-sector-bad
oidcc-refresh-token-rp-key-rotation oidcc-request-uri-unsigned oidcc-request-uri-signed-rs256
oidcc-ensure-client-assertion-with-iss-aud-succeeds
"""
CIBA = """
discovery-end-point-verification user-rejects-authentication multiple-call-to-token-endpoint auth-req-id-expired
ensure-authorization-request-with-binding-message-succeeds ensure-other-scope-order-succeeds
ensure-requested-expiry-as-string-succeeds ensure-authorization-request-with-potentially-bad-binding-message
ensure-request-object-missing-aud-fails ensure-request-object-bad-aud-fails ensure-request-object-missing-iss-fails
ensure-request-object-bad-iss-fails ensure-request-object-missing-exp-fails ensure-request-object-expired-exp-fails
ensure-request-object-exp-is-70-minutes-in-future-fails ensure-request-object-missing-iat-fails
ensure-request-object-missing-nbf-fails ensure-request-object-nbf-is-10-minutes-in-future-fails
ensure-request-object-nbf-is-70-minutes-in-past-fails ensure-request-object-missing-jti-fails
ensure-request-object-signature-algorithm-is-none-fails ensure-request-object-signature-algorithm-is-bad-fails
ensure-request-object-signature-algorithm-is-RS256-fails ensure-request-object-signed-by-other-client-fails
ensure-authorization-request-with-multiple-hints-fails ensure-wrong-auth-req-id-in-token-endpoint-request
ensure-without-client-assertion-in-token-endpoint-request
ensure-without-client-assertion-in-backchannel-authorization-request
ensure-client-assertion-signature-algorithm-in-backchannel-authorization-request-is-RS256-fails
ensure-client-assertion-signature-algorithm-in-token-endpoint-request-is-RS256-fails
ensure-client-assertion-with-iss-aud-to-token-endpoint-succeeds ping-backchannel-notification-endpoint-response-has-body
ping-backchannel-notification-endpoint-response-401 ping-backchannel-notification-endpoint-response-403
ping-with-mtls-ciba-notification-endpoint-response-401-and-require-server-does-not-retry
ping-backchannel-notification-endpoint-return-redirect-request ensure-unsigned-backchannel-authorization-request-fails
refresh-token ensure-mtls-holder-of-key-required
ensure-different-client-id-and-issuer-in-backchannel-authorization-request
ensure-wrong-client-id-in-token-endpoint-request ensure-wrong-client-id-in-backchannel-authorization-request
"""
FAPI2 = """
discovery-end-point-verification happy-flow user-rejects-authentication
ensure-authorization-request-without-state-success ensure-authorization-request-without-nonce-success
ensure-authorization-request-with-64-char-nonce-success ensure-other-scope-order-succeeds
test-claims-parameter-identity-claims access-token-type-header-case-sensitivity check-dpop-proof-nbf-exp
ensure-dpopproof-with-iat-10seconds-before-succeeds ensure-dpopproof-with-iat-10seconds-after-succeeds
ensure-mismatched-dpop-jkt-fails ensure-token-endpoint-fails-with-mismatched-dpop-proof-jkt
ensure-token-endpoint-fails-with-mismatched-dpop-jkt ensure-dpopproof-at-par-endpoint-binding-success
ensure-dpop-auth-code-binding-success ensure-different-nonce-inside-and-outside-request-object
ensure-different-state-inside-and-outside-request-object ensure-authorization-request-with-long-nonce
ensure-authorization-request-with-long-state state-only-outside-request-object-not-used
ensure-request-object-without-redirect-uri-fails plain-fapi-tolerate-unregistered-redirect-uri
ensure-unsigned-authorization-request-without-using-par-fails ensure-redirect-uri-in-authorization-request
ensure-response-type-code-idtoken-fails ensure-response-type-token-fails ensure-client-id-in-token-endpoint
ensure-holder-of-key-required ensure-authorization-code-is-bound-to-client
attempt-reuse-authorization-code-after-one-second ensure-token-endpoint-fails-with-expired-auth-code
ensure-signed-client-assertion-with-RS256-fails ensure-client-assertion-in-token-endpoint
ensure-client-assertion-with-exp-is-5-minutes-in-past-fails ensure-client-assertion-with-wrong-aud-fails
ensure-client-assertion-with-no-sub-fails dpop-negative-tests refresh-token
par-ensure-reused-request-uri-prior-to-auth-completion-succeeds par-attempt-reuse-request_uri
par-attempt-to-use-expired-request_uri par-ensure-jwt-client-assertions-nbf-8-seconds-in-the-future-is-accepted
par-ensure-jwt-client-assertions-nbf-over-60-seconds-in-the-future-fails
par-attempt-to-use-request_uri-for-different-client par-authorization-request-containing-request_uri-form-param
par-attempt-invalid-http-method par-ensure-pkce-required ensure-pkce-code-verifier-required
incorrect-pkce-code-verifier-rejected par-plain-pkce-rejected par-without-duplicate-parameters
par-test-array-as-audience-fails par-test-par-endpoint-url-as-audience-fails
par-test-token-endpoint-url-as-audience-fails
"""
FAPI2_SIGNED = """
ensure-request-object-with-multiple-aud-succeeds ensure-request-object-with-nbf-8-seconds-in-the-future-is-accepted
ensure-request-object-without-exp-fails ensure-request-object-without-nbf-fails ensure-expired-request-object-fails
ensure-request-object-with-bad-aud-fails ensure-request-object-with-exp-over-60-fails
ensure-request-object-with-nbf-over-60-fails ensure-signed-request-object-with-RS256-fails
ensure-request-object-signature-algorithm-is-not-none ensure-request-object-with-invalid-signature-fails
ensure-matching-key-in-authorization-request ensure-unsigned-request-at-par-endpoint-fails
par-authorization-request-containing-request_uri
"""
DISCOVERY = "oidcc-discovery-endpoint-verification"


DEFAULT = "default"


class Module(NamedTuple):
    """`mode` is the response mode of its plan, or what else sets the plan apart."""

    name: str
    mode: str = DEFAULT


PLANS: Mapping[str, tuple[Module, ...]] = {
    "oidcc-basic-certification-test-plan": tuple(Module(name) for name in BASIC.split()),
    "oidcc-config-certification-test-plan": (Module(DISCOVERY),),
    "oidcc-formpost-basic-certification-test-plan": tuple(Module(name, "form_post") for name in BASIC.split()),
    "oidcc-dynamic-certification-test-plan": (
        *(Module(name, "dynamic") for name in DYNAMIC.split()),
        *(Module(name) for name in (DISCOVERY, "oidcc-server-rotate-keys", "oidcc-refresh-token")),
        Module("oidcc-ensure-request-object-with-redirect-uri"),
    ),
    "oidcc-rp-initiated-logout-certification-test-plan": (
        Module("oidcc-rp-initiated-logout"),
        *(Module(f"oidcc-rp-initiated-logout-{name}") for name in LOGOUT.split()),
    ),
    "oidcc-backchannel-rp-initiated-logout-certification-test-plan": (
        Module("oidcc-backchannel-logout-discovery-endpoint-verification"),
        Module("oidcc-backchannel-rp-initiated-logout"),
    ),
    "oidcc-frontchannel-rp-initiated-logout-certification-test-plan": (
        Module("oidcc-frontchannel-logout-discovery-endpoint-verification"),
        Module("oidcc-frontchannel-rp-initiated-logout"),
    ),
    "oidcc-3rdparty-init-login-certification-test-plan": (
        Module("oidcc-3rd_party-init-login"),
        Module("oidcc-3rd_party-init-login-nohttps"),
    ),
    "fapi-ciba-id1-test-plan": (
        Module("fapi-ciba-id1"),
        *(Module(f"fapi-ciba-id1-{name}") for name in CIBA.split()),
    ),
    "fapi2-security-profile-final-test-plan": tuple(
        Module(f"fapi2-security-profile-final-{name}") for name in FAPI2.split()
    ),
    "fapi2-message-signing-final-test-plan": tuple(
        Module(f"fapi2-security-profile-final-{name}", "signed") for name in (FAPI2 + FAPI2_SIGNED).split()
    ),
}
WAITS: Mapping[Module, str] = {
    Module("oidcc-idtoken-unsigned", mode): (
        "not run for static clients, and skipped where discovery does not name `none`"
    )
    for mode in ("default", "form_post")
}
"""What cannot be driven yet, and why."""


class Mark(NamedTuple):
    module: Module
    test: str


def marks() -> Iterator[Mark]:
    """Every mark of the suite, read from the sources."""
    for file in sorted(TESTS.rglob("test_*.py")):
        if "node_modules" not in file.parts:
            name = file.relative_to(ROOT).as_posix()
            yield from _marks_of(ast.parse(file.read_text("utf-8")), name)


def _marks_of(tree: ast.Module, file: str) -> Iterator[Mark]:
    """On a test, or on one of its parameters."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            for module in _modules(node):
                yield Mark(module, f"{file}::{node.name}")


def _modules(test: ast.FunctionDef) -> Iterator[Module]:
    for decorator in test.decorator_list:
        for node in ast.walk(decorator):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.conformance":
                name, *modes = (ast.literal_eval(argument) for argument in node.args)
                yield from (Module(name, mode) for mode in modes or (DEFAULT,))


def page() -> str:
    """What docs/conformance.md should hold."""
    found = tuple(marks())
    return INTRODUCTION + "\n".join(_chapter(plan, modules, found) for plan, modules in PLANS.items())


def _chapter(plan: str, modules: tuple[Module, ...], found: tuple[Mark, ...]) -> str:
    rows = [f"| {module.name} | {_answer(module, found)} |" for module in modules]
    return "\n".join([f"## {plan}", "", "| module | our test |", "|---|---|", *rows, ""])


def _answer(module: Module, found: tuple[Mark, ...]) -> str:
    tests = dict.fromkeys(mark.test for mark in found if mark.module == module)
    return ", ".join(map(_link, tests)) or f"– {WAITS.get(module, 'missing')}"


def _link(test: str) -> str:
    file, _, name = test.partition("::")
    return f"[{name}](../{file})"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    print(f"{PAGE.relative_to(ROOT)}: {len({mark.module for mark in marks()})} modules", file=sys.stderr)
