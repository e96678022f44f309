"""RFC 7591 §2, §3.2.1: what becomes of what an app says of itself when nobody looks."""

import json
from dataclasses import replace
from typing import Any

import pytest

from idp.protocol import backchannel, device_flow
from idp.protocol.client_members import KINDS
from idp.protocol.client_metadata import ClientMetadata
from idp.protocol.errors import InvalidClientMetadata, InvalidRedirectUri
from idp.protocol.machine_registration import (
    LARGEST_SECTOR,
    MAY_SAY,
    Policy,
    check_sector,
    is_among,
    registered,
    shown,
    updated,
)
from idp.protocol.scope import Scope

pytestmark = [pytest.mark.section("RFC 7591 §2"), pytest.mark.section("OpenID Connect Registration §2")]

POLICY = Policy(Scope.parse("openid email offline_access"), ("authorization_code", "refresh_token"))
WEB: dict[str, object] = {"redirect_uris": ["https://box.example/cb"]}


def sent_back(client: ClientMetadata) -> dict[str, Any]:
    said: dict[str, Any] = json.loads(json.dumps(shown(client)))
    return said


def web(**members: object) -> ClientMetadata:
    return registered(WEB | members, POLICY)


def refusal(**members: object) -> str:
    with pytest.raises(InvalidClientMetadata) as refused:
        web(**members)
    return refused.value.description


def test_the_defaults_are_those_of_the_specification() -> None:
    client = web()
    assert client.token_endpoint_auth_method == "client_secret_basic"
    assert client.grant_types == ("authorization_code",)
    assert client.response_types == ("code",)
    assert client.application_type == "web"
    assert client.scope == POLICY.scopes
    assert client.id_token_claims == ()
    assert client.require_pkce
    assert not client.reviewed


def test_null_is_as_good_as_absent() -> None:
    assert web(client_name=None, grant_types=None, scope=None) == web()


@pytest.mark.parametrize("name", sorted(KINDS.keys() - MAY_SAY))
def test_what_an_operator_alone_may_say_is_not_heard(name: str) -> None:
    """A member that is new is the operator's until somebody writes it into MAY_SAY."""
    assert web(**{name: "whatever"}) == web()


def test_a_confidential_app_may_do_without_pkce_where_the_policy_says_so() -> None:
    lax = replace(POLICY, require_pkce=False)
    assert not registered(WEB, lax).require_pkce
    assert registered(WEB | {"token_endpoint_auth_method": "none"}, lax).require_pkce


@pytest.mark.section("RFC 7591 §3.2.1")
def test_what_is_too_much_of_a_list_is_left_out() -> None:
    client = web(grant_types=["authorization_code", "implicit"], response_types=["code", "token"], scope="email x")
    assert (client.grant_types, client.response_types) == (("authorization_code",), ("code",))
    assert str(client.scope) == "email"


def test_what_leaves_nothing_is_refused() -> None:
    assert "authorization_code" in refusal(grant_types=["password"])
    assert "openid email" in refusal(scope="files.read")
    assert "scope" in refusal(scope='"')


@pytest.mark.parametrize("name", ["grant_types", "response_types", "scope", "redirect_uris", "application_type"])
def test_what_has_another_shape_is_told_so(name: str) -> None:
    assert name in refusal(**{name: 7})


def test_an_empty_list_is_no_choice() -> None:
    assert "grant_types" in refusal(grant_types=[])
    assert "response_types" in refusal(response_types=[])


@pytest.mark.section("RFC 8252 §7")
@pytest.mark.parametrize(
    ("uris", "kind"),
    [
        (["http://127.0.0.1/cb", "com.example.box:/cb"], "native"),
        (["http://localhost:33418/"], "native"),
        (["https://box.example/cb", "http://127.0.0.1/cb"], "web"),
    ],
)
def test_an_app_on_somebodys_own_machine_is_native(uris: list[str], kind: str) -> None:
    assert web(redirect_uris=uris, token_endpoint_auth_method="none").application_type == kind


def test_its_own_word_counts() -> None:
    uris = ["http://localhost:33418/"]
    assert web(redirect_uris=uris, application_type="web").application_type == "web"


def test_an_address_that_cannot_be_read_is_refused_for_what_it_is() -> None:
    with pytest.raises(InvalidRedirectUri):
        web(redirect_uris=["no address"])


def test_addresses_may_be_held_to_hosts() -> None:
    policy = replace(POLICY, redirect_hosts=("box.example", ".shops.example"))
    for uri in ("https://box.example/cb", "https://a.shops.example:8443/cb"):
        assert registered({"redirect_uris": [uri]}, policy)
    for uri in ("https://a.box.example/cb", "https://shops.example/cb", "com.example.box:/cb"):
        with pytest.raises(InvalidRedirectUri) as refused:
            registered({"redirect_uris": [uri], "application_type": "native"}, policy)
        assert "box.example" in refused.value.description
    with pytest.raises(InvalidRedirectUri):
        registered(WEB | {"post_logout_redirect_uris": ["https://evil.example/"]}, policy)


def test_a_host_is_one_of_them_or_below_one() -> None:
    assert not is_among(None, ("a.example",))
    assert not is_among("evila.example", (".a.example",))


def test_a_policy_is_stored_and_read() -> None:
    policy = Policy(
        Scope.parse("a b"), ("client_credentials",), (".a.example",), require_pkce=False, details=("payment",)
    )
    assert Policy.from_json(policy.to_json()) == policy


@pytest.mark.section("RFC 7591 §3.2.1")
def test_what_is_shown_can_be_sent_back_and_changes_nothing() -> None:
    """RFC 7592 §2.2: an update says all of it again."""
    client = web(client_name="Box", **{"client_name#DE": "Kiste"}, contacts=["a@box.example"], default_max_age=0)
    said = sent_back(client)
    assert said["client_name#de"] == "Kiste"
    assert said["scope"] == "openid email offline_access"
    assert said["default_max_age"] == 0
    assert "logo_uri" not in said
    assert "reviewed" not in said
    assert registered(said, POLICY) == client
    assert updated(client, said, POLICY) == client


def test_how_to_encrypt_is_shown_where_something_is_encrypted() -> None:
    key = {"kty": "EC", "crv": "P-256", "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "use": "enc"}
    keys = {"keys": [key | {"y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0"}]}
    said = sent_back(web(id_token_encrypted_response_alg="ECDH-ES", jwks=keys))
    assert {name for name in said if name.endswith("_enc")} == {"id_token_encrypted_response_enc"}


def test_a_program_without_people_shows_that_it_has_no_address() -> None:
    service = registered({"grant_types": ["client_credentials"]}, replace(POLICY, grant_types=("client_credentials",)))
    assert shown(service)["redirect_uris"] == shown(service)["response_types"] == ()


@pytest.mark.section("RFC 7592 §2.2")
def test_an_update_keeps_what_an_operator_set_and_loses_what_was_said_of_the_app() -> None:
    looked_at = replace(web(client_name="Box"), reviewed=True, first_party=True, require_second_factor=True)
    assert updated(looked_at, sent_back(looked_at), POLICY) == looked_at
    after = updated(looked_at, sent_back(looked_at) | {"client_name": "Bank"}, POLICY)
    assert after.require_second_factor
    assert not after.reviewed
    assert not after.first_party


@pytest.mark.section("OpenID Connect Registration §5")
def test_a_sector_names_all_addresses() -> None:
    app = web(redirect_uris=["https://a.example/cb", "https://b.example/cb"])
    check_sector('["https://b.example/cb", 7, "https://a.example/cb"]', app)
    for document in ("{}", "[", '["https://a.example/cb"]', f'["{"x" * LARGEST_SECTOR}"]'):
        with pytest.raises(InvalidClientMetadata) as refused:
            check_sector(document, app)
        assert refused.value.description.startswith("sector_identifier_uri")


@pytest.mark.section("OpenID CIBA Core 1.0 §4")
@pytest.mark.parametrize("grant_type", [device_flow.GRANT_TYPE, backchannel.GRANT_TYPE])
def test_who_gets_tokens_at_no_address_of_a_sector_proves_to_be_of_it(grant_type: str) -> None:
    """Both lists of the bank are public: whoever names its addresses must hold its key, too."""
    policy = replace(POLICY, grant_types=(grant_type, "authorization_code"))
    mode = {"backchannel_token_delivery_mode": "poll"} if grant_type == backchannel.GRANT_TYPE else {}
    lure = {**WEB, **mode, "grant_types": [grant_type, "authorization_code"], "subject_type": "pairwise"}
    with pytest.raises(InvalidClientMetadata, match="pairwise"):
        registered(lure, policy)
    sector = {"sector_identifier_uri": "https://box.example/apps.json", "jwks_uri": "https://box.example/keys"}
    with pytest.raises(InvalidClientMetadata, match="pairwise"):
        registered(lure | sector, policy)
    honest = registered(lure | sector | {"token_endpoint_auth_method": "private_key_jwt"}, policy)
    with pytest.raises(InvalidClientMetadata, match="the list there does not hold"):
        check_sector('["https://box.example/cb"]', honest)
    check_sector('["https://box.example/cb", "https://box.example/keys"]', honest)
    assert registered(lure | {"subject_type": "public"}, policy)


@pytest.mark.section("RFC 9396 §10")
def test_no_app_opens_an_api_to_itself_by_naming_its_details() -> None:
    said = WEB | {"authorization_details_types": ["payment", "note"]}
    assert registered(said, replace(POLICY, details=("note",))).authorization_details_types == ("note",)
    with pytest.raises(InvalidClientMetadata, match="authorization_details_types may hold nothing here"):
        registered(said, POLICY)
    assert (
        Policy.from_json('{"scopes": "a", "grant_types": [], "redirect_hosts": [], "require_pkce": true}').details == ()
    )
