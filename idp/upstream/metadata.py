"""What a provider says about itself (OpenID Connect Discovery 1.0 §3, RFC 8414 §2), read strictly."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from idp.outside.addresses import LOOPBACK_NAMES, BadAddress, parsed
from idp.signing import foreign

WELL_KNOWN: Final = "/.well-known/openid-configuration"
TENANT: Final = "{tenantid}"
"""Microsoft's place for the directory's id, in the document that stands for all directories."""


class BadDocument(Exception):
    """The document cannot be used; the sentence is for the log."""


@dataclass(frozen=True, slots=True)
class Metadata:
    """`algorithms` are those of its ID tokens that we take. `names_itself`: its answers carry `iss` (RFC 9207)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    userinfo_endpoint: str = ""
    algorithms: tuple[str, ...] = ("RS256",)
    names_itself: bool = False

    @property
    def origin(self) -> str:
        """Where its pages are."""
        return parsed(self.authorization_endpoint).origin

    def is_called(self, issuer: str | None) -> bool:
        """Whether an answer that names this issuer is one of its own (RFC 9207 §2.4)."""
        if not issuer:
            return not self.names_itself
        before, place, after = self.issuer.partition(TENANT)
        return issuer == self.issuer or bool(place and issuer.startswith(before) and issuer.endswith(after))


def address_of(issuer: str) -> str:
    """Discovery §4: a terminating slash of the issuer is removed first."""
    return issuer.removesuffix("/") + WELL_KNOWN


def read(document: Mapping[str, object], issuer: str) -> Metadata:
    """§4.3: the document's issuer has to be `issuer`, byte for byte. Raises BadDocument."""
    if document.get("issuer") != issuer:
        raise BadDocument(f"its issuer is {document.get('issuer')!r:.200}")
    plain = issuer.startswith("http://")
    return Metadata(
        issuer=issuer,
        authorization_endpoint=_endpoint(document, "authorization_endpoint", plain),
        token_endpoint=_endpoint(document, "token_endpoint", plain),
        jwks_uri=_endpoint(document, "jwks_uri", plain),
        userinfo_endpoint=_endpoint(document, "userinfo_endpoint", plain) if "userinfo_endpoint" in document else "",
        algorithms=_algorithms(document.get("id_token_signing_alg_values_supported", ["RS256"])),
        names_itself=document.get("authorization_response_iss_parameter_supported") is True,
    )


def _endpoint(document: Mapping[str, object], name: str, plain: bool) -> str:
    """https as §3 has it; http on loopback where the issuer itself is there."""
    address = document.get(name)
    try:
        uri = parsed(address) if isinstance(address, str) else None
    except BadAddress as problem:
        raise BadDocument(f"{name}: {problem}") from None
    if uri is None or not (uri.scheme == "https" or (plain and uri.host in LOOPBACK_NAMES)):
        raise BadDocument(f"{name} is not an https address")
    return str(address)


def _algorithms(offered: object) -> tuple[str, ...]:
    """Only what is asymmetric: with HS256 whoever verifies could sign (RFC 8725 §3.2)."""
    taken = tuple(alg for alg in foreign.ALGORITHMS if isinstance(offered, list) and alg in offered)
    if not taken:
        raise BadDocument("it signs ID tokens with nothing that we take")
    return taken
