"""RFC 7591 §2, §2.2: what is registered about an app, as a value."""

import json
from dataclasses import fields

import pytest

from idp.protocol.client_members import KINDS
from idp.protocol.client_metadata import ClientMetadata

pytestmark = [pytest.mark.section("RFC 7591 §2"), pytest.mark.section("RFC 7591 §2.2")]

BOX = ClientMetadata.register(
    {
        "client_name": "Photo Box",
        "client_name#de": "Fotokiste",
        "client_name#pt-BR": "Caixa de fotos",
        "policy_uri": "https://box.example/privacy",
        "policy_uri#de": "https://box.example/datenschutz",
        "redirect_uris": ["https://box.example/cb"],
        "post_logout_redirect_uris": ["https://box.example/bye"],
        "scope": "openid email",
        "contacts": ["dev@box.example"],
        "default_max_age": 0,
    }
)


def test_rfc7591_2_what_is_stored_is_what_is_read() -> None:
    assert ClientMetadata.from_json(BOX.to_json()) == BOX


def test_a_default_that_changes_later_changes_no_stored_client() -> None:
    assert json.loads(BOX.to_json()).keys() == {member.name for member in fields(ClientMetadata)}


def test_metadata_that_another_version_stored_is_read() -> None:
    stored = json.loads(BOX.to_json())
    del stored["software_id"]
    assert ClientMetadata.from_json(json.dumps(stored | {"invented_later": [1]})) == BOX


def test_each_member_has_a_rule_and_each_rule_a_member() -> None:
    assert KINDS.keys() | {"localized", "published_at"} == {member.name for member in fields(ClientMetadata)}


@pytest.mark.parametrize(
    ("locale", "name"),
    [
        ("de", "Fotokiste"),
        ("de-AT", "Fotokiste"),
        ("DE_ch", "Fotokiste"),
        ("pt-BR", "Caixa de fotos"),
        ("pt", "Photo Box"),
    ],
)
def test_rfc7591_2_2_an_app_is_called_by_its_name_in_the_persons_language(locale: str, name: str) -> None:
    assert BOX.localized_name(locale) == name


def test_rfc7591_2_2_each_member_has_languages_of_its_own() -> None:
    assert BOX.localized_text("policy_uri", "de-AT") == "https://box.example/datenschutz"
    assert BOX.localized_text("policy_uri", "pt-BR") == "https://box.example/privacy"
    assert BOX.localized_text("tos_uri", "de") == ""


def test_rfc6749_2_3_1_a_confidential_client_may_use_either_method_unless_it_pinned_one() -> None:
    assert BOX.auth_methods == ("client_secret_basic", "client_secret_post")
    assert not BOX.public
    assert ClientMetadata(token_endpoint_auth_method="client_secret_basic").auth_methods == ("client_secret_basic",)


def test_rfc6749_2_1_a_public_client_authenticates_by_nothing() -> None:
    public = ClientMetadata(token_endpoint_auth_method="none")
    assert public.public
    assert public.auth_methods == ("none",)


def test_rfc8252_7_3_only_a_native_app_may_vary_its_port() -> None:
    web = ClientMetadata(redirect_uris=("http://127.0.0.1/cb",))
    native = ClientMetadata(redirect_uris=("http://127.0.0.1/cb",), application_type="native")
    assert web.accepts_redirect("http://127.0.0.1/cb")
    assert not web.accepts_redirect("http://127.0.0.1:8000/cb")
    assert native.accepts_redirect("http://127.0.0.1:8000/cb")


@pytest.mark.incident("CVE-2023-6291")
@pytest.mark.parametrize("uri", ["https://box.example/cb", "https://box.example/bye/", "https://box.example/bye?x", ""])
def test_rp_initiated_logout_3_1_a_person_is_sent_to_a_registered_address_only(uri: str) -> None:
    assert BOX.accepts_post_logout_redirect("https://box.example/bye")
    assert not BOX.accepts_post_logout_redirect(uri)


def test_a_slip_of_the_pen_can_be_found() -> None:
    assert ClientMetadata.unknown({"client_name#de": "x", "redirect_uri": "x", "scope": "x", "localized": {}}) == (
        "redirect_uri",
        "localized",
    )
