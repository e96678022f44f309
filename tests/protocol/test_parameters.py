"""RFC 6749 §3.1, §3.2 and Appendix B: parameters as octets, and as values."""

from urllib.parse import quote_from_bytes, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.protocol.errors import InvalidRequest
from idp.protocol.parameters import LONGEST, MOST, Parameters

pytestmark = [pytest.mark.section("RFC 6749 §3.1"), pytest.mark.section("RFC 6749 §3.2")]

PRINTABLE = st.text(st.characters(exclude_categories=["Cc", "Cs"]), max_size=40)


def refusal(encoded: bytes) -> str:
    with pytest.raises(InvalidRequest) as refused:
        Parameters.parse(encoded)
    return refused.value.description


def test_rfc6749_b_form_encoding_is_undone_once() -> None:
    parameters = Parameters.parse(b"scope=openid+profile&state=a%2Bb%26c%3Dd%2525&name=Zo%C3%AB&flag&&=")
    assert parameters.get("scope") == "openid profile"
    assert parameters.get("state") == "a+b&c=d%25"
    assert parameters.get("name") == "Zoë"


def test_rfc6749_b_octets_that_were_not_escaped_are_utf_8_too() -> None:
    assert Parameters.parse("name=Zoë".encode()).get("name") == "Zoë"


def test_rfc6749_b_only_the_first_equals_sign_parts_name_and_value() -> None:
    assert Parameters.parse(b"state=a=b=").get("state") == "a=b="


def test_rfc6749_3_1_a_parameter_without_a_value_is_absent() -> None:
    parameters = Parameters.parse(b"state=&nonce&scope=openid")
    assert parameters.get("state") is None
    assert parameters.get("nonce") is None
    assert "state" not in parameters
    assert "scope" in parameters
    assert "unheard_of" not in parameters
    assert 1 not in parameters


def test_rfc6749_3_1_names_are_case_sensitive() -> None:
    assert Parameters.parse(b"State=1").get("state") is None


def test_rfc6749_3_1_a_parameter_that_came_twice_has_no_value() -> None:
    parameters = Parameters.parse(b"client_id=a&client_id=b&state=s")
    assert parameters.duplicates == {"client_id"}
    assert parameters.get("state") == "s"
    with pytest.raises(InvalidRequest, match="client_id was sent more than once"):
        parameters.get("client_id")


@pytest.mark.parametrize("encoded", [b"a=1&a=1", b"a=1&a=", b"a&a", b"a=1&%61=2"])
def test_rfc6749_3_1_equal_empty_and_disguised_repetitions_count(encoded: bytes) -> None:
    with pytest.raises(InvalidRequest, match="a was sent more than once"):
        Parameters.parse(encoded).refuse_duplicates()


def test_rfc6749_3_1_parameters_sent_once_pass() -> None:
    Parameters.parse(b"a=1&b=2").refuse_duplicates()


def test_c3_a_value_may_be_bounded_by_who_asks() -> None:
    parameters = Parameters.of({"nonce": "n" * 512})
    assert parameters.get("nonce", at_most=512) == "n" * 512
    with pytest.raises(InvalidRequest, match="nonce is longer than 511 characters"):
        parameters.get("nonce", at_most=511)


def test_c3_more_than_8192_bytes_are_refused() -> None:
    longest = b"state=" + b"a" * (LONGEST - 6)
    assert Parameters.parse(longest).get("state")
    assert refusal(longest + b"a") == "the parameters are longer than 8192 bytes"


def test_more_than_64_parameters_are_refused() -> None:
    many = [f"p{number}=1" for number in range(MOST)]
    assert Parameters.parse("&".join(many).encode()).get("p63") == "1"
    assert refusal("&".join([*many, "last=1"]).encode()) == "there are more than 64 parameters"


def test_separators_alone_are_no_parameters() -> None:
    assert repr(Parameters.parse(b"&" * LONGEST)) == "Parameters()"


@pytest.mark.parametrize("encoded", [b"a=\xff", b"a=%FF", b"%C3=1", b"a=%ED%A0%80", b"a=%C0%AF"])
def test_rfc6749_b_what_is_not_utf_8_is_refused(encoded: bytes) -> None:
    assert refusal(encoded).endswith("not UTF-8")


@pytest.mark.incident("node-oidc-provider 9.x")
@pytest.mark.parametrize("encoded", [b"a=%", b"a=100%&b=1", b"a=%4", b"a=%zz", b"%u0041=1"])
def test_rfc6749_b_a_broken_escape_is_refused_not_guessed(encoded: bytes) -> None:
    assert refusal(encoded) == "a percent sign in the parameters is not followed by two hexadecimal digits"


@pytest.mark.parametrize("encoded", [b"a=%00", b"a=x%0D%0ASet-Cookie:y", b"a=\n", b"a=%7F", b"a=%C2%85", b"a=%1b[2J"])
def test_control_characters_are_refused_wherever_they_hide(encoded: bytes) -> None:
    assert refusal(encoded) == "a holds a control character"


def test_control_characters_in_a_name_are_refused() -> None:
    assert refusal(b"a%00=1") == "a? holds a control character"


def test_core_5_5_json_may_be_indented() -> None:
    assert Parameters.parse(b"claims=%7B%0A%09%7D").get("claims") == "{\n\t}"
    assert refusal(b"claims=%7B%00%7D") == "claims holds a control character"


def test_spaces_that_are_not_ascii_are_text() -> None:
    assert Parameters.parse(b"login_hint=a%C2%A0b").get("login_hint") == "a\u00a0b"


def test_values_are_hidden_where_parameters_are_shown() -> None:
    shown = repr(Parameters.of({"client_secret": "s3cret", "m" * 40: "x", "n" * 41: "x"}))
    assert shown == f"Parameters(client_secret, {'m' * 40}, {'n' * 40}...)"


@given(st.dictionaries(PRINTABLE, PRINTABLE, max_size=20))
def test_rfc6749_b_what_was_encoded_is_what_is_read(values: dict[str, str]) -> None:
    parameters = Parameters.of(values)
    assert {name: parameters.get(name) or "" for name in values} == values
    assert not parameters.duplicates


@given(st.lists(st.tuples(PRINTABLE.filter(bool), PRINTABLE), min_size=1, max_size=20))
def test_rfc6749_3_1_exactly_the_repeated_names_are_duplicates(pairs: list[tuple[str, str]]) -> None:
    names = [name for name, _ in pairs]
    parameters = Parameters.parse(urlencode(pairs).encode())
    assert parameters.duplicates == {name for name in names if names.count(name) > 1}


@given(st.binary(max_size=300))
def test_rfc6749_b_octets_are_read_as_they_were_meant_or_refused(octets: bytes) -> None:
    encoded = b"a=" + quote_from_bytes(octets, safe="").encode()
    try:
        value = Parameters.parse(encoded).get("a")
    except InvalidRequest:
        return
    assert (value or "").encode() == octets
    assert (value or "").translate(dict.fromkeys(range(32))) == (value or "")


def test_rfc6749_3_1_what_is_passed_on_is_all_of_it_as_a_copy() -> None:
    parameters = Parameters.parse(b"code=a%2Bb&state=&user=%7B%7D")
    passed_on = parameters.as_sent()
    assert passed_on == {"code": "a+b", "state": "", "user": "{}"}
    passed_on["code"] = "x"
    assert parameters.get("code") == "a+b"


@pytest.mark.section("RFC 6749 §5.2")
def test_rfc6749_5_2_what_is_missing_is_named() -> None:
    parameters = Parameters.of({"token": "t", "code": ""})
    assert parameters.require("token") == "t"
    for name in ("code", "grant_type"):
        with pytest.raises(InvalidRequest, match=f"{name} is missing"):
            parameters.require(name)


@pytest.mark.section("RFC 8707 §2")
def test_rfc8707_2_a_resource_may_come_more_than_once_and_nobody_takes_one_for_all() -> None:
    both = Parameters.parse(b"resource=https://a.example&resource=https://b.example&resource=")
    assert both.every("resource") == ("https://a.example", "https://b.example")
    both.refuse_duplicates()
    with pytest.raises(InvalidRequest, match="more than once"):
        both.get("resource")
    with pytest.raises(InvalidRequest, match="longer"):
        both.every("resource", 5)
    assert both.every("audience") == ()
    assert Parameters.of({"resource": ["https://a.example"]}).get("resource") == "https://a.example"
