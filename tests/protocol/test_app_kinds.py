"""The kinds of app a developer chooses from: what each comes to, and what a change of kind leaves alone."""

from typing import Any

import pytest

from idp.protocol import app_kinds
from idp.protocol.app_kinds import DEVICE_CODE, Kind, become, kind_of
from idp.protocol.client_metadata import ClientMetadata

HOME = ["https://photobox.example/callback"]
WEB = {"redirect_uris": HOME, "scope": "openid offline_access"}


def registered(kind: Kind, before: ClientMetadata | None = None, **changes: Any) -> ClientMetadata:
    return ClientMetadata.register(become(kind, changes, before))


@pytest.mark.parametrize(
    ("kind", "changes", "method", "grants"),
    [
        (Kind.WEB, WEB, "client_secret_basic", ("authorization_code", "refresh_token")),
        (Kind.SINGLE_PAGE, {"redirect_uris": HOME}, "none", ("authorization_code",)),
        (Kind.NATIVE, {"redirect_uris": ["com.example.app:/callback"]}, "none", ("authorization_code",)),
        (Kind.SERVICE, {"scope": "orders"}, "client_secret_basic", ("client_credentials",)),
    ],
)
def test_each_kind_sets_the_protocol(kind: Kind, changes: dict[str, Any], method: str, grants: tuple[str, ...]) -> None:
    app = registered(kind, **changes)
    assert kind_of(app) is kind
    assert app.token_endpoint_auth_method == method
    assert app.grant_types == grants
    assert app.require_pkce


def test_a_device_asks_by_its_own_grant_and_is_sent_nowhere() -> None:
    said = become(Kind.DEVICE, {"scope": "openid offline_access", "redirect_uris": HOME})
    assert said["grant_types"] == [DEVICE_CODE, "refresh_token"]
    assert said["redirect_uris"] == said["response_types"] == []
    assert (said["application_type"], said["token_endpoint_auth_method"]) == ("native", "none")
    assert kind_of(ClientMetadata(grant_types=(DEVICE_CODE,))) is Kind.DEVICE


def test_a_kind_is_offered_where_its_grant_is() -> None:
    assert app_kinds.offered(("authorization_code",)) == (Kind.WEB, Kind.SINGLE_PAGE, Kind.NATIVE)
    assert Kind.SERVICE in app_kinds.offered()
    assert app_kinds.offered((DEVICE_CODE,)) == (Kind.DEVICE,)


def test_another_kind_takes_its_own_method_and_origins() -> None:
    page = registered(Kind.SINGLE_PAGE, **WEB)
    assert page.allowed_origins == ("https://photobox.example",)
    web = registered(Kind.WEB, page)
    assert web.token_endpoint_auth_method == "client_secret_basic"
    assert web.allowed_origins == ()
    assert registered(Kind.SERVICE, web).redirect_uris == ()


def test_origins_follow_the_addresses_unless_somebody_chose_them() -> None:
    page = registered(Kind.SINGLE_PAGE, **WEB)
    assert registered(Kind.SINGLE_PAGE, page, redirect_uris=["https://new.example/in"]).allowed_origins == (
        "https://new.example",
    )
    chosen = registered(Kind.SINGLE_PAGE, page, allowed_origins=["https://other.example"])
    assert registered(Kind.SINGLE_PAGE, chosen, redirect_uris=["https://new.example/in"]).allowed_origins == (
        "https://other.example",
    )


def test_a_save_without_a_change_changes_nothing() -> None:
    """Not even what a form of ours would never make."""
    for members in (
        {"redirect_uris": HOME, "grant_types": ["authorization_code", "refresh_token"]},
        {"redirect_uris": HOME, "application_type": "native"},
        {"redirect_uris": HOME, "token_endpoint_auth_method": "client_secret_post", "client_name#de": "Fotokiste"},
        {"redirect_uris": HOME, "grant_types": ["authorization_code", "client_credentials"], "scope": ""},
    ):
        before = ClientMetadata.register(members)
        assert registered(kind_of(before), before) == before


def test_access_while_away_comes_and_goes_with_its_scope() -> None:
    web = registered(Kind.WEB, **WEB)
    assert "refresh_token" in web.grant_types
    assert "refresh_token" not in registered(Kind.WEB, web, scope="openid").grant_types
    by_the_operator = ClientMetadata.register(
        {"redirect_uris": HOME, "grant_types": ["authorization_code", "refresh_token"]}
    )
    assert "refresh_token" in registered(Kind.WEB, by_the_operator, scope="openid").grant_types


def test_a_member_is_taken_out() -> None:
    before = registered(Kind.WEB, redirect_uris=HOME, tos_uri="https://photobox.example/terms")
    assert registered(Kind.WEB, before, tos_uri=None).tos_uri == ""


@pytest.mark.parametrize(
    ("members", "tried_out"),
    [
        ({"redirect_uris": ["http://localhost:3000/in", "http://127.0.0.1/in"]}, True),
        ({"redirect_uris": ["http://localhost:3000/in", *HOME]}, False),
        ({"redirect_uris": ["http://127.0.0.1/in"], "application_type": "native"}, False),
        ({"grant_types": ["client_credentials"]}, False),
    ],
)
def test_what_leads_to_the_developers_own_machine_is_tried_out(members: dict[str, Any], tried_out: bool) -> None:
    assert app_kinds.is_tried_out(ClientMetadata.register(members)) is tried_out
