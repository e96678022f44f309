"""RFC 7591 §2 and OpenID Connect Registration §2: what a registration may say as a whole."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.protocol.client_members import KINDS, LOCALIZABLE, PROMISES
from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.errors import InvalidClientMetadata, InvalidRedirectUri
from idp.protocol.scope import Scope

pytestmark = [pytest.mark.section("RFC 7591 §2"), pytest.mark.section("OpenID Connect Registration §2")]

SERVICE: dict[str, object] = {"client_name": "Nightly report", "grant_types": ["client_credentials"]}
WEB: dict[str, object] = {"client_name": "Photo Box", "redirect_uris": ["https://box.example/cb"]}
NATIVE: dict[str, object] = WEB | {
    "application_type": "native",
    "token_endpoint_auth_method": "none",
    "redirect_uris": ["com.example.box:/cb", "http://127.0.0.1/cb"],
}
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
)


def registered(**members: object) -> ClientMetadata:
    return ClientMetadata.register(WEB | members)


def refusal(metadata: Mapping[str, object]) -> str:
    with pytest.raises(InvalidClientMetadata) as refused:
        ClientMetadata.register(metadata)
    return refused.value.description


def redirect_refusal(metadata: Mapping[str, object]) -> str:
    with pytest.raises(InvalidRedirectUri) as refused:
        ClientMetadata.register(metadata)
    return refused.value.description


def test_rfc7591_2_defaults_make_an_id_token_possible_and_are_safe() -> None:
    client = registered()
    assert client.grant_types == ("authorization_code",)
    assert client.response_types == ("code",)
    assert client.scope == Scope.parse("openid profile email")
    assert client.application_type == "web"
    assert client.id_token_signed_response_alg == "RS256"
    assert client.subject_type == "public"
    assert client.require_pkce
    assert not client.first_party
    assert client.reviewed
    assert client.id_token_claims == ("profile", "email")
    assert client.access_token_format == "opaque"
    assert client.unknown_scope == "drop"
    assert not client.require_auth_time
    assert client.default_max_age is None


def test_rfc7591_2_what_was_said_is_what_is_registered() -> None:
    client = registered(
        post_logout_redirect_uris=["https://box.example/bye"],
        grant_types=["authorization_code", "refresh_token"],
        token_endpoint_auth_method="client_secret_post",
        scope="openid email offline_access albums",
        optional_scopes=["albums"],
        id_token_signed_response_alg="EdDSA",
        default_max_age=3600,
        require_auth_time=True,
        default_acr_values=["2"],
        client_uri="https://box.example/",
        contacts=["dev@box.example"],
        require_pkce=False,
        first_party=True,
        reviewed=False,
        id_token_claims=[],
        access_token_format="jwt",
        unknown_scope="refuse",
    )
    assert client.post_logout_redirect_uris == ("https://box.example/bye",)
    assert client.grant_types == ("authorization_code", "refresh_token")
    assert client.auth_methods == ("client_secret_post",)
    assert str(client.scope) == "openid email offline_access albums"
    assert (client.optional_scopes, client.contacts, client.default_acr_values) == (
        ("albums",),
        ("dev@box.example",),
        ("2",),
    )
    assert (client.id_token_signed_response_alg, client.access_token_format) == ("EdDSA", "jwt")
    assert (client.default_max_age, client.require_auth_time, client.require_pkce) == (3600, True, False)
    assert (client.first_party, client.reviewed, client.id_token_claims) == (True, False, ())
    assert (client.client_uri, client.unknown_scope) == ("https://box.example/", "refuse")


def test_rfc7591_2_null_is_absent_and_the_unheard_of_is_ignored() -> None:
    assert registered(scope=None, shape=5, color="green") == registered()


def test_a_scope_of_the_clients_own_has_a_sentence_in_each_language() -> None:
    words = {"albums": "See your albums", "albums#de-AT": "Deine Alben sehen"}
    client = registered(scope="openid albums prints", scope_sentences=words)
    assert client.sentences("en") == {"albums": "See your albums"}
    assert client.sentences("de-AT") == {"albums": "Deine Alben sehen"}
    assert ClientMetadata.from_json(client.to_json()) == client


@pytest.mark.parametrize(
    ("metadata", "sentence"),
    [
        (WEB | {"scope": 1}, "scope must be a string of scopes parted by spaces"),
        (WEB | {"grant_types": "authorization_code"}, "grant_types must be an array of strings"),
        (WEB | {"grant_types": ["password"]}, "grant_types may hold authorization_code, refresh_token"),
        (
            WEB | {"grant_types": ["refresh_token"]},
            "response_types and redirect_uris are for grant_types with authorization_code",
        ),
        (SERVICE | {"grant_types": []}, "grant_types must name at least one"),
        (
            SERVICE | {"grant_types": ["client_credentials", "refresh_token"]},
            "refresh_token in grant_types needs authorization_code beside it",
        ),
        (
            SERVICE | {"token_endpoint_auth_method": "none"},
            "client_credentials in grant_types needs a client that proves who it is",
        ),
        (WEB | {"response_types": ["id_token"]}, "response_types may hold code"),
        (WEB | {"response_types": []}, "response_types must hold code, since grant_types holds authorization_code"),
        (
            WEB | {"token_endpoint_auth_method": "client_secret_digest"},
            "token_endpoint_auth_method must be client_secret_basic or client_secret_post or client_secret_jwt or ",
        ),
        (
            WEB | {"token_endpoint_auth_method": "client_secret_jwt", "token_endpoint_auth_signing_alg": "ES256"},
            "token_endpoint_auth_signing_alg ES256 does not fit token_endpoint_auth_method: use HS256",
        ),
        (
            WEB | {"token_endpoint_auth_signing_alg": "HS256"},
            "token_endpoint_auth_signing_alg HS256 does not fit token_endpoint_auth_method: use RS256 or ",
        ),
        (
            WEB | {"id_token_signed_response_alg": "none"},
            "id_token_signed_response_alg must be RS256 or ES256 or EdDSA",
        ),
        (
            WEB | {"id_token_signed_response_alg": "HS256"},
            "id_token_signed_response_alg must be RS256 or ES256 or EdDSA",
        ),
        (WEB | {"subject_type": "secret"}, "subject_type must be public or pairwise"),
        (WEB | {"optional_scopes": ["albums"]}, "optional_scopes may hold scopes of scope, and not openid"),
        (WEB | {"optional_scopes": ["openid"]}, "optional_scopes may hold scopes of scope, and not openid"),
        (WEB | {"scope_sentences": ["albums"]}, "scope_sentences must be a table of sentences"),
        (
            WEB | {"scope_sentences": {"albums": "See"}},
            "scope_sentences may hold scopes of scope that are the client's",
        ),
        (WEB | {"scope_sentences": {"email": "See"}}, "scope_sentences may hold scopes of scope that are the client's"),
        (
            WEB | {"scope": "albums", "scope_sentences": {"albums#": "See"}},
            "scope_sentences may hold scopes of scope that are the client's own, also with a language tag",
        ),
        (
            WEB | {"scope": "albums", "scope_sentences": {"albums": "\u202eSee"}},
            "scope_sentences must not hold invisible or direction-changing characters",
        ),
        (
            WEB | {"scope": "albums", "scope_sentences": {"albums": "x" * 121}},
            "scope_sentences must not be longer than",
        ),
        (
            WEB | {"scope_sentences": {f"s{n}": "See" for n in range(201)}},
            "scope_sentences must not hold more than 200 entries",
        ),
        (WEB | {"id_token_claims": ["openid"]}, "id_token_claims may hold profile, email, address, phone, groups"),
        (WEB | {"client_name#": "x"}, "client_name# must end with a language tag, such as client_name#de"),
        (
            WEB | {"client_name#de": "\u202eX"},
            "client_name#de must not hold invisible or direction-changing characters",
        ),
        (WEB | {"tos_uri#de": "javascript:1"}, "tos_uri#de must be an https address"),
        (
            WEB
            | {f"client_name#xx-{n}": "x" for n in range(51)}
            | {f"tos_uri#xx-{n}": "https://a/" for n in range(51)},
            "there are more than 100 members with a language tag",
        ),
    ],
)
def test_rfc7591_3_2_2_invalid_client_metadata_names_the_member(metadata: Mapping[str, object], sentence: str) -> None:
    assert refusal(metadata).startswith(sentence)


@pytest.mark.parametrize("uris", [None, []])
def test_rfc7591_2_1_the_code_needs_somewhere_to_go(uris: object) -> None:
    assert redirect_refusal(WEB | {"redirect_uris": uris}) == "redirect_uris must name at least one address"


@pytest.mark.parametrize("name", ["redirect_uris", "post_logout_redirect_uris"])
def test_rfc7591_3_2_2_invalid_redirect_uri_names_the_address(name: str) -> None:
    sentence = redirect_refusal(WEB | {name: ["https://box.example/cb", "http://box.example/cb"]})
    assert sentence.startswith(f"{name}: http://box.example/cb is not acceptable: it must be https")


@pytest.mark.parametrize(
    "uri", ["javascript:alert(1)", "JAVASCRIPT://box.example/%0aalert(1)", "data:,x", "https://box.example/#"]
)
def test_j_no_application_type_makes_a_bad_address_good(uri: str) -> None:
    for metadata in (WEB, NATIVE):
        for name in ("redirect_uris", "post_logout_redirect_uris"):
            assert redirect_refusal(metadata | {name: [uri]})


def test_house_7_private_schemes_are_ours_to_judge() -> None:
    assert ClientMetadata.register(NATIVE).redirect_uris == ("com.example.box:/cb", "http://127.0.0.1/cb")
    assert "application_type native only" in redirect_refusal(NATIVE | {"application_type": "web"})


def test_house_7_authlib_is_heard_where_we_have_no_objection() -> None:
    assert refusal(WEB | {"redirect_uris": ["https://[::::]/cb"]}) == "redirect_uris is not valid"


@pytest.mark.incident("CVE-2026-67336")
def test_rfc9700_2_1_1_a_public_client_cannot_do_without_pkce() -> None:
    metadata = WEB | {"token_endpoint_auth_method": "none", "require_pkce": False}
    assert refusal(metadata) == "require_pkce must be true where token_endpoint_auth_method is none"


@pytest.mark.parametrize("promise", PROMISES)
def test_b_a_protection_not_offered_is_refused_not_forgotten(promise: str) -> None:
    assert refusal(WEB | {promise: True}) == f"{promise} is not offered here; leave it out"
    assert registered(**{promise: False}) == registered()


def test_rfc7591_2_2_members_in_other_languages() -> None:
    client = registered(**{"client_name#DE": "Fotokiste", "tos_uri#de-AT": "https://box.example/agb", "scope#de": "x"})
    assert client.localized == {"client_name#de": "Fotokiste", "tos_uri#de-at": "https://box.example/agb"}


def test_rfc7591_2_2_a_hundred_languages_are_enough() -> None:
    assert len(registered(**{f"client_name#xx-{n}": "x" for n in range(100)}).localized) == 100


def test_d1_pages_of_a_public_web_client_may_read_its_tokens() -> None:
    spa = WEB | {
        "token_endpoint_auth_method": "none",
        "redirect_uris": ["https://Box.example/a", "https://box.example/b"],
    }
    assert ClientMetadata.register(spa).allowed_origins == ("https://box.example",)
    assert ClientMetadata.register(spa | {"allowed_origins": []}).allowed_origins == ()
    assert ClientMetadata.register(spa | {"allowed_origins": ["https://x.example"]}).allowed_origins == (
        "https://x.example",
    )


@pytest.mark.incident("CVE-2024-41657")
def test_d1_pages_of_other_clients_may_not() -> None:
    assert registered().allowed_origins == ()
    assert ClientMetadata.register(NATIVE).allowed_origins == ()
    assert refusal(WEB | {"allowed_origins": ["*"]}).startswith("allowed_origins is not acceptable")
    assert refusal(WEB | {"allowed_origins": ["null"]}).startswith("allowed_origins is not acceptable")


def test_each_localizable_member_is_a_member() -> None:
    assert KINDS.keys() >= LOCALIZABLE


@given(st.dictionaries(st.sampled_from([*sorted(KINDS), *PROMISES, "client_name#de", "jwks"]), ANYTHING))
def test_rfc7591_3_2_2_any_json_is_registered_or_refused(members: dict[str, object]) -> None:
    try:
        client = ClientMetadata.register(WEB | members)
    except (InvalidClientMetadata, InvalidRedirectUri):
        return
    assert ClientMetadata.from_json(client.to_json()) == client
