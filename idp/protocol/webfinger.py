"""Who signs somebody in, asked by the name of the person or of their page (RFC 7033, OpenID Connect Discovery §2)."""

import re
from collections.abc import Collection
from typing import Final, NamedTuple
from urllib.parse import unquote

from idp.protocol.errors import InvalidRequest
from idp.protocol.parameters import Parameters
from idp.protocol.uri import BadUri, Uri

ISSUER: Final = "http://openid.net/specs/connect/1.0/issuer"
"""The one relation there is an answer for (OpenID Connect Discovery §2.1)."""

LONGEST: Final = 512
"""Characters of a resource."""

_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:")
_ACCOUNT = re.compile(r"acct:(?:[A-Za-z0-9._~!$&'()*+,;=-]|%[0-9A-Fa-f]{2})+@(?P<host>[A-Za-z0-9.-]+)", re.IGNORECASE)
_USER = re.compile(r"(?<=//)[^/?#@]*@")


class Query(NamedTuple):
    """`rels` are the relations that the asker wants to hear of; none named means all."""

    resource: str
    rels: tuple[str, ...]

    @classmethod
    def parse(cls, encoded: bytes) -> "Query":
        """RFC 7033 §4.1: percent-encoding alone, so that a plus is a plus. Raises `InvalidRequest`."""
        parameters = Parameters.parse(encoded.replace(b"+", b"%2B"))
        if parameters.get("resource", LONGEST) is None:
            raise InvalidRequest("resource is missing: name the person or the page you ask about")
        pairs = (pair.partition("=") for pair in encoded.decode().split("&"))
        rels = tuple(unquote(value) for name, _, value in pairs if name == "rel" and value)
        return cls(parameters.require("resource"), rels)

    @property
    def wants_issuer(self) -> bool:
        """RFC 7033 §4.3."""
        return not self.rels or ISSUER in self.rels

    def is_about(self, issuer: Uri, domains: Collection[str]) -> bool:
        """Whether it names somebody or something of the issuer's own host, or of one of these domains. Who that is
        makes no difference: nobody learns from here which names exist (RFC 7033 §8).

        Raises `InvalidRequest` where it is no URI, or no well-formed one of a kind that could be ours (§4.2).
        """
        named = _SCHEME.match(self.resource)
        if named is None:
            raise InvalidRequest("resource is no URI: send acct:name@domain or an https address")
        scheme = named[0][:-1].lower()
        if scheme == "acct":
            account = _ACCOUNT.fullmatch(self.resource)
            if account is None:
                raise InvalidRequest("resource is no account: send acct:name@domain")
            return account["host"].lower() in {issuer.host, *domains}
        if scheme not in ("https", issuer.scheme):
            return False
        try:
            page = Uri.parse(_USER.sub("", self.resource, count=1))
        except BadUri as problem:
            raise InvalidRequest(f"resource is no web address: {problem}") from None
        return page.origin == issuer.origin or (page.port in (None, 443) and page.host in domains)
