"""Google, Microsoft and Apple: what each does in its own way, and what is believed of it."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwt
from joserfc.jwk import ECKey

from idp.settings import upstreams
from idp.upstream.presets import CONSUMERS, PRESETS
from idp.upstream.provider import Failure, Identity, NotIdentified, Wish
from tests.clocks import Clock
from tests.emulators.openid import CALLBACK, SECTIONS, Somewhere, ours, somewhere

DIRECTORY = "6e6fa3e3-9c0e-4f3f-8a54-3f3b1c6f4b1d"
ANOTHER = "0a0b0c0d-9c0e-4f3f-8a54-3f3b1c6f4b1d"
KEY = ECKey.generate_key("P-256")
NATIVE = KEY.private_key
assert NATIVE is not None
PEM = NATIVE.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
APPLE = {"client_secret": "", "team_id": "TEAM567890", "key_id": "KEY4567890", "private_key": PEM}


@pytest.fixture(name="there")
def one_provider(clock: Clock) -> Iterator[Somewhere]:
    with somewhere() as running:
        yield running


def section(preset: str, **settings: object) -> upstreams.AnyOpenid:
    return SECTIONS[preset].model_validate({"preset": preset, "client_id": "x", "client_secret": "y", **settings})


def made(preset: str, **settings: object) -> Any:
    return PRESETS[preset](preset, section(preset, **settings))


def test_each_knows_its_name_and_its_place() -> None:
    google, apple = made("google"), made("apple", **APPLE)
    assert (google.label, google.issuer) == ("Google", "https://accounts.google.com")
    assert (apple.label, apple.issuer, apple.origin) == (
        "Apple",
        "https://appleid.apple.com",
        "https://appleid.apple.com",
    )
    assert made("microsoft").label == "Microsoft"
    assert made("google", label="Work").label == "Work"


def test_google_is_a_provider_as_the_specification_has_it(there: Somewhere, clock: Clock) -> None:
    google = there.again(preset="google", trust_email=True)
    assert google.signs_in(clock.now()).email_verified
    with pytest.raises(NotIdentified, match="again") as refused:
        google.signs_in(clock.now(), Wish(again=True))
    assert refused.value.failure is Failure.NOT_ANEW


@pytest.mark.parametrize(
    ("tenant", "issuer", "named"),
    [
        ("common", "common", "{tenantid}"),
        ("organizations", "organizations", "{tenantid}"),
        ("consumers", CONSUMERS, CONSUMERS),
        (DIRECTORY, DIRECTORY, DIRECTORY),
    ],
)
def test_microsofts_document_stands_for_many_directories(tenant: str, issuer: str, named: str) -> None:
    upstream = made("microsoft", tenant=tenant)
    assert upstream.issuer == f"https://login.microsoftonline.com/{issuer}/v2.0"
    assert upstream.named == f"https://login.microsoftonline.com/{named}/v2.0"


@dataclass
class Entra:
    """Microsoft's way with issuers: one document for many directories, and one of them in each token."""

    there: Somewhere
    base: str

    def signs_in(self, now: int, directory: object, *, iss: str = "", **settings: object) -> Identity:
        provider = self.there.provider
        provider.people["robin-1"]["tid"] = directory
        provider.named = iss or self.issuer_of(directory)
        return self.there.again(preset="microsoft", **settings).signs_in(now, iss="")  # Microsoft does not send it

    def issuer_of(self, directory: object) -> str:
        return f"{self.base}/{directory}/v2.0"


@pytest.fixture(name="entra")
def many_directories(clock: Clock, request: pytest.FixtureRequest) -> Iterator[Entra]:
    tenant = getattr(request, "param", "common")
    with somewhere(f"/{tenant}/v2.0") as there:
        base = there.provider.issuer.removesuffix(f"/{tenant}/v2.0")
        there.provider.document = {"issuer": f"{base}/{{tenantid}}/v2.0"}
        there.provider.document |= {"authorization_response_iss_parameter_supported": False}
        yield Entra(there, base)


def test_an_identity_is_of_its_directory(entra: Entra, clock: Clock) -> None:
    who = entra.signs_in(clock.now(), DIRECTORY)
    assert who.provider == entra.issuer_of(DIRECTORY)
    assert entra.signs_in(clock.now(), ANOTHER).provider == entra.issuer_of(ANOTHER)


@pytest.mark.incident("CVE-2026-55669")
@pytest.mark.parametrize("tid", [ANOTHER, "{tenantid}", "", None, 7, f"{DIRECTORY}/../{ANOTHER}", DIRECTORY.upper()])
def test_the_issuer_is_the_tokens_own_directory(entra: Entra, clock: Clock, tid: object) -> None:
    with pytest.raises(NotIdentified):
        entra.signs_in(clock.now(), tid, iss=entra.issuer_of(DIRECTORY))
    with pytest.raises(NotIdentified):
        entra.signs_in(clock.now(), DIRECTORY, iss=entra.issuer_of("{tenantid}"))


def test_directories_may_be_named(entra: Entra, clock: Clock) -> None:
    assert entra.signs_in(clock.now(), DIRECTORY, tenants=[DIRECTORY]).subject == "robin-1"
    with pytest.raises(NotIdentified) as refused:
        entra.signs_in(clock.now(), ANOTHER, tenants=[DIRECTORY])
    assert refused.value.failure is Failure.DENIED


@pytest.mark.parametrize("entra", ["organizations"], indirect=True)
def test_personal_accounts_stay_out_where_organizations_come_in(entra: Entra, clock: Clock) -> None:
    assert entra.signs_in(clock.now(), DIRECTORY, tenant="organizations").subject == "robin-1"
    with pytest.raises(NotIdentified) as refused:
        entra.signs_in(clock.now(), CONSUMERS, tenant="organizations")
    assert refused.value.failure is Failure.DENIED


def test_an_answer_that_names_a_directory_is_one_of_its_own(entra: Entra, clock: Clock) -> None:
    upstream = entra.there.again(preset="microsoft").upstream
    place = upstream.metadata(clock.now())
    assert place.is_called(entra.issuer_of(DIRECTORY))
    assert not place.is_called("https://evil.example/v2.0")


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        ({}, False),
        ({"email_verified": True}, False),
        ({"xms_edov": True}, True),
        ({"xms_edov": "1"}, True),
        ({"xms_edov": False, "email_verified": True}, False),
        ({"xms_edov": "0"}, False),
        ({"xms_edov": "true"}, False),
        ({"xms_edov": 1}, False),
    ],
)
def test_an_address_in_a_directory_is_its_administrators_word(
    entra: Entra, clock: Clock, said: Mapping[str, object], counts: bool
) -> None:
    """ "nOAuth" (2023): whoever runs a directory writes any address into it; only a proved domain counts."""
    entra.there.provider.people["robin-1"] = {"name": "R", "email": "victim@example.org", **said}
    assert entra.signs_in(clock.now(), DIRECTORY, trust_email=True).email_verified is counts
    assert entra.signs_in(clock.now(), DIRECTORY).email_verified is False


def test_apple_is_asked_by_post_and_shown_a_signed_secret(there: Somewhere, clock: Clock) -> None:
    there.provider.client_auth = "client_secret_post"
    upstream = ours(there.provider, preset="apple", **APPLE)
    asked = dict(parse_qsl(urlsplit(upstream.start(CALLBACK, "s").url).query))
    assert (asked["response_mode"], asked["scope"]) == ("form_post", "openid name email")
    secret = jwt.decode(upstream.secret(clock.now()), KEY, algorithms=["ES256"])
    assert secret.header == {"typ": "JWT", "alg": "ES256", "kid": "KEY4567890"}
    assert secret.claims == {
        "iss": "TEAM567890",
        "iat": clock.now(),
        "exp": clock.now() + 300,
        "aud": there.provider.issuer,
        "sub": "portico",
    }


def apples_way(there: Somewhere, clock: Clock, user: str, **settings: object) -> Identity:
    """The emulator checks a plain secret: what Apple does with ours is looked at above."""
    there.provider.client_auth = "client_secret_post"
    upstream = ours(there.provider, **{**APPLE, "preset": "apple", "response_mode": "query", **settings})
    upstream.secret = lambda _now: there.provider.client_secret  # type: ignore[method-assign]
    away = upstream.start(CALLBACK, "s")
    received = {**there.comes_back(away.url), "user": user}
    return upstream.identify(CALLBACK, received, away.secrets, clock.now())


def test_apple_tells_a_name_once_and_beside(there: Somewhere, clock: Clock) -> None:
    there.provider.people["robin-1"] = {"email": "hidden@privaterelay.appleid.com", "email_verified": "true"}
    user = {"name": {"firstName": "Robin", "lastName": "Example"}, "email": "victim@example.org"}
    who = apples_way(there, clock, json.dumps(user), trust_email=True)
    assert dict(who.claims) == {"name": "Robin Example", "given_name": "Robin", "family_name": "Example"}
    assert (who.email, who.email_verified) == ("hidden@privaterelay.appleid.com", True)
    assert dict(apples_way(there, clock, "").claims) == {}


def test_what_comes_beside_is_believed_about_nothing_but_the_name(there: Somewhere, clock: Clock) -> None:
    """The browser brings it: whoever sits there may have written it."""
    there.provider.people["robin-1"] = {}
    forged = {
        "sub": "victim",
        "email": "victim@example.org",
        "email_verified": True,
        "name": {"email": "v@example.org"},
    }
    who = apples_way(there, clock, json.dumps(forged), trust_email=True)
    assert (who.subject, who.email, who.email_verified, dict(who.claims)) == ("robin-1", "", False, {})


@pytest.mark.parametrize(
    "user",
    [
        "{",
        "[]",
        "null",
        '"x"',
        '{"name": []}',
        '{"name": "R"}',
        '{"name": {"firstName": 1}}',
        '{"name": {"lastName": " "}}',
    ],
)
def test_a_name_that_cannot_be_read_is_none(there: Somewhere, clock: Clock, user: str) -> None:
    there.provider.people["robin-1"] = {}
    assert dict(apples_way(there, clock, user).claims) == {}


def test_a_key_of_apples_that_cannot_sign_is_named(there: Somewhere, clock: Clock) -> None:
    with pytest.raises(NotIdentified, match=r"upstream\.somewhere\.private_key") as refused:
        ours(there.provider, **{**APPLE, "preset": "apple", "private_key": "not a key: hunter2"}).start(CALLBACK, "s")
    assert "hunter2" not in str(refused.value)


def test_apples_addresses_are_apples_documentations() -> None:
    """Nothing is fetched: in June 2025 its metadata named another issuer than its tokens did."""
    url = made("apple", **APPLE).start(CALLBACK, "s").url
    assert url.startswith("https://appleid.apple.com/auth/authorize?")
