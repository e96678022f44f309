"""Providers that differ from what OpenID Connect says, each in as few methods as that takes."""

import re
from collections.abc import Mapping
from typing import Final

from idp.protocol.strict_json import BadJson, read_object
from idp.settings import upstreams
from idp.signing.assertions import signed
from idp.signing.keys import UnusableKey
from idp.upstream import id_token, said
from idp.upstream.id_token import Claims
from idp.upstream.metadata import TENANT, Metadata
from idp.upstream.openid import Openid
from idp.upstream.provider import PLAIN, Departure, Failure, NotIdentified, Wish

DIRECTORY: Final = re.compile(upstreams.TENANT)
CONSUMERS: Final = "9188040d-6c67-4c5b-b112-36a304b66dad"
"""The directory of personal Microsoft accounts, which "consumers" stands for."""
APPLE: Final = Metadata(
    issuer="https://appleid.apple.com",
    authorization_endpoint="https://appleid.apple.com/auth/authorize",
    token_endpoint="https://appleid.apple.com/auth/token",
    jwks_uri="https://appleid.apple.com/auth/keys",
)
"""As Apple's documentation has them. In June 2025 its metadata called the issuer otherwise for a while, its ID tokens
never did."""
MOST_OF_USER: Final = 4096
SECRET_LASTS: Final = 300


class Google(Openid[upstreams.Google]):
    called = "Google"

    def start(self, redirect_uri: str, state: str, wish: Wish = PLAIN) -> Departure:
        """Google asks nobody to prove themselves anew, and its ID tokens tell no time of it."""
        if wish.again:
            raise NotIdentified(Failure.NOT_ANEW, "google: nobody can be asked to sign in again there")
        return super().start(redirect_uri, state, wish)


class Microsoft(Openid[upstreams.Microsoft]):
    """One metadata document stands for many directories: its issuer has a place for the directory's id, which each ID
    token fills in (`tid`). An address is the directory administrator's word; `xms_edov` says that its domain was
    proved, and nothing else does.
    """

    called = "Microsoft"

    @property
    def issuer(self) -> str:
        tenant = CONSUMERS if self.settings.tenant == "consumers" else self.settings.tenant
        return self.settings.issuer or f"https://login.microsoftonline.com/{tenant}/v2.0"

    @property
    def named(self) -> str:
        if self.settings.tenant in ("common", "organizations"):
            return self.issuer.replace(f"/{self.settings.tenant}/", f"/{TENANT}/")
        return self.issuer

    def issuer_of(self, claims: Claims, place: Metadata) -> str:
        """The document's, with the token's own directory in its place; `tenants` says whose people are let in."""
        directory = claims.get("tid")
        if not isinstance(directory, str) or not DIRECTORY.fullmatch(directory):
            raise id_token.wrong("tid is no directory")
        if self.settings.tenants and directory not in self.settings.tenants:
            raise NotIdentified(Failure.DENIED, "JWT: its directory is not among upstream tenants")
        if self.settings.tenant == "organizations" and directory == CONSUMERS:
            raise NotIdentified(Failure.DENIED, "JWT: a personal account where organizations are let in")
        return place.issuer.replace(TENANT, directory)

    def is_verified(self, claims: Claims) -> bool:
        proved = claims.get("xms_edov")  # true, or "1" where the directory is an old one
        return said.is_verified({"xms_edov": proved is True or proved == "1"}, self.settings, "xms_edov")


class Apple(Openid[upstreams.Apple]):
    """Shows a JWT instead of a secret, and tells a person's name once, beside the first answer."""

    called = "Apple"

    @property
    def issuer(self) -> str:
        return self.settings.issuer or APPLE.issuer

    @property
    def origin(self) -> str:
        return super().origin if self.settings.issuer else APPLE.origin

    def metadata(self, now: int) -> Metadata:
        return super().metadata(now) if self.settings.issuer else APPLE

    def secret(self, now: int) -> str:
        """Apple, "Creating a client secret"."""
        claims = {
            "iss": self.settings.team_id,
            "iat": now,
            "exp": now + SECRET_LASTS,
            "aud": self.issuer,
            "sub": self.settings.client_id,
        }
        try:
            return signed(claims, self.settings.private_key.get_secret_value(), self.settings.key_id)
        except UnusableKey:
            raise NotIdentified(Failure.BROKEN, f"upstream.{self.name}.private_key cannot sign") from None

    def told_beside(self, received: Mapping[str, str]) -> Claims:
        """Apple, "Request an authorization": `user` has the name, the first time only. Its address is not believed."""
        try:
            user = read_object(received.get("user") or "{}", MOST_OF_USER)
        except BadJson:
            return {}
        name = user.get("name")
        if not isinstance(name, dict):
            return {}
        parts = {"given_name": name.get("firstName"), "family_name": name.get("lastName")}
        told = {claim: value for claim, value in parts.items() if isinstance(value, str) and value.strip()}
        return {**told, "name": " ".join(told.values())} if told else {}


PRESETS: Final = {"openid": Openid, "google": Google, "microsoft": Microsoft, "apple": Apple}
