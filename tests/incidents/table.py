"""Published flaws of other products, 2018-2026, by class; which of them could be here, and why the rest cannot."""

from typing import NamedTuple


class Row(NamedTuple):
    """`absent` says what would have to be built before this could go wrong; empty: it is built, and tested."""

    product: str
    references: str
    flaw: str
    absent: str = ""


UPSTREAM = "no upstream identity provider yet"
NO_FETCHING = "nothing is fetched from addresses that requests or registrations name"

ROWS = (
    Row("Authlib", "CVE-2024-37568 CVE-2026-114615", "HS256 with a public key"),
    Row("Authlib", "CVE-2026-28802 CVE-2026-96760", "alg none, JSON serialization without signature"),
    Row("Authlib", "CVE-2026-27962", "key taken from the jwk header"),
    Row("Authlib", "CVE-2025-59420", "unknown crit accepted"),
    Row("Authlib, joserfc", "CVE-2026-114616 CVE-2026-49852", "empty HMAC key"),
    Row("Authlib", "CVE-2025-61920", "huge JOSE segments"),
    Row("Authlib", "CVE-2025-62706", "JWE zip bomb"),
    Row("Authlib", "CVE-2026-28490 CVE-2026-28498", "padding oracle; hash binding of an unknown alg"),
    Row("Authlib", "CVE-2026-41479 CVE-2026-44681", "error redirect before the client and its address are checked"),
    Row("Authlib", "CVE-2025-68158 CVE-2026-41425", "a client's state in a shared cache", UPSTREAM),
    Row("Authlib", "CVE-2026-114617", "a claim switches the nonce check off", UPSTREAM),
    Row("Authlib", "CVE-2026-114619", "raw scope decides on the ID token"),
    Row(
        "Keycloak",
        "CVE-2023-6291 CVE-2022-3782 CVE-2024-1132 CVE-2024-8883 CVE-2026-3872 CVE-2026-7504",
        "redirect URI: wildcards, double encoding, loopback, userinfo",
    ),
    Row("Keycloak", "CVE-2026-18963", "reset without the mailed link"),
    Row("Keycloak", "CVE-2026-7507 CVE-2025-12390", "session fixation by a passed-on address; reused session ids"),
    Row("Keycloak", "CVE-2026-1035", "refresh rotation race"),
    Row("Keycloak", "CVE-2026-96446", "single use of a pushed request bypassed", "no pushed requests yet"),
    Row("Keycloak", "CVE-2025-7365 CVE-2026-9087", "a proof not bound to the upstream identity", UPSTREAM),
    Row("Keycloak", "CVE-2026-1486 CVE-2026-2603 CVE-2026-16442", "disabled upstream still accepted", UPSTREAM),
    Row("Keycloak", "CVE-2020-10770 CVE-2026-1180 CVE-2026-4874", "server-side requests by request_uri"),
    Row("Keycloak", "CVE-2026-4634 CVE-2025-2559 CVE-2026-9803", "long scope; 500 on a bare Bearer"),
    Row("Keycloak", "CVE-2026-8922", "notBefore ignored by introspection", "no introspection yet"),
    Row("Keycloak", "CVE-2026-9798 GHSA-85v8-vx4w-q684", "the brute-force brake bypassed by another flow"),
    Row("Keycloak", "CVE-2026-1529", "an invitation's JWT not verified", "no invitations"),
    Row("Keycloak", "CVE-2022-1245", "token exchange for any client", "no token exchange yet"),
    Row("Keycloak", "GHSA-c9rq-mvr5-3w32 GHSA-m98g-63qj-fp8j CVE-2023-6717", "login CSRF; XSS; javascript: addresses"),
    Row("Keycloak", "CVE-2026-8830 CVE-2026-107604", "WebAuthn policy in the browser only", "no passkeys yet"),
    Row("authentik", "CVE-2023-48228 CVE-2024-23647", "PKCE skipped; downgrade"),
    Row("authentik", "CVE-2024-52289", "redirect URI as a regular expression"),
    Row("authentik", "CVE-2024-38371 CVE-2024-52287", "scopes not limited"),
    Row("authentik", "CVE-2024-47070", "X-Forwarded-For believed"),
    Row("authentik", "CVE-2022-23555 CVE-2022-46145 CVE-2023-26481", "mail tokens reused or not bound to the person"),
    Row("authentik", "CVE-2025-53942 CVE-2025-64521", "inactive people sign in"),
    Row("authentik", "CVE-2026-49448 CVE-2026-42849", "a step passed by an empty POST; reflected XSS"),
    Row("Zitadel", "CVE-2025-64101 GHSA-93m4-mfpg-c3xf", "a header moves reset links"),
    Row("Zitadel", "CVE-2024-28197", "session fixation"),
    Row("Zitadel", "CVE-2025-46815", "an upstream's token reused", UPSTREAM),
    Row("Zitadel", "CVE-2026-55672 CVE-2026-27840", "code and refresh not bound to the client; truncated tokens"),
    Row("Zitadel", "CVE-2026-23511 CVE-2024-41952 CVE-2025-67717", "telling who has an account"),
    Row("Zitadel", "CVE-2025-64102 CVE-2024-32868 CVE-2025-64103", "codes guessed without limit"),
    Row("Zitadel", "CVE-2026-27946 CVE-2026-54693", "self-verified addresses"),
    Row("Zitadel", "CVE-2026-55669 GHSA-wxg7-w2v3-w38g", "an upstream's JWT believed", UPSTREAM),
    Row("Zitadel", "CVE-2025-67495 CVE-2026-29191/2 CVE-2024-28855 CVE-2024-41953", "XSS in login, logout, mails"),
    Row("Zitadel", "CVE-2025-67494 CVE-2026-55671 CVE-2024-49753", "server-side requests", NO_FETCHING),
    Row("Zitadel", "CVE-2026-29193 CVE-2024-49757", "registration though switched off"),
    Row("Ory", "CVE-2026-33503/4", "SQL injection by pagination tokens", "nothing is paged"),
    Row("Ory", "CVE-2024-45042 CVE-2020-15222/3 CVE-2019-8400", "assurance not enforced; XSS by error_hint"),
    Row("Casdoor", "CVE-2026-9092 CVE-2026-9090 CVE-2026-9097/4 CVE-2026-9091", "certificate from the message"),
    Row("Casdoor", "CVE-2024-41657 CVE-2026-5467/8/9 CVE-2026-90942 CVE-2026-91998", "CORS; open redirect; stored XSS"),
    Row("Logto", "CVE-2026-15611 CVE-2026-15612 CVE-2026-56739 CVE-2026-63203", "missing scope check"),
    Row("django-allauth", "0.54 65.3.0 CVE-2025-65430 CVE-2025-65431 CVE-2026-27982", "timing; mutable identifier"),
    Row(
        "oauth2-proxy",
        "CVE-2026-40574 CVE-2026-34454 CVE-2025-54576 CVE-2025-64484 CVE-2026-40575",
        "multi-@ address; stale cookies; header confusion",
    ),
    Row(
        "Pocket ID, Dex",
        "CVE-2026-28512 CVE-2026-28513 CVE-2026-43983 GHSA-hp74-gm6m-2qm5 GHSA-7qjx-gp9h-65qj",
        "userinfo in the redirect host; AND for OR in the code check; refresh ignores revocation",
    ),
    Row("Canaille", "0.0.65 0.0.71 0.0.72", "trusted hosts for reset mails; fragments in redirect URIs"),
    Row("node-oidc-provider", "9.x", "parser laxity"),
    Row("better-auth, OpenAM", "CVE-2026-67336 CVE-2026-123542", "none advertised and plain PKCE by default"),
    Row("found while studying", "cross-site POST without cookies", "it would sign the person out"),
    Row("found while studying", "failed re-authentication", "asking again skips it"),
    Row("found while studying", "307 or 308", "posted credentials are sent on"),
    Row("found while studying", "opening a mailed link", "it is used by a mail scanner"),
)
