"""Who is half in by a provider's word is out by it; nobody else is."""

import pytest
from flask import Flask

from idp.store import base, half_sign_ins, identities, users
from idp.store.base import new_id
from idp.store.half_sign_ins import Half
from idp.store.identities import Link

NOW = 1_790_000_000
THERE, APP = "https://sso.example", "portico"


@pytest.fixture
def half(store: Flask) -> Half:
    with base.unit_of_work():
        user_id = users.add("en", NOW)
        link = Link(new_id(), user_id, "work", THERE, APP, "robin", "Robin", NOW, NOW)
        assert identities.add(link)
        begun = Half(new_id(), "browser", user_id, "fed", False, link.id, "their-session", "", NOW, NOW + 600)
        half_sign_ins.open(begun)
    return begun


def waits(half: Half) -> bool:
    with base.unit_of_work():
        return half_sign_ins.find(half.id, half.browser, NOW + 5) is not None


@pytest.mark.parametrize(
    ("subject", "sid", "until", "stays"),
    [
        *(("robin", "", NOW, False), ("robin", "their-session", NOW, False), ("", "their-session", NOW, False)),
        *(("mika", "", NOW, True), ("robin", "another", NOW, True), ("", "another", NOW, True)),
        ("robin", "", NOW - 1, True),
    ],
)
def test_what_a_provider_began_ends_by_its_word(half: Half, subject: str, sid: str, until: int, stays: bool) -> None:
    with base.unit_of_work():
        half_sign_ins.end_begun_at(THERE, APP, subject, sid, until, NOW + 1)
    assert waits(half) is stays


@pytest.mark.parametrize(("provider", "app_id"), [("https://other.example", APP), (THERE, "another-app")])
def test_another_provider_or_app_ends_nothing(half: Half, provider: str, app_id: str) -> None:
    with base.unit_of_work():
        half_sign_ins.end_begun_at(provider, app_id, "robin", "", NOW, NOW + 1)
    assert waits(half)
