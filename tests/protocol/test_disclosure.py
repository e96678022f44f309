"""What a developer may read of a request: enough to mend it, and nothing that opens anything."""

from idp.protocol import disclosure
from idp.protocol.parameters import Parameters

SECRET = "Zk9_".ljust(43, "x")


def told(query: str) -> dict[str, str | int]:
    return disclosure.of_parameters(Parameters.parse(query.encode()))


def test_what_opens_nothing_is_told_as_it_came() -> None:
    assert told("scope=openid+email&redirect_uri=https%3A%2F%2Fa.example%2Fcb%3Fx%3D1&prompt=none") == {
        "scope": "openid email",
        "redirect_uri": "https://a.example/cb?x=1",
        "prompt": "none",
    }


def test_of_everything_else_only_the_length() -> None:
    names = ("code", "code_verifier", "state", "nonce", "client_secret", "refresh_token", "token", "login_hint", "foo")
    assert told("&".join(f"{name}=abc" for name in names)) == dict.fromkeys(names, 3)


def test_a_secret_in_a_wrong_place_is_not_told_either() -> None:
    assert told(f"scope={SECRET}&client_id={SECRET}&{SECRET}=1") == {"scope": "...", "client_id": "...", "...": 1}


def test_it_is_bounded() -> None:
    assert told("scope=" + "a " * 400)["scope"] == "a " * 100
    assert len(told("&".join(f"n{number}=1" for number in range(60)))) == disclosure.MOST
    assert max(map(len, told("n." * 200 + "=1"))) == disclosure.LONGEST_NAME


def test_of_headers_what_kind_of_proof_there_was() -> None:
    sent = {"Authorization": f"Basic {SECRET}", "DPoP": "a.b.c", "Content-Type": "text/plain\x00", "Cookie": SECRET}
    assert disclosure.of_headers(sent) == {"Authorization": "Basic", "DPoP": 5, "Content-Type": "text/plain"}
    assert disclosure.of_headers({"Authorization": SECRET}) == {"Authorization": 43}
    assert disclosure.of_headers({}) == {}
