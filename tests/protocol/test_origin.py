"""The source that covers a redirect URI in a policy's form-action (Content Security Policy Level 3 §2.3.1)."""

import pytest

from idp.protocol.redirect_uri import origin_of
from idp.protocol.uri import BadUri

pytestmark = pytest.mark.section("RFC 9700 §4.1.3")


@pytest.mark.parametrize(
    ("uri", "source"),
    [
        ("https://App.Example.org/cb?x", "https://app.example.org"),
        ("https://app.example.org:8443/cb", "https://app.example.org:8443"),
        ("http://127.0.0.1:51004/cb", "http://127.0.0.1:51004"),
        ("com.example.App:/cb", "com.example.app:"),
        ("myapp://callback", "myapp:"),
        ("http://[::1]:3000/cb", "http:"),
    ],
)
def test_csp3_2_3_1_the_source_of_form_action(uri: str, source: str) -> None:
    assert origin_of(uri) == source


@pytest.mark.parametrize("uri", ["", "https://a b/", "https://a/;\nscript-src *", "https://a;script-src/"])
def test_csp3_2_3_1_no_text_breaks_out_of_the_policy(uri: str) -> None:
    with pytest.raises(BadUri):
        origin_of(uri)
