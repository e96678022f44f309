"""Write docs/specifications.md from the tests: which section of which specification is answered where.

    .venv/bin/python scripts/specifications.py

A test says `@pytest.mark.section("RFC 6749 §4.1.3")`, a file of tests `pytestmark = …`; nothing else counts.
"""

import ast
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "specifications.md"
RFC = "https://www.rfc-editor.org/rfc/rfc{}"
OPENID = "https://openid.net/specs/{}.html"
SPECIFICATIONS = {
    "OpenID Connect Core": ("OpenID Connect Core 1.0", OPENID.format("openid-connect-core-1_0")),
    "OpenID Connect Discovery 1.0": ("OpenID Connect Discovery 1.0", OPENID.format("openid-connect-discovery-1_0")),
    "OpenID Connect Registration": (
        "OpenID Connect Dynamic Client Registration 1.0",
        OPENID.format("openid-connect-registration-1_0"),
    ),
    "RP-Initiated Logout 1.0": (
        "OpenID Connect RP-Initiated Logout 1.0",
        OPENID.format("openid-connect-rpinitiated-1_0"),
    ),
    "OpenID Connect Back-Channel Logout 1.0": (
        "OpenID Connect Back-Channel Logout 1.0",
        OPENID.format("openid-connect-backchannel-1_0"),
    ),
    "OpenID Connect Front-Channel Logout 1.0": (
        "OpenID Connect Front-Channel Logout 1.0",
        OPENID.format("openid-connect-frontchannel-1_0"),
    ),
    "OpenID CIBA Core 1.0": (
        "OpenID Connect Client-Initiated Backchannel Authentication Flow - Core 1.0",
        OPENID.format("openid-client-initiated-backchannel-authentication-core-1_0"),
    ),
    "Initiating User Registration 1.0": (
        "Initiating User Registration via OpenID Connect 1.0 (prompt=create)",
        OPENID.format("openid-connect-prompt-create-1_0"),
    ),
    "OAuth 2.0 Multiple Response Types": (
        "OAuth 2.0 Multiple Response Type Encoding Practices",
        OPENID.format("oauth-v2-multiple-response-types-1_0"),
    ),
    "OAuth 2.0 Form Post Response Mode": (
        "OAuth 2.0 Form Post Response Mode",
        OPENID.format("oauth-v2-form-post-response-mode-1_0"),
    ),
    "RFC 4226": ("HMAC-Based One-Time Password Algorithm", RFC.format(4226)),
    "RFC 6238": ("Time-Based One-Time Password Algorithm", RFC.format(6238)),
    "RFC 6749": ("The OAuth 2.0 Authorization Framework", RFC.format(6749)),
    "RFC 6750": ("Bearer Token Usage", RFC.format(6750)),
    "RFC 7009": ("OAuth 2.0 Token Revocation", RFC.format(7009)),
    "RFC 7033": ("WebFinger: which provider somebody has", RFC.format(7033)),
    "RFC 7515": ("JSON Web Signature, as others sign", RFC.format(7515)),
    "RFC 7516": ("JSON Web Encryption, for apps that ask for it", RFC.format(7516)),
    "RFC 7517": ("JSON Web Key", RFC.format(7517)),
    "RFC 7519": ("JSON Web Token", RFC.format(7519)),
    "RFC 7521": ("Assertion Framework for OAuth 2.0", RFC.format(7521)),
    "RFC 7523": ("JWT Profile for Client Authentication and Authorization Grants", RFC.format(7523)),
    "RFC 7591": ("OAuth 2.0 Dynamic Client Registration", RFC.format(7591)),
    "RFC 7592": ("OAuth 2.0 Dynamic Client Registration Management", RFC.format(7592)),
    "RFC 7636": ("Proof Key for Code Exchange (S256)", RFC.format(7636)),
    "RFC 7638": ("JSON Web Key Thumbprint", RFC.format(7638)),
    "RFC 7662": ("OAuth 2.0 Token Introspection", RFC.format(7662)),
    "RFC 8058": ("One-Click Functionality for List Email Headers", RFC.format(8058)),
    "RFC 8176": ("Authentication Method Reference Values", RFC.format(8176)),
    "RFC 8252": ("OAuth 2.0 for Native Apps", RFC.format(8252)),
    "RFC 8414": ("OAuth 2.0 Authorization Server Metadata", RFC.format(8414)),
    "RFC 8628": ("OAuth 2.0 Device Authorization Grant", RFC.format(8628)),
    "RFC 8693": ("OAuth 2.0 Token Exchange", RFC.format(8693)),
    "RFC 8705": ("Mutual-TLS Client Authentication and Certificate-Bound Access Tokens", RFC.format(8705)),
    "RFC 8707": ("Resource Indicators for OAuth 2.0", RFC.format(8707)),
    "RFC 8725": ("JSON Web Token Best Current Practices", RFC.format(8725)),
    "RFC 9068": ("JWT Profile for Access Tokens", RFC.format(9068)),
    "RFC 9101": ("JWT-Secured Authorization Request", RFC.format(9101)),
    "RFC 9126": ("OAuth 2.0 Pushed Authorization Requests", RFC.format(9126)),
    "RFC 9207": ("Authorization Server Issuer Identification", RFC.format(9207)),
    "RFC 9396": ("OAuth 2.0 Rich Authorization Requests", RFC.format(9396)),
    "RFC 9449": ("OAuth 2.0 Demonstrating Proof of Possession (DPoP)", RFC.format(9449)),
    "RFC 9470": ("Step Up Authentication Challenge: acr_values and max_age", RFC.format(9470)),
    "RFC 9700": ("Best Current Practice for OAuth 2.0 Security", RFC.format(9700)),
    "RFC 9701": ("JSON Web Token Response for OAuth Token Introspection", RFC.format(9701)),
    "RFC 9728": ("OAuth 2.0 Protected Resource Metadata", RFC.format(9728)),
    "FAPI 2.0 Security Profile": (
        "FAPI 2.0 Security Profile",
        OPENID.format("fapi-security-profile-2_0-final"),
    ),
    "FAPI 2.0 Message Signing": (
        "FAPI 2.0 Message Signing",
        OPENID.format("fapi-message-signing-2_0-final"),
    ),
    "JARM": ("JWT Secured Authorization Response Mode", "https://openid.net/specs/oauth-v2-jarm.html"),
    "Client ID Metadata Document": (
        "OAuth Client ID Metadata Document",
        "https://datatracker.ietf.org/doc/draft-ietf-oauth-client-id-metadata-document/",
    ),
    "Web Authentication Level 3": ("Web Authentication Level 3", "https://www.w3.org/TR/webauthn-3/"),
}
HEAD = """# Specifications

What Portico implements, section by section, and the tests that answer for it: `pytest FILE` runs them. What is not
offered at all stands in the [README](../README.md#how-it-compares), and why in [decisions/](decisions).

This page is written by `scripts/specifications.py` from the markers of the tests.
"""


class Section(NamedTuple):
    specification: str
    number: str

    @property
    def order(self) -> tuple[int, ...]:
        return tuple(int(part) for part in self.number.split("."))


def sections() -> dict[Section, set[Path]]:
    """Each section that a test names, and the files of those tests."""
    found: dict[Section, set[Path]] = defaultdict(set)
    for file in sorted((ROOT / "tests").rglob("test_*.py")):
        for reference in references(ast.parse(file.read_text("utf-8"))):
            found[section(reference, file)].add(file)
    return found


def references(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "pytest.mark.section":
            yield ast.literal_eval(node.args[0])


def section(reference: str, file: Path) -> Section:
    specification, _, number = reference.partition(" §")
    if specification not in SPECIFICATIONS or not number.replace(".", "").isdecimal():
        raise SystemExit(f"{file.relative_to(ROOT)}: {reference!r} is no section of a specification known here")
    return Section(specification, number)


def page() -> str:
    found = sections()
    chapters = [HEAD]
    for name, (title, address) in SPECIFICATIONS.items():
        ours = sorted((each for each in found if each.specification == name), key=lambda each: each.order)
        heading = f"{name}: {title}" if name.startswith("RFC") else title
        rows = [f"| §{each.number} | {links(found[each])} |" for each in ours]
        chapters.append("\n".join([f"## [{heading}]({address})", "", "| section | tests |", "|---|---|", *rows, ""]))
    return "\n".join(chapters)


def links(files: set[Path]) -> str:
    names = sorted(str(file.relative_to(ROOT)) for file in files)
    return ", ".join(f"[{name.removeprefix('tests/')}](../{name})" for name in names)


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")
    print(f"{PAGE.relative_to(ROOT)}: {len(sections())} sections", file=sys.stderr)
