"""The form that is made from a list: each member is read, checked by the rules of every registration, and kept."""

import pytest

from idp.pages.developers import advanced
from idp.protocol.client_metadata import MEMBERS
from idp.settings.load import Settings
from tests.developers.console import CALLBACK, Developer
from tests.people import Person

NEVER_HERE = {
    *(
        "first_party",
        "reviewed",
        "require_pkce",
        "require_second_factor",
        "grant_types",
        "scope_sentences",
        "resources",
    ),
    *("exchange_from", "exchange_to", "exchange_impersonates", "trusted_issuers", "allowed_origins", "id_token_claims"),
}


def saves(dev: Developer, **typed: str) -> str:
    return dev.submits(dev.opens("/advanced"), "default_max_age", **typed).text


def test_all_kinds_of_value_are_kept_and_shown_again(dev: Developer) -> None:
    said = saves(
        dev,
        token_endpoint_auth_method="client_secret_post",
        default_max_age="300",
        require_auth_time="1",
        default_acr_values="phr phrh",
        optional_scopes="email",
        access_token_format="jwt",
        access_token_lifetime="300",
        request_uris="https://photobox.example/request.jwt",
        subject_type="pairwise",
        backchannel_logout_uri="https://photobox.example/logout",
    )
    assert "Your changes are saved." in said
    metadata = dev.app.metadata
    assert metadata.token_endpoint_auth_method == "client_secret_post"
    assert metadata.default_max_age == 300
    assert metadata.require_auth_time
    assert metadata.default_acr_values == ("phr", "phrh")
    assert metadata.optional_scopes == ("email",)
    assert metadata.access_token_format == "jwt"
    assert (metadata.access_token_lifetime, metadata.id_token_lifetime) == (300, None)
    assert metadata.request_uris == ("https://photobox.example/request.jwt",)
    assert metadata.subject_type == "pairwise"
    again = dev.opens("/advanced").form("default_max_age").fields
    assert (again["default_max_age"], again["require_auth_time"], again["optional_scopes"]) == ("300", "1", "email")
    saves(dev, default_max_age="", backchannel_logout_uri="", default_acr_values="")
    metadata = dev.app.metadata
    assert (metadata.default_max_age, metadata.backchannel_logout_uri, metadata.default_acr_values) == (None, "", ())


def test_each_setting_stands_under_its_name_in_a_registration_too(dev: Developer) -> None:
    page = dev.opens("/advanced")
    for member in page.form("default_max_age").names - {"csrf_token"}:
        assert f" {member} " in page.text


WRONG = (
    ({"default_max_age": "soon"}, "Enter a whole number of seconds."),
    ({"id_token_lifetime": "59"}, "id_token_lifetime must be a whole number of seconds between 60 and 86400"),
    ({"id_token_signed_response_alg": "none"}, "Choose one from the list."),
    ({"backchannel_logout_uri": "http://photobox.example/"}, "backchannel_logout_uri must be an https address"),
    ({"id_token_encrypted_response_enc": "A256GCM"}, "id_token_encrypted_response_enc needs"),
    ({"optional_scopes": "openid"}, "optional_scopes may hold scopes of scope"),
    ({"token_endpoint_auth_method": "none"}, "Choose one from the list."),
)


def test_what_is_wrong_is_said_beside_its_field(dev: Developer) -> None:
    before = dev.app.metadata
    for typed, said in WRONG:
        page = dev.submits(dev.opens("/advanced"), "default_max_age", **typed)
        assert page.status == 422
        assert said in page.text
    assert dev.app.metadata == before


class TestFewerKeys:
    @pytest.fixture
    def settings(self, settings: Settings) -> Settings:
        return settings.model_copy(update={"keys": settings.keys.model_copy(update={"algorithms": ("RS256",)})})

    def test_what_no_key_here_signs_is_not_promised(self, dev: Developer) -> None:
        page = dev.submits(dev.opens("/advanced"), "default_max_age", userinfo_signed_response_alg="EdDSA")
        assert page.status == 422
        assert "userinfo_signed_response_alg must be RS256" in page.text


def test_an_app_without_a_secret_is_not_asked_how_it_sends_one(alice: Person) -> None:
    assert "How the secret is sent" not in Developer.of(alice, kind="spa", redirects=CALLBACK).opens("/advanced").text


def test_the_list_names_members_there_are_and_none_of_the_operators(dev: Developer) -> None:
    with dev.person.server.test_request_context():
        named = [one.member for part in advanced.parts(dev.app.metadata) for one in part.settings]
    assert set(named) <= MEMBERS
    assert len(named) == len(set(named))
    assert not set(named) & NEVER_HERE
