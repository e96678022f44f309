"""OpenID Connect Back-Channel Logout 1.0 §2.2: where an app is told that a sign-in is over."""

import pytest

from idp.protocol.client_metadata import ClientMetadata
from tests.protocol.test_client_registration import WEB, refusal, registered

pytestmark = pytest.mark.section("OpenID Connect Back-Channel Logout 1.0 §2.2")


@pytest.mark.parametrize(
    "uri",
    [
        "http://box.example/logout",
        "https://box.example/logout#now",
        "https://user@box.example/logout",
        "javascript:alert(1)",
        "com.example.box:/logout",
        "/logout",
    ],
)
def test_an_app_is_told_of_sign_outs_at_an_https_address(uri: str) -> None:
    assert refusal(WEB | {"backchannel_logout_uri": uri}).startswith("backchannel_logout_uri")


def test_where_and_how_an_app_is_told_of_sign_outs_is_registered() -> None:
    assert registered().backchannel_logout_uri == ""
    here = registered(backchannel_logout_uri="http://127.0.0.1:5000/out", backchannel_logout_session_required=True)
    assert here.backchannel_logout_uri == "http://127.0.0.1:5000/out"
    assert here.backchannel_logout_session_required
    assert ClientMetadata.from_json(here.to_json()) == here
    assert refusal(WEB | {"backchannel_logout_session_required": "yes"}) == (
        "backchannel_logout_session_required must be true or false"
    )
