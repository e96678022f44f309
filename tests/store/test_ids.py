"""Ids may be seen, typed and pasted."""

import secrets

import pytest

from idp.store.base import is_id, new_id


def test_no_id_begins_with_a_dash_for_a_command_line_would_take_it_for_an_option(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    drawn = iter([b"\xf8" * 16, b"\xf8" + b"\x00" * 15, b"\x00" * 16])  # 0xf8 begins with the six bits of a dash
    monkeypatch.setattr(secrets, "token_bytes", lambda size: next(drawn))
    assert new_id() == "A" * 22


def test_an_id_has_the_shape_of_one() -> None:
    assert is_id(new_id())
