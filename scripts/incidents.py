"""Write docs/incidents.md: which published flaw of another product which test of ours would notice here.

    python scripts/incidents.py            write the page
    python scripts/incidents.py --check    only say whether it is up to date; exit 1 if it is not

A test says what it shows with `@pytest.mark.incident("CVE-2024-37568")`: one reference of the list below a mark.
"""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "incidents.md"
TESTS = ROOT / "tests"
INTRODUCTION = """\
# Flaws that others had

Published 2018-2026 for products of the same kind. Each is a class of mistakes that anybody can make, so each class has
a test here that fails when the mistake is made (`@pytest.mark.incident`). This page is written by
`scripts/incidents.py` from those marks.
"""

ROWS_AS_TEXT = """\
Authlib: HS256 with a public key, prefixed ones too
    CVE-2024-37568, CVE-2026-114615
Authlib: alg none; JSON serialization without signature
    CVE-2026-28802, CVE-2026-96760
Authlib: a key taken from the jwk header
    CVE-2026-27962
Authlib: an unknown crit accepted
    CVE-2025-59420
Authlib, joserfc: an empty HMAC key
    CVE-2026-114616, CVE-2026-49852
Authlib: huge JOSE segments
    CVE-2025-61920
Authlib: JWE zip bomb
    CVE-2025-62706
Authlib: padding oracle of RSA1_5; at_hash and c_hash of an unknown alg accepted
    CVE-2026-28490, CVE-2026-28498
Authlib: error redirect before client and address are checked
    CVE-2026-41479, CVE-2026-44681
Authlib: a client's state in a shared cache, not bound to the session
    CVE-2025-68158, CVE-2026-41425
Authlib: a claim switches the nonce check off
    CVE-2026-114617
Authlib: raw scope instead of allowed scope decides on the ID token
    CVE-2026-114619
Keycloak: redirect URI: wildcards, double encoding, loopback, userinfo
    CVE-2023-6291, CVE-2022-3782, CVE-2024-1132, CVE-2024-8883, CVE-2026-3872, CVE-2026-7504
Keycloak: reset: steps skipped without the mailed link
    CVE-2026-18963
Keycloak: session fixation by a passed-on address; ids used again
    CVE-2026-7507, CVE-2025-12390
Keycloak: refresh rotation race
    CVE-2026-1035
Keycloak: single use bypassed by prompt=none
    CVE-2026-96446
Keycloak: a proof not bound to the upstream identity
    CVE-2025-7365, CVE-2026-9087
Keycloak: a disabled or link-only provider still accepted
    CVE-2026-1486, CVE-2026-2603, CVE-2026-16442
Keycloak: requests made for a stranger: request_uri, jwks_uri, client_session_host
    CVE-2020-10770, CVE-2026-1180, CVE-2026-4874
Keycloak: long scope; unbounded assertion cache; 500 on a bare Bearer
    CVE-2026-4634, CVE-2026-9803, CVE-2025-2559
Keycloak: notBefore ignored by introspection
    CVE-2026-8922
Keycloak: the brake on guesses bypassed by another flow
    CVE-2026-9798, GHSA-85v8-vx4w-q684
Keycloak: an invitation's JWT not verified
    CVE-2026-1529
Keycloak: token exchange for any client
    CVE-2022-1245
Keycloak: login CSRF; XSS in registration errors; javascript: addresses
    GHSA-c9rq-mvr5-3w32, GHSA-m98g-63qj-fp8j, CVE-2023-6717
Keycloak: WebAuthn policy in the browser only; secrets shown to read-only administrators
    CVE-2026-8830, CVE-2026-107604
authentik: PKCE skipped when the verifier is left out; downgrade
    CVE-2023-48228, CVE-2024-23647
authentik: redirect URI as a regular expression
    CVE-2024-52289
authentik: scopes not limited; device flow without access policy
    CVE-2024-52287, CVE-2024-38371
authentik: X-Forwarded-For believed
    CVE-2024-47070
authentik: mail tokens used again or not bound to the person
    CVE-2022-23555, CVE-2022-46145, CVE-2023-26481
authentik: inactive people sign in, or their client credentials do
    CVE-2025-53942, CVE-2025-64521
authentik: a step passed by an empty POST; reflected XSS
    CVE-2026-49448, CVE-2026-42849
Zitadel: a forwarding header moves reset links
    CVE-2025-64101, GHSA-93m4-mfpg-c3xf
Zitadel: session fixation
    CVE-2024-28197
Zitadel: an upstream's intent token used again
    CVE-2025-46815
Zitadel: code and refresh not bound to client; truncated tokens valid
    CVE-2026-55672, CVE-2026-27840
Zitadel: who has an account; how many there are
    CVE-2026-23511, CVE-2024-41952, CVE-2025-67717
Zitadel: codes guessed without limit, lockout only for passwords; second factor bypassed
    CVE-2025-64102, CVE-2024-32868, CVE-2025-64103
Zitadel: self-verified addresses
    CVE-2026-27946, CVE-2026-54693
Zitadel: an upstream's JWT: aud, exp, iat not checked
    CVE-2026-55669, GHSA-wxg7-w2v3-w38g
Zitadel: XSS in login, logout, mails, default redirect URI
    CVE-2025-67495, CVE-2026-29191, CVE-2026-29192, CVE-2024-28855, CVE-2024-41953
Zitadel: requests to the inside network; denylist bypass
    CVE-2025-67494, CVE-2026-55671, CVE-2024-49753
Zitadel: registration though switched off
    CVE-2026-29193, CVE-2024-49757
Ory: SQL injection by forged values
    CVE-2026-33503, CVE-2026-33504
Ory: assurance not enforced; XSS by error_hint; jti used again; revocation errors ignored
    CVE-2024-45042, CVE-2019-8400, CVE-2020-15222, CVE-2020-15223
Casdoor: certificate from the message; unverified linking; exchange of dead tokens; second factor skipped
    CVE-2026-9090, CVE-2026-9092, CVE-2026-9097, CVE-2026-9094, CVE-2026-9091
Casdoor: CORS with credentials; open redirect; stored XSS; private key shown; webhook SSRF; cross-tenant API
    CVE-2024-41657, CVE-2026-5467, CVE-2026-5468, CVE-2026-90942, CVE-2026-5469, CVE-2026-91998
Logto: missing scope check; requests made for a stranger; unverified linking; absent nonce accepted
    CVE-2026-63203, CVE-2026-56739, CVE-2026-15611, CVE-2026-15612
django-allauth: timing enumeration; deactivated people's tokens; mutable identifier; open redirect
    django-allauth 0.54, django-allauth 65.3.0, CVE-2025-65430, CVE-2025-65431, CVE-2026-27982
oauth2-proxy: an address with several @; stale cookies; path and header confusion
    CVE-2026-40574, CVE-2026-34454, CVE-2025-54576, CVE-2025-64484, CVE-2026-40575
Pocket ID, Dex: userinfo in a redirect; AND for OR on codes; refresh after revocation; confirmed by any method
    CVE-2026-28512, CVE-2026-28513, CVE-2026-43983, GHSA-hp74-gm6m-2qm5, GHSA-7qjx-gp9h-65qj
Canaille: reset mails with the request's Host; fragments in redirect URIs; configuration dumped on a page
    Canaille 0.0.65, Canaille 0.0.71, Canaille 0.0.72
node-oidc-provider: loosely decoded Basic, opaque CORS origins
    node-oidc-provider 9.x
better-auth, OpenAM: none advertised and plain PKCE by default; PKCE ignored in the device flow
    CVE-2026-67336, CVE-2026-123542
Found while studying: small mistakes with large effects
    a cross-site POST without cookies must not set a new session cookie,
    a failed re-authentication grants nothing, a 307 or 308 sends posted credentials on,
    opening a mailed link is not using it, disabled but still accepted
"""
"""Product and flaws of a class; below, its references."""


@dataclass
class Row:
    """One class of flaws."""

    product: str
    flaws: str
    references: list[str] = field(default_factory=list)


def read(text: str) -> tuple[Row, ...]:
    rows: list[Row] = []
    for line in text.splitlines():
        if line.startswith(" "):
            rows[-1].references += line.strip().rstrip(",").split(", ")
        else:
            product, _, flaws = line.partition(": ")
            rows.append(Row(product, flaws))
    return tuple(rows)


ROWS = read(ROWS_AS_TEXT)


class Mark(NamedTuple):
    """One mark, and the test that bears it."""

    reference: str
    test: str


def marks() -> Iterator[Mark]:
    """Every mark of the suite, read from the sources."""
    for file in sorted(TESTS.rglob("test_*.py")):
        if "node_modules" not in file.parts:
            yield from _marks_below(ast.parse(file.read_text("utf-8")), file.relative_to(ROOT).as_posix())


def _marks_below(node: ast.AST, name: str) -> Iterator[Mark]:
    for inner in ast.iter_child_nodes(node):
        if isinstance(inner, ast.FunctionDef | ast.ClassDef):
            test = f"{name}::{inner.name}"
            yield from (Mark(reference, test) for reference in _references(inner))
            yield from _marks_below(inner, test)


def _references(node: ast.FunctionDef | ast.ClassDef) -> Iterator[str]:
    for mark in node.decorator_list:
        if isinstance(mark, ast.Call) and ast.unparse(mark.func) == "pytest.mark.incident":
            yield ast.literal_eval(mark.args[0])


def page() -> str:
    """What docs/incidents.md should hold."""
    found = tuple(marks())
    return "\n".join([INTRODUCTION, *(line for row in ROWS for line in _lines(row, found))])


def _lines(row: Row, found: tuple[Mark, ...]) -> Iterator[str]:
    yield f"## {row.product}: {row.flaws}\n"
    for reference in row.references:
        yield f"- {reference}"
        yield from (
            f"  - `{test}`" for test in dict.fromkeys(mark.test for mark in found if mark.reference == reference)
        )
    yield ""


def main() -> int:
    is_fresh = PAGE.exists() and PAGE.read_text("utf-8") == page()
    if "--check" in sys.argv[1:]:
        print("up to date" if is_fresh else "docs/incidents.md is old: run python scripts/incidents.py")
        return 0 if is_fresh else 1
    PAGE.write_text(page(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
