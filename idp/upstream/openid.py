"""Any OpenID provider, by its issuer: the code flow with PKCE and nonce, and an ID token that was looked at whole.

What a provider does differently stands in presets.py, as the few methods in which it differs.
"""

import secrets
from collections.abc import Mapping
from typing import Any, Final, Generic, TypeVar
from urllib.parse import urlsplit

from idp import clock
from idp.outside import fetch
from idp.outside.fetch import Fetcher
from idp.protocol.redirect_uri import origin_of
from idp.settings.upstreams import AnyOpenid
from idp.signing import foreign
from idp.signing.foreign import UnknownKey, Verified
from idp.signing.ring import BadToken
from idp.upstream import id_token, metadata, said
from idp.upstream.conversation import MOST_OCTETS, Client, Conversation, refused_there
from idp.upstream.documents import Kept
from idp.upstream.id_token import Claims, Expected
from idp.upstream.metadata import BadDocument, Metadata
from idp.upstream.provider import PLAIN, Departure, Failure, Identity, NotIdentified, Wish

LONGEST_CODE: Final = 4096
LONGEST_HINT: Final = 320
SectionType = TypeVar("SectionType", bound=AnyOpenid)


class Openid(Generic[SectionType]):
    """One section [upstream.NAME]. Holds nothing but public documents, each for its time (documents.py)."""

    called: str = ""
    """What people read on its button unless configuration says otherwise."""

    def __init__(self, name: str, settings: SectionType, fetcher: Fetcher | None = None) -> None:
        self.name = name
        self.settings = settings
        self._fetcher = fetcher or fetch.trusting()
        self._metadata = Kept(f"upstream.{name}: its metadata", self._read_metadata)
        self._keys: Kept[Mapping[str, Any]] = Kept(f"upstream.{name}: its keys", self._read_keys)

    @property
    def label(self) -> str:
        return self.settings.label or self.called or str(urlsplit(self.issuer).hostname)

    @property
    def issuer(self) -> str:
        """Where its metadata stands."""
        return self.settings.issuer

    @property
    def named(self) -> str:
        """What the document there calls its issuer (Discovery §4.3: the same)."""
        return self.issuer

    @property
    def origin(self) -> str:
        """Where its pages are; the issuer's origin until we heard of another."""
        place = self._metadata.glance(clock.now())
        return place.origin if place else origin_of(self.issuer)

    def start(self, redirect_uri: str, state: str, wish: Wish = PLAIN) -> Departure:
        """OpenID Connect Core §3.1.2.1, RFC 7636. To prove oneself anew is asked for in both ways there are."""
        now = clock.now()
        place = self.metadata(now)
        nonce, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(48)
        asked = {"prompt": "login", "max_age": "0"} if wish.again else _not_older(wish)
        if self.settings.response_mode == "form_post":
            asked["response_mode"] = "form_post"
        if 0 < len(wish.login_hint) <= LONGEST_HINT:
            asked["login_hint"] = wish.login_hint
        url, _ = (
            self._client(now)
            .session()
            .create_authorization_url(
                place.authorization_endpoint,
                state=state,
                code_verifier=verifier,
                nonce=nonce,
                redirect_uri=redirect_uri,
                scope=self.settings.scope,
                **asked,
            )
        )
        return Departure(url, {"nonce": nonce, "verifier": verifier, "since": str(now) if wish.again else "0"})

    def identify(
        self, redirect_uri: str, received: Mapping[str, str], secrets: Mapping[str, str], now: int
    ) -> Identity:
        """Code → tokens → whom the ID token names; its UserInfo where that says more."""
        place = self.metadata(now)
        _insist_on_sender(received, place)
        talk = Conversation(self._fetcher, self.settings.timeout)
        tokens = talk.token(
            place.token_endpoint,
            self._client(now),
            {"code": _code(received), "code_verifier": secrets["verifier"], "redirect_uri": redirect_uri},
        )
        access_token = tokens.get("access_token")
        verified = self._verified(tokens.get("id_token"), place, now)
        expected = Expected(
            issuer=self.issuer_of(verified.claims, place),
            client_id=self.settings.client_id,
            nonce=secrets["nonce"],
            access_token=access_token if isinstance(access_token, str) else "",
            alg=verified.alg,
            now=now,
            since=int(secrets["since"]),
        )
        id_token.check(verified.claims, expected)
        more = self._userinfo(talk, place, verified.claims, access_token)
        return self._identity(verified.claims, {**self.told_beside(received), **more}, expected.issuer)

    def logged_out(self, token: str, now: int) -> tuple[Claims, str]:
        """A logout token's claims that its keys signed, and its issuer; what they mean is logout_token.py's to say."""
        place = self.metadata(now)
        verified = self._verified(token, place, now, typ=("logout+jwt", "jwt", ""))
        return verified.claims, self.issuer_of(verified.claims, place)

    def metadata(self, now: int) -> Metadata:
        """What it says about itself. Raises NotIdentified."""
        return self._metadata.read(now)

    def reach(self, now: int) -> None:
        """Read all that a sign-in needs to know of it. Raises NotIdentified."""
        self.metadata(now)
        self._keys.read(now)

    def issuer_of(self, claims: Claims, place: Metadata) -> str:
        """The only issuer that these claims may name."""
        return place.issuer

    def secret(self, now: int) -> str:
        """What we show at its token endpoint."""
        return self.settings.client_secret.get_secret_value()

    def is_verified(self, claims: Claims) -> bool:
        """Whether it says, and is trusted to say, that the address is the person's."""
        return said.is_verified(claims, self.settings)

    def told_beside(self, received: Mapping[str, str]) -> Claims:
        """Claims that come through the browser, unsigned: nothing that anything hangs on."""
        return {}

    def _identity(self, claims: Claims, more: Claims, issuer: str) -> Identity:
        """`more` is what the ID token left out. An address counts as proved only by the word of who told it."""
        addressed = claims if said.address(claims, self.settings) else more
        email = said.address(addressed, self.settings)
        amr, acr = said.strength(claims, self.settings)
        return Identity(
            provider=issuer,
            app_id=self.settings.client_id,
            subject=id_token.subject(claims),
            email=email,
            email_verified=bool(email) and self.is_verified(addressed),
            claims=said.profile({**more, **claims}, self.settings),
            amr=amr,
            acr=acr,
            sid=said.session(claims),
            auth_time=id_token.signed_in_at(claims),
        )

    def _verified(self, token: object, place: Metadata, now: int, typ: tuple[str, ...] = ("jwt", "")) -> Verified:
        """§3.1.3.7, point 6; a new key of theirs is looked for once."""
        if not isinstance(token, str):
            raise id_token.wrong("there is none")
        try:
            try:
                return foreign.verify(token, self._keys.read(now), algorithms=place.algorithms, typ=typ)
            except UnknownKey:
                return foreign.verify(token, self._keys.read_anew(now), algorithms=place.algorithms, typ=typ)
        except BadToken as error:
            raise id_token.wrong(str(error)) from None

    def _userinfo(self, talk: Conversation, place: Metadata, claims: Claims, access_token: object) -> Claims:
        """§5.3.2: asked where the ID token leaves out the address or the name; it has to be about the same person."""
        has_all = said.address(claims, self.settings) and said.profile(claims, self.settings)
        if has_all or not place.userinfo_endpoint or not isinstance(access_token, str):
            return {}
        told = talk.document("userinfo", place.userinfo_endpoint, {"Authorization": f"Bearer {access_token}"})
        if told.get("sub") != claims["sub"]:
            raise NotIdentified(Failure.BROKEN, "userinfo: sub is another person")
        return told

    def _client(self, now: int) -> Client:
        return Client(self.settings.client_id, self.secret(now), self.settings.client_auth)

    def _read_metadata(self, within: float | None) -> Metadata:
        talk = Conversation(self._fetcher, within or self.settings.timeout)
        try:
            return metadata.read(talk.document("discovery", metadata.address_of(self.issuer)), self.named)
        except BadDocument as problem:
            raise NotIdentified(Failure.BROKEN, f"discovery: {problem}") from None

    def _read_keys(self, within: float | None) -> Mapping[str, Any]:
        place = self.metadata(clock.now())
        answer = Conversation(self._fetcher, within or self.settings.timeout).answer("keys", place.jwks_uri)
        try:
            return foreign.read_keys(answer.body, MOST_OCTETS)
        except BadToken as error:
            raise NotIdentified(Failure.BROKEN, f"keys: {error}") from None


def _insist_on_sender(received: Mapping[str, str], place: Metadata) -> None:
    """RFC 9207 §2.4: an answer names its issuer where the issuer said it would, and never another one."""
    if not place.is_called(received.get("iss")):
        raise NotIdentified(Failure.BROKEN, "authorization: iss is absent or another issuer")


def _not_older(wish: Wish) -> dict[str, str]:
    return {"max_age": str(wish.max_age)} if wish.max_age else {}


def _code(received: Mapping[str, str]) -> str:
    if error := received.get("error"):
        raise refused_there(error)
    code = received.get("code", "")
    if not 0 < len(code) <= LONGEST_CODE:
        raise NotIdentified(Failure.BROKEN, "authorization: no code")
    return code
