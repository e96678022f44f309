"""RFC 8259, bounded: JSON that anybody may send."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.protocol.strict_json import DEEPEST, BadJson, read_object

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=12,
)


def refusal(text: str, at_most: int = 100_000) -> str:
    with pytest.raises(BadJson) as refused:
        read_object(text, at_most)
    return str(refused.value)


def test_rfc8259_an_object_is_read() -> None:
    assert read_object(' {"a": [1, 2.5, "\\u00e9\\ud83d\\ude00", null, true]}', 60) == {
        "a": [1, 2.5, "é😀", None, True]
    }


@pytest.mark.parametrize(
    "text", ["", "{", "{'a': 1}", '{"a": 1,}', "{} {}", '{"a": \x00}', '"\\x"', "{a: 1}", "{//\n}"]
)
def test_rfc8259_2_what_is_not_json_is_refused(text: str) -> None:
    assert refusal(text) == "is not well-formed JSON"


@pytest.mark.parametrize("text", ["[]", "null", "1", '"a"', "true"])
def test_rfc8259_4_only_an_object_is_an_object(text: str) -> None:
    assert refusal(text) == "must be a JSON object"


@pytest.mark.parametrize("text", ['{"a": 1, "a": 1}', '{"b": {"a": 1, "\\u0061": 2}}'])
def test_rfc8259_4_a_name_that_stands_twice_is_refused(text: str) -> None:
    assert refusal(text) == "names a member twice"


@pytest.mark.parametrize("constant", ["NaN", "Infinity", "-Infinity"])
def test_rfc8259_6_constants_of_javascript_are_refused(constant: str) -> None:
    assert refusal(f'{{"a": {constant}}}') == f"holds {constant}, which is not JSON"


def test_rfc8259_6_numbers_beyond_all_bounds_are_refused() -> None:
    assert refusal('{"a": 1e999}') == "holds a number that is too large"
    assert refusal(f'{{"a": {"9" * 5000}}}') == "is not well-formed JSON"


def test_rfc8259_8_2_half_a_surrogate_pair_is_refused() -> None:
    assert refusal('{"a": "\\ud800"}') == "holds half of a surrogate pair"
    assert refusal('{"\\udc00": 1}') == "holds half of a surrogate pair"


def test_a_null_character_is_refused() -> None:
    assert refusal('{"a": "\\u0000"}') == "holds a null character"


def test_the_bound_counts_bytes() -> None:
    assert read_object('{"a": "é"}', 11) == {"a": "é"}
    assert refusal('{"a": "é"}', 10) == "is longer than 10 bytes"


def test_depth_is_bounded() -> None:
    assert read_object('{"a":' * DEEPEST + "1" + "}" * DEEPEST, 1000)
    assert read_object('{"a": ' + "[" * (DEEPEST - 1) + "1" + "]" * (DEEPEST - 1) + "}", 1000)
    assert refusal('{"a":' * (DEEPEST + 1) + "1" + "}" * (DEEPEST + 1)) == "is nested more than 8 levels deep"
    assert refusal('{"a": ' + "[" * DEEPEST + "1" + "]" * DEEPEST + "}") == "is nested more than 8 levels deep"


@pytest.mark.parametrize("bracket", ["[", '{"a":', '{"a":['])
def test_json_too_deep_for_the_parser_is_refused(bracket: str) -> None:
    assert refusal('{"a":' + bracket * 40_000, 1_000_000) == "is not well-formed JSON"


@given(st.dictionaries(st.text(max_size=5), JSON, max_size=3))
def test_rfc8259_what_was_written_is_what_is_read(value: dict[str, object]) -> None:
    try:
        assert read_object(json.dumps(value), 100_000) == value
    except BadJson as problem:
        assert str(problem) in ("holds a null character", "is nested more than 8 levels deep")  # noqa: PT017


@given(st.text('{}[]":,\\u0da1e -', max_size=40) | st.text(max_size=40))
def test_any_text_is_an_object_or_refused(text: str) -> None:
    try:
        assert isinstance(read_object(text, 1000), dict)
    except BadJson:
        return
